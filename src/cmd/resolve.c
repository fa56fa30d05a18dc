#include "cmd/resolve.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "cli/observe_options.h"
#include "cmd/asking.h"
#include "cmd/batch.h"
#include "sys/file.h"
#include "sys/lookup.h"

struct resolve_options {
	bool ipv4, ipv6;
	unsigned socktype; /* enum socktype */
	const char *service;
	bool passive, canonname, numeric_host, numeric_service, v4mapped, all, addrconfig, idn;
	bool name_required, no_fqdn;
	bool long_table, addrinfo, hostent, confirm;
	const char *file;
	unsigned jobs;
	nsec_t timeout;
	struct observe_options observe;
};

enum socktype {
	SOCKTYPE_UNSET,
	SOCKTYPE_STREAM,
	SOCKTYPE_DGRAM,
	SOCKTYPE_RAW,
	SOCKTYPE_ANY,
};

static const struct option_choice socktype_choices[] = {
	{ "stream", SOCKTYPE_STREAM, "for connections, as TCP" },
	{ "dgram", SOCKTYPE_DGRAM, "for datagrams, as UDP" },
	{ "raw", SOCKTYPE_RAW, "for packets without a transport" },
	{ "any", SOCKTYPE_ANY, "all of them, which --long and --addrinfo show one by one" },
	{ "", 0, "" },
};

/* What is asked of getaddrinfo. */
static const struct option_row ask_rows[] = {
	{
		.name = "ipv4",
		.letter = '4',
		FLAG_FIELD(struct resolve_options, ipv4),
		.excludes = "ipv6",
		.help = "ask for IPv4 addresses only",
	},
	{
		.name = "ipv6",
		.letter = '6',
		FLAG_FIELD(struct resolve_options, ipv6),
		.help = "ask for IPv6 addresses only",
	},
	{
		.name = "service",
		.letter = 'S',
		STRING_FIELD(struct resolve_options, service),
		.arg = "SERVICE",
		.complete = COMPLETE_SERVICE,
		.excludes = "hostent confirm name-required no-fqdn",
		.help = "show ADDRESS:PORT for this service, a name or a port",
		.man = "An ADDRESS is then shown as it is and not turned into its name. Without an operand "
		       "the addresses of this machine itself are shown.",
	},
	{
		.name = "socktype",
		CHOICE_FIELD(struct resolve_options, socktype),
		.arg = "TYPE",
		.choices = socktype_choices,
		.excludes = "hostent confirm",
		.help = "ask for addresses of this socket type",
		.man = "Without it stream, and with --addrinfo any, which is what a program gets that does "
		       "not say.",
	},
	{
		.name = "passive",
		FLAG_FIELD(struct resolve_options, passive),
		.excludes = "hostent confirm name-required no-fqdn",
		.help = "AI_PASSIVE: addresses to listen on",
		.man = "With --service and no operand these are the wildcard addresses.",
	},
	{
		.name = "canonname",
		FLAG_FIELD(struct resolve_options, canonname),
		.excludes = "hostent confirm",
		.help = "AI_CANONNAME: the official name too, behind each address",
	},
	{
		.name = "numeric-host",
		FLAG_FIELD(struct resolve_options, numeric_host),
		.excludes = "hostent confirm name-required no-fqdn",
		.help = "AI_NUMERICHOST: read addresses and look no name up",
	},
	{
		.name = "numeric-service",
		FLAG_FIELD(struct resolve_options, numeric_service),
		.excludes = "hostent confirm",
		.help = "AI_NUMERICSERV: the service must be a port",
	},
	{
		.name = "v4mapped",
		FLAG_FIELD(struct resolve_options, v4mapped),
		.excludes = "hostent confirm",
		.help = "AI_V4MAPPED: with -6, IPv4 addresses as ::ffff:A.B.C.D if there are no others",
	},
	{
		.name = "all",
		FLAG_FIELD(struct resolve_options, all),
		.excludes = "hostent confirm",
		.help = "AI_ALL: with --v4mapped, those as well as IPv6 addresses",
	},
	{
		.name = "addrconfig",
		FLAG_FIELD(struct resolve_options, addrconfig),
		.excludes = "hostent confirm",
		.help = "AI_ADDRCONFIG: only families of which this machine has an address",
	},
	{
		.name = "idn",
		FLAG_FIELD(struct resolve_options, idn),
		.excludes = "hostent",
		.help = "AI_IDN: encode names with letters beyond ASCII for DNS, and decode them",
		.man = "Names are read as UTF-8.",
	},
	{
		.name = "name-required",
		FLAG_FIELD(struct resolve_options, name_required),
		.excludes = "addrinfo hostent",
		.help = "NI_NAMEREQD: an address without a name is a failure",
	},
	{
		.name = "no-fqdn",
		FLAG_FIELD(struct resolve_options, no_fqdn),
		.excludes = "addrinfo hostent",
		.help = "NI_NOFQDN: of local hosts only the name, without the domain",
	},
};

