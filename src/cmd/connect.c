#include "cmd/connect.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "cli/datagram_options.h"
#include "cli/exec_options.h"
#include "cli/group_options.h"
#include "cli/net_options.h"
#include "cli/observe_options.h"
#include "cmd/session.h"
#include "loop/resolver.h"
#include "net/service.h"
#include "stream/dial.h"

struct connect_options {
	struct net_options net;
	struct group_options groups;
	struct relay_options relay;
	struct datagram_options datagrams;
	struct exec_options exec;
	struct observe_options observe;
	const char *source;
	const char *source_port;
	nsec_t connect_timeout;
};

static const struct option_row connect_rows[] = {
	{
		.name = "source",
		.letter = 's',
		STRING_FIELD(struct connect_options, source),
		.complete = COMPLETE_HOST,
		.arg = "ADDR",
		.excludes = "join",
		.only_for = FOR_INET,
		.help = "connect from this address of this machine",
	},
	{
		.name = "source-port",
		.letter = 'p',
		STRING_FIELD(struct connect_options, source_port),
		.arg = "PORT",
		.only_for = FOR_INET,
		.complete = COMPLETE_SERVICE,
		.help = "connect from this port",
	},
	{
		.name = "connect-timeout",
		.letter = 'w',
		DURATION_FIELD(struct connect_options, connect_timeout),
		.arg = "DUR",
		.min = 1,
		.fallback = "8s",
		.help = "give up when name and connection together take longer than DUR",
		.man = "It also bounds how long the last bytes may stay unacknowledged, without any progress, "
		       "after the peer has ended its stream.",
	},
};

/* A connection being made, for as long as the loop turns. */
struct connecting {
	struct loop *loop;
	struct stream *stream;
	struct err *err;
	int result;
};

static void connect_done(void *context, struct stream *stream, const struct err *err)
{
	struct connecting *c = context;

	c->stream = stream;
	if (err) {
		*c->err = *err;
		c->result = -1;
	}
	loop_stop(c->loop);
}

