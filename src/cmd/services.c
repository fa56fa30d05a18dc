#include "cmd/services.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/near.h"
#include "base/status.h"
#include "cli/observe_options.h"
#include "cmd/asking.h"
#include "cmd/in_use.h"
#include "net/service_query.h"
#include "out/report.h"

struct services_options {
	struct observe_options observe;
	const char *protocol;
	const char *search;
	bool in_use;
	enum socket_state state;
};

static const struct option_group services_group = { "filter", "What is shown" };

static const struct option_choice state_choices[] = {
	{ "ESTABLISHED", SOCKET_ESTABLISHED, "connected; of UDP: to one peer" },
	{ "SYN_SENT", SOCKET_SYN_SENT, "connecting" },
	{ "SYN_RECV", SOCKET_SYN_RECV, "being connected to" },
	{ "FIN_WAIT1", SOCKET_FIN_WAIT1, "ended here, not acknowledged yet" },
	{ "FIN_WAIT2", SOCKET_FIN_WAIT2, "ended here, not by the peer" },
	{ "TIME_WAIT", SOCKET_TIME_WAIT, "ended, and kept for what may be late" },
	{ "CLOSE", SOCKET_CLOSE, "not in use" },
	{ "CLOSE_WAIT", SOCKET_CLOSE_WAIT, "ended by the peer, not here" },
	{ "LAST_ACK", SOCKET_LAST_ACK, "ended by the peer, then here, not acknowledged yet" },
	{ "LISTEN", SOCKET_LISTEN, "waiting for connections" },
	{ "CLOSING", SOCKET_CLOSING, "ended on both sides at once" },
	{ "LISTENING", SOCKET_LISTENING, "of Unix sockets: waiting for connections" },
	{ "CONNECTED", SOCKET_CONNECTED, "of Unix sockets: connected" },
	{ "", 0, "" },
};

static const struct option_row services_rows[] = {
	{
		.name = "protocol",
		STRING_FIELD(struct services_options, protocol),
		.arg = "PROTO",
		.complete = COMPLETE_PROTOCOL,
		.help = "only what is of this protocol, such as tcp or udp",
		.man = "With --in-use it is tcp, udp or unix.",
	},
	{
		.name = "search",
		STRING_FIELD(struct services_options, search),
		.arg = "TEXT",
		.help = "only services with TEXT in their name or an alias",
		.man = "Case does not count. "
		       "A text with a slash is looked for in port/protocol as well, as in 7/tcp.",
	},
	{
		.name = "in-use",
		FLAG_FIELD(struct services_options, in_use),
		.excludes = "search",
		.help = "show the sockets of this machine instead, and who has them",
		.man = "With operands, those whose local or remote port is one of these.",
	},
	{
		.name = "state",
		CHOICE_FIELD(struct services_options, state),
		.arg = "STATE",
		.choices = state_choices,
		.any_case = true,
		.needs = "in-use",
		.help = "only sockets in this state, spelled as netstat does",
		.man = "Case does not count.",
	},
};

/* A run: what is known, and what was found of it. */
struct services {
	const struct command_call *call;
	const struct services_options *options;
	struct answer *answer;
	struct service_list system, built_in;
	struct in_use_filter filter;       /* with --in-use */
	size_t from_system, from_built_in; /* services told */
};

static const struct answer_column services_columns[] = {
	{ "NAME", "name", false, false },      { "PORT/PROTOCOL", "", false, false },
	{ "", "port", true, false },           { "", "protocol", false, false },
	{ "ALIASES", "aliases", false, true }, { "", "source", false, false },
};

static void services_tell(struct services *s, const struct service_entry *e)
{
	char port[8], address[128];
	struct text number = TEXT_OVER(port), t = TEXT_OVER(address);
	const char *const cells[ARRAY_LEN(services_columns)] = {
		e->name,     address,    port,
		e->protocol, e->aliases, e->built_in ? "built-in" : "system",
	};

	text_add(&number, "%u", e->port);
	text_add(&t, "%u/%s", e->port, e->protocol);
	answer_row(s->answer, cells);
}

/* Tell those of LIST that are asked for. Returns how many. */
static size_t services_tell_of(struct services *s, const struct service_list *list,
                               const struct service_query *q)
{
	const char *search = s->options->search;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct service_entry *e = &list->at[i];

		if (!service_query_matches(q, e) || (search && !service_entry_contains(e, search)))
			continue;
		if (s->options->in_use)
			in_use_want(&s->filter, e->port, e->port, e->protocol);
		else
			services_tell(s, e);
		count++;
	}
	return count;
}