/* How the answer is shown, and how many are worked on. */
static const struct option_row show_rows[] = {
	{
		.name = "long",
		.letter = 'l',
		FLAG_FIELD(struct resolve_options, long_table),
		.excludes = "addrinfo hostent confirm",
		.help = "show a table: type, protocol, name, scope, source address, time, origin",
		.man = "The source address is the one from which this machine would send; a UDP socket is "
		       "connected for it and nothing is sent. The origin, /etc/hosts or the resolver, is told "
		       "only where it is certain.",
	},
	{
		.name = "addrinfo",
		FLAG_FIELD(struct resolve_options, addrinfo),
		.excludes = "hostent confirm",
		.help = "show the list that getaddrinfo gives, field by field",
	},
	{
		.name = "hostent",
		FLAG_FIELD(struct resolve_options, hostent),
		.excludes = "confirm",
		.help = "show the struct hostent of gethostbyname2_r or gethostbyaddr_r",
	},
	{
		.name = "confirm",
		FLAG_FIELD(struct resolve_options, confirm),
		.help = "look up the name of each address and its addresses; status 8 unless they agree",
	},
	{
		.name = "file",
		.letter = 'f',
		STRING_FIELD(struct resolve_options, file),
		.arg = "FILE",
		.complete = COMPLETE_FILE,
		.help = "look up the names in FILE, one a line; - is standard input",
	},
	{
		.name = "jobs",
		UINT_FIELD(struct resolve_options, jobs),
		.arg = "N",
		.min = 1,
		.max = 1024,
		.fallback = "64",
		.help = "look up so many at a time",
	},
	{
		.name = "timeout",
		DURATION_FIELD(struct resolve_options, timeout),
		.arg = "DUR",
		.min = 1,
		.fallback = "8s",
		.help = "give a name up after DUR",
	},
};

static int socktype_of(const struct resolve_options *o)
{
	static const int types[] = {
		[SOCKTYPE_UNSET] = SOCK_STREAM,
		[SOCKTYPE_STREAM] = SOCK_STREAM,
		[SOCKTYPE_DGRAM] = SOCK_DGRAM,
		[SOCKTYPE_RAW] = SOCK_RAW,
		[SOCKTYPE_ANY] = 0,
	};

	return o->addrinfo && o->socktype == SOCKTYPE_UNSET ? 0 : types[o->socktype];
}

static int ai_flags_of(const struct resolve_options *o)
{
	return (o->passive ? AI_PASSIVE : 0) | (o->canonname || o->long_table ? AI_CANONNAME : 0) |
	       (o->numeric_host ? AI_NUMERICHOST : 0) | (o->numeric_service ? AI_NUMERICSERV : 0) |
	       (o->v4mapped ? AI_V4MAPPED : 0) | (o->all ? AI_ALL : 0) |
	       (o->addrconfig ? AI_ADDRCONFIG : 0) | (o->idn ? AI_IDN : 0);
}

static struct query_rules rules_of(const struct resolve_options *o)
{
	return (struct query_rules){
		.mode = o->long_table ? QUERY_LONG
		        : o->addrinfo ? QUERY_ADDRINFO
		        : o->hostent  ? QUERY_HOSTENT
		        : o->confirm  ? QUERY_CONFIRM
		                      : QUERY_PLAIN,
		.hints = { .ai_flags = ai_flags_of(o),
		           .ai_family = o->ipv4   ? AF_INET
		                        : o->ipv6 ? AF_INET6
		                                  : AF_UNSPEC,
		           .ai_socktype = socktype_of(o) },
		.service = o->service,
		.name_flags = (o->no_fqdn ? NI_NOFQDN : 0) | (o->idn ? NI_IDN : 0),
		.forward = o->service || o->numeric_host || o->passive,
		.nameless = !o->name_required,
	};
}