static const char *family_name(int family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

/*
 * The family of an address in numbers, AF_UNSPEC for a name or nothing. The address is put into
 * *ADDR.
 */
static int connect_family(const char *host, struct addr *addr)
{
	struct lookup_question question = { .host = host, .passive = true };
	struct addr_list list = { 0 };
	struct err err;

	*addr = (struct addr){ 0 };
	if (lookup_numeric(&question, &list, &err) == 0)
		*addr = list.at[0];
	addr_list_free(&list);
	return addr->at.any.sa_family;
}

/* The address to connect from is of one family, and so must be all that were asked for. */
static int connect_source_address(const struct connect_options *o, const struct spec *spec,
                                  struct addr *source, struct err *err)
{
	int wanted = net_options_family(&o->net), family = connect_family(o->source, source);
	struct addr to;

	if (family == AF_UNSPEC)
		return err_usage(err, "--source %s: not an address of this machine in numbers",
		                 o->source);
	if (wanted != AF_UNSPEC && wanted != family)
		return err_usage(err, "--source %s: not an %s address, which --%s asks for",
		                 o->source, family_name(wanted),
		                 wanted == AF_INET ? "ipv4" : "ipv6");
	wanted = connect_family(spec->host, &to);
	if (wanted != AF_UNSPEC && wanted != family)
		return err_usage(err, "--source %s: not an %s address, as %s is", o->source,
		                 family_name(wanted), spec->host);
	return 0;
}

/* The address to connect from, with its port: 1 when neither was asked for. */
static int connect_source(const struct connect_options *o, const struct spec *spec,
                          struct addr *source, struct err *err)
{
	const char *protocol = spec->kind == SPEC_UDP ? "udp" : "tcp";
	uint16_t port = 0;

	if (!o->source && !o->source_port)
		return 1;
	if (o->source_port && service_parse_port(o->source_port, protocol, &port, err))
		return -1;
	bool v6 = o->net.ipv6 || strchr(spec->host, ':');
	*source = addr_wildcard(v6 ? AF_INET6 : AF_INET, port);
	if (!o->source)
		return 0;
	if (connect_source_address(o, spec, source, err))
		return -1;
	addr_set_port(source, port);
	return 0;
}

/* A name was asked for addresses of the family of the source alone. */
static void connect_hint_source(const struct connect_options *o, const struct addr *source,
                                struct err *err)
{
	const char *family = family_name(source->at.any.sa_family);

	if (err->domain != ERR_RESOLVE || o->net.numeric ||
	    net_options_family(&o->net) != AF_UNSPEC)
		return;
	if (o->source)
		err_hint(err, "it was asked for %s addresses alone, for --source is one", family);
	else
		err_hint(
			err,
			"it was asked for %s addresses alone, for --source-port; -6 asks for the others",
			family);
}

/* Turn the loop until there is a connection or none can be had. */
static int connect_dial(struct loop *loop, const struct dial_request *request,
                        struct report *report, struct stream **stream, struct err *err)
{
	struct connecting c = { .loop = loop, .err = err };
	struct dial *dial;

	if (dial_start(loop, request, report, connect_done, &c, &dial, err))
		return -1;
	if (loop_run(loop, err)) {
		dial_abandon(dial);
		return -1;
	}
	*stream = c.stream;
	return c.result;
}

/* A connection tries every address of a name. A datagram went to the first, which tells nobody that
 * another would have been the right one. */
static void connect_hint_family(const struct connect_options *o, const struct spec *spec,
                                struct err *err)
{
	bool named = !strchr(spec->host, ':'), v6 = strchr(err->subject, ':') != NULL;

	if (spec->kind == SPEC_UDP && named && v6 && !o->net.ipv6 && err->code == ECONNREFUSED)
		err_hint(err, "it was sent to the IPv6 address; -4 takes the IPv4 one");
}

static int connect_with(struct loop *loop, const struct command_call *call, struct spec *spec,
                        struct err *err)
{
	const struct connect_options *o = call->options;
	nsec_t now = loop_now(loop), deadline = nsec_after(now, o->relay.deadline);
	bool whole = o->relay.deadline < o->connect_timeout;
	struct sockopt_list sockopts;
	OWN_MULTICAST multicast = { 0 };
	OWN_EXEC_WORDS words = { 0 };
	struct session_program program = { &words, o->exec.allow_setuid };
	struct addr source;

	if (net_options_sockopts(&o->net, spec, SOCKOPT_CONNECTS, &sockopts, err) ||
	    datagram_options_check(&o->relay, o->datagrams.delim, spec, err) ||
	    group_options_read(&o->groups, &o->net, spec, &multicast, err) ||
	    session_check_program(&o->exec, &o->relay, spec, err) ||
	    exec_options_find(&o->exec, call, &words, err))
		return -1;
	int sourced = connect_source(o, spec, &source, err);
	struct dial_request request = {
		.spec = spec,
		.family = sourced ? net_options_family(&o->net) : source.at.any.sa_family,
		.numeric = o->net.numeric,
		.source = sourced == 0 ? &source : NULL,
		.interface = o->net.interface,
		.sockopts = &sockopts,
		.multicast = &multicast,
		.deadline = whole ? deadline : nsec_after(now, o->connect_timeout),
		.limit = whole ? o->relay.deadline : o->connect_timeout,
	};
	struct session_request session = {
		.options = &o->relay,
		.datagrams = &o->datagrams,
		.ack_timeout = o->connect_timeout,
		.deadline = deadline,
	};

	session.program = words.path ? &program : NULL;
	if (sourced < 0)
		return -1;
	if (connect_dial(loop, &request, call->report, &session.peer, err)) {
		if (sourced == 0)
			connect_hint_source(o, &source, err);
		return -1;
	}
	int result = session_run(loop, &session, call->report, err);
	if (result)
		connect_hint_family(o, spec, err);
	return result;
}

static int connect_run(const struct command_call *call, struct err *err)
{
	const struct connect_options *o = call->options;
	struct spec_rules rules = { .path = o->net.unix_path, .udp = o->net.udp };

	return session_begin(call, &rules, loop_new_for_few, connect_with, err);
}

static const struct option_section connect_sections[] = {
	{ &option_group_network, net_option_rows, NET_OPTION_COUNT,
	  offsetof(struct connect_options, net) },
	{ &option_group_network, group_option_rows, GROUP_OPTION_COUNT,
	  offsetof(struct connect_options, groups) },
	{ &option_group_network, connect_rows, ARRAY_LEN(connect_rows), 0 },
	{ &option_group_relay, relay_option_rows, RELAY_OPTION_COUNT,
	  offsetof(struct connect_options, relay) },
	{ &option_group_relay, datagram_option_rows, DATAGRAM_OPTION_COUNT,
	  offsetof(struct connect_options, datagrams) },
	{ &option_group_relay, exec_option_rows, EXEC_OPTION_COUNT,
	  offsetof(struct connect_options, exec) },
	{ &option_group_observe, observe_option_rows, OBSERVE_OPTION_COUNT,
	  offsetof(struct connect_options, observe) },
	{ &option_group_observe, report_option_rows, REPORT_OPTION_COUNT,
	  offsetof(struct connect_options, observe) },
};

static const struct command_example connect_examples[] = {
	{ "sockit connect example.com 80", "talk to a server by hand" },
	{ "sockit connect db.lan:5432 <request >answer", "send, keep the answer" },
	{ "sockit connect -u ntp.lan 123 <request", "send datagrams, keep what comes" },
	{ "sockit connect --trace=explain localhost 7", "see every call" },
	{ NULL, NULL },
};

const struct command connect_command = {
	.name = "connect",
	.summary = "open a connection and join it to standard input and output",
	.operands = "ENDPOINT",
	.operands_help =
		"HOST PORT, HOST:PORT, [V6]:PORT, :PORT, PORT, unix:PATH|@NAME,\n  udp:HOST:PORT, unix-dgram:PATH, unix-seqpacket:PATH, vsock:CID:PORT",
	.min_operands = 1,
	.max_operands = 2,
	.takes_program = "exec",
	.examples = connect_examples,
	.sections = connect_sections,
	.section_count = ARRAY_LEN(connect_sections),
	.options_size = sizeof(struct connect_options),
	.observe = offsetof(struct connect_options, observe),
	.statuses = "0 1 2 3 4 7 126 127 128+n",
	.run = connect_run,
};