/* The nearest name when one was mistyped. */
static void services_hint(const struct services *s, const struct service_query *q, struct err *err)
{
	struct near near = near_start(q->name);
	const char *best;

	for (size_t i = 0; i < s->system.count; i++)
		near_offer(&near, s->system.at[i].name);
	for (size_t i = 0; i < s->built_in.count; i++)
		near_offer(&near, s->built_in.at[i].name);
	best = near_best(&near);
	if (best && strcasecmp(best, q->name) != 0)
		err_hint(err, "did you mean '%s'?", best);
}

static int services_unknown(const struct services *s, const struct service_query *q,
                            struct err *err)
{
	const struct services_options *o = s->options;
	char what[256];
	struct text t = TEXT_OVER(what);

	text_add_str(&t, "no service");
	if (q->text)
		text_add(&t, q->name[0] ? " '%s'" : " on port %s", q->text);
	if (o->protocol)
		text_add(&t, " of protocol %s", o->protocol);
	if (o->search)
		text_add(&t, " with '%s' in its name or an alias", o->search);
	err_answer(err, STATUS_RESOLVE, "%s is known", what);
	if (q->name[0] && !o->search)
		services_hint(s, q, err);
	return -1;
}

/* One question: to the system's database, and to our own table when that knows nothing. */
static int services_find(struct services *s, const struct service_query *q, struct err *err)
{
	size_t count;

	if (s->options->in_use && !q->name[0]) {
		in_use_want(&s->filter, q->low, q->high, q->protocol);
		return 0;
	}
	count = services_tell_of(s, &s->system, q);
	s->from_system += count;
	if (count > 0)
		return 0;
	if (s->built_in.count == 0)
		service_list_add_built_in(&s->built_in);
	count = services_tell_of(s, &s->built_in, q);
	s->from_built_in += count;
	return count > 0 ? 0 : services_unknown(s, q, err);
}

/* Every question in its turn. What is unknown is told, but for the last, which is the result. */
static int services_find_all(struct services *s, const struct service_query *queries,
                             struct err *err)
{
	size_t count = s->call->operand_count, unknown = 0;
	struct err unwritten;

	for (size_t i = 0; i < count; i++) {
		struct err late;

		if (!services_find(s, &queries[i], &late))
			continue;
		/* As JSON both go to one stream, in order. Whether it can be written shows
		 * later. */
		if (unknown++ > 0) {
			(void)!answer_flush(s->answer, &unwritten);
			report_failure(s->call->report, err);
		}
		*err = late;
	}
	if (unknown > 0 && unknown < count)
		err->code = STATUS_EXPECTATION;
	return unknown > 0 ? -1 : 0;
}

static void services_tell_sources(const struct services *s)
{
	struct report *report = s->call->report;

	if (!s->options->observe.verbose)
		return;
	if (s->from_system > 0)
		REPORT(report, REPORT_ANSWERED, FIELD_STR("source", "the system's database"),
		       FIELD_INT("count", s->from_system));
	if (s->from_built_in > 0)
		REPORT(report, REPORT_ANSWERED, FIELD_STR("source", "the built-in table"),
		       FIELD_INT("count", s->from_built_in));
}

static int services_look_up(struct services *s, const struct service_query *queries,
                            struct err *err)
{
	int result;

	answer_table(s->answer, services_columns, ARRAY_LEN(services_columns), false);
	result = s->call->operand_count > 0 ? services_find_all(s, queries, err)
	                                    : services_find(s, queries, err);
	answer_table_end(s->answer);
	services_tell_sources(s);
	return result;
}

/* What --protocol and --state say of sockets. */
static int services_limit(struct services *s, struct err *err)
{
	const struct services_options *o = s->options;
	unsigned kind = 0;

	s->filter.state = o->state;
	if (!o->protocol)
		return 0;
	while (kind < SOCKET_KIND_COUNT && strcasecmp(o->protocol, socket_kind_names[kind]) != 0)
		kind++;
	if (kind == SOCKET_KIND_COUNT)
		return err_usage(err, "--protocol: with --in-use '%s' is not one of tcp, udp, unix",
		                 o->protocol);
	if (kind == SOCKET_UNIX && s->call->operand_count > 0)
		return err_usage(
			err,
			"--protocol unix and '%s' exclude each other: Unix sockets have no port",
			s->call->operands[0]);
	if (o->state != SOCKET_NO_STATE && !socket_kind_has(kind, o->state))
		return err_usage(err, "--state %s and --protocol %s exclude each other",
		                 socket_state_names[o->state], o->protocol);
	s->filter.kinds = 1u << kind;
	return 0;
}