/* What getaddrinfo would quietly read in another way. */
static int check_words(const struct command_call *call, struct err *err)
{
	const struct resolve_options *o = call->options;
	const char *service = o->service;
	uint16_t port;

	/* Its strtoul(3) takes blanks and a sign. No service is called so: a name has a letter. */
	if (service && text_is_of(service, " \t\n\v\f\r+-0123456789") &&
	    num_parse_port(service, &port) != NUM_OK)
		return err_usage(err, "--service %s: a port is 0 to 65535", service);
	if (o->file && call->operand_count > 0)
		return err_usage(err, "--file and the operand '%s' exclude each other",
		                 call->operands[0]);
	if (!o->file && !o->service && call->operand_count == 0) {
		(void)err_usage(err, "no %s given", call->command->operands);
		err_hint(err, "usage: sockit resolve [OPTION...] %s", call->command->operands);
		return -1;
	}
	for (size_t i = 0; i < call->operand_count; i++)
		if (!*call->operands[i])
			return err_usage(err, "the name is empty");
	return 0;
}

static int resolve_answer(const struct command_call *call, struct answer *answer, struct err *err)
{
	static const char *const this_machine[] = { NULL };
	const struct resolve_options *o = call->options;
	struct query_rules rules = rules_of(o);
	bool from_stdin = o->file && strcmp(o->file, "-") == 0;
	OWN_FD fd = o->file && !from_stdin ? sys_open(o->file, O_RDONLY, 0) : -1;
	struct batch_request request = {
		.rules = &rules,
		.names = call->operands,
		.name_count = call->operand_count,
		.fd = from_stdin ? 0 : fd,
		.fd_name = from_stdin ? "standard input" : o->file,
		.jobs = o->jobs,
		.limit = o->timeout,
		.several = o->file || call->operand_count > 1,
		.verbose = o->observe.verbose,
		.json = o->observe.json,
	};

	if (o->file && !from_stdin && fd < 0)
		return err_set(err, ERR_LOCAL, -fd, "open", "%s", o->file);
	if (!o->file && call->operand_count == 0) {
		request.names = this_machine;
		request.name_count = 1;
	}
	if (o->idn)
		sys_names_are_utf8();
	return batch_run(&request, answer, call->report, err);
}

static int resolve_run(const struct command_call *call, struct err *err)
{
	return check_words(call, err) ? -1 : asking_run(call, resolve_answer, err);
}

static const struct option_group group_ask = { "ask", "What is asked" };
static const struct option_group group_show = { "show", "What is shown" };

static const struct option_section resolve_sections[] = {
	{ &group_ask, ask_rows, ARRAY_LEN(ask_rows), 0 },
	{ &group_show, show_rows, ARRAY_LEN(show_rows), 0 },
	{ &option_group_observe, observe_option_rows, OBSERVE_OPTION_COUNT,
	  offsetof(struct resolve_options, observe) },
};

static const struct command_example resolve_examples[] = {
	{ "sockit resolve example.com", "its addresses, one a line" },
	{ "sockit resolve 192.0.2.7", "the name of an address" },
	{ "sockit resolve -lS https example.com", "with the way there and the time" },
	{ "sockit resolve -f names.txt --json", "a whole list, 64 at a time" },
	{ NULL, NULL },
};

static const struct command_result resolve_results[] = {
	{ "what was found", "query address? legacy? time_ms results? addrinfo? hostent?" },
	{ "of results: an address", "address family port? canonname?" },
	{ "of results: a name", "name" },
	{ "of results: an address with --long",
	  "address port? family socktype protocol name? scope? source? from?" },
	{ "of results: an address with --confirm", "address name agrees" },
	{ "of addrinfo: a node",
	  "address ai_flags ai_family ai_socktype ai_protocol ai_addrlen ai_addr ai_canonname" },
	{ "of ai_addr: a field", "offset name bytes order value" },
	{ "of hostent: an entry", "h_name h_aliases h_addrtype h_length h_addr_list" },
	{ NULL, NULL },
};

const struct command resolve_command = {
	.name = "resolve",
	.summary = "names to addresses and back, as programs on this machine see them",
	.operands = "NAME|ADDRESS...",
	.operands_help = "names to look up, addresses whose name is looked up",
	.max_operands = SIZE_MAX,
	.answers = true,
	.offers = COMPLETE_HOST,
	.examples = resolve_examples,
	.sections = resolve_sections,
	.section_count = ARRAY_LEN(resolve_sections),
	.options_size = sizeof(struct resolve_options),
	.observe = offsetof(struct resolve_options, observe),
	.statuses = "0 2 3 4 7 8 128+n",
	.results = resolve_results,
	.run = resolve_run,
};