static int services_show_sockets(struct services *s, const struct service_query *queries,
                                 struct err *err)
{
	const struct service_list *const lists[] = { &s->system, &s->built_in };
	struct report *report = s->options->observe.verbose ? s->call->report : NULL;
	struct err shown;
	int result = 0;

	if (services_limit(s, err))
		return -1;
	if (s->call->operand_count > 0)
		result = services_find_all(s, queries, err);
	/* None of the names is known, so no socket is asked for. */
	if (result && err->code != STATUS_EXPECTATION)
		return -1;
	if (s->built_in.count == 0)
		service_list_add_built_in(&s->built_in);
	service_list_sort(&s->system);
	service_list_sort(&s->built_in);
	if (in_use_show(s->answer, &s->filter, lists, report, &shown)) {
		*err = shown;
		return -1;
	}
	return result;
}

/* The operands; without any, every port. */
static int services_parse(const struct command_call *call, struct service_query *queries,
                          struct err *err)
{
	const struct services_options *o = call->options;

	queries[0] = (struct service_query){ .high = UINT16_MAX };
	for (size_t i = 0; i < call->operand_count; i++)
		if (service_query_parse(&queries[i], call->operands[i], err))
			return -1;
	for (size_t i = 0; o->protocol && (i == 0 || i < call->operand_count); i++)
		if (service_query_limit(&queries[i], o->protocol, err))
			return -1;
	return 0;
}

static int services_with(struct services *s, const struct service_query *queries, struct err *err)
{
	int result;

	if (s->options->in_use && in_use_filter_start(&s->filter, err))
		return -1;
	service_list_add_system(&s->system);
	for (size_t i = 0; i < s->call->operand_count; i++)
		if (queries[i].name[0] || !s->options->in_use)
			service_list_ask(&s->system, &queries[i]);
	result = s->options->in_use ? services_show_sockets(s, queries, err)
	                            : services_look_up(s, queries, err);
	if (service_list_check(&s->system, err) || service_list_check(&s->built_in, err))
		result = -1;
	return result;
}

static int services_answer(const struct command_call *call, struct answer *answer, struct err *err)
{
	struct services s = { .call = call, .options = call->options, .answer = answer };
	OWN_MEM struct service_query *queries = calloc(call->operand_count + 1, sizeof *queries);

	if (!queries)
		return err_set(err, ERR_LOCAL, ENOMEM, "buffer", "the operands");
	if (services_parse(call, queries, err))
		return -1;
	int result = services_with(&s, queries, err);
	service_list_free(&s.system);
	service_list_free(&s.built_in);
	in_use_filter_free(&s.filter);
	return result;
}

static int services_run(const struct command_call *call, struct err *err)
{
	return asking_run(call, services_answer, err);
}

static const struct option_section services_sections[] = {
	{ &services_group, services_rows, ARRAY_LEN(services_rows), 0 },
	{ &option_group_observe, observe_option_rows, OBSERVE_OPTION_COUNT,
	  offsetof(struct services_options, observe) },
};

static const struct command_example services_examples[] = {
	{ "sockit services http 22 domain/udp", "ports and names, both ways" },
	{ "sockit services --search sql", "look through names and aliases" },
	{ "sockit services --in-use 443 5000-5999", "who has these ports here" },
	{ "sockit services --in-use --state LISTEN", "every TCP server of this machine" },
	{ NULL, NULL },
};

static const struct command_result services_results[] = {
	{ "a service", "name port protocol aliases? source" },
	{ "a socket of TCP or UDP",
	  "protocol family state? local_addr local_port remote_addr remote_port service? process? pid? uid? inode?" },
	{ "a Unix socket", "protocol type? state? local_path? process? pid? inode?" },
	{ NULL, NULL },
};

const struct command services_command = {
	.name = "services",
	.summary = "well-known ports and service names, and who is using them here",
	.operands = "[SERVICE...]",
	.operands_help = "NAME, PORT, NAME/PROTO, PORT/PROTO, LOW-HIGH; without any: all",
	.max_operands = SIZE_MAX,
	.answers = true,
	.offers = COMPLETE_SERVICE,
	.examples = services_examples,
	.sections = services_sections,
	.section_count = ARRAY_LEN(services_sections),
	.options_size = sizeof(struct services_options),
	.observe = offsetof(struct services_options, observe),
	.statuses = "0 2 3 7 8 128+n",
	.results = services_results,
	.run = services_run,
};
