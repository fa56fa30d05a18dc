#include "cmd/echo_serve.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "cli/access_options.h"
#include "cli/listen_options.h"
#include "cli/many_options.h"
#include "cli/net_options.h"
#include "cli/observe_options.h"
#include "cli/serve_options.h"
#include "cli/service_options.h"
#include "cmd/echo_serve_places.h"
#include "cmd/ready.h"
#include "serve/answerer.h"
#include "serve/classic.h"
#include "serve/model.h"
#include "sys/process.h"

struct echo_serve_options {
	struct net_options net;
	struct listen_options listen;
	struct access_options access;
	struct serve_options serve;
	struct many_options many;
	struct service_options services;
	struct observe_options observe;
};

/* What is served where, as it was asked for and as it is open. */
struct serving {
	struct loop *loop;
	const struct command_call *call;
	const struct echo_serve_options *options;
	struct echo_serve_place *asked;
	struct sockopt_list *sockopts; /* one for each */
	struct server_place *places;
	struct fault_service *faulty;
	const struct service_setup *setup;
	struct ready ready;
	size_t count, open;
};

static int serving_open_place(struct serving *s, size_t i, struct err *err)
{
	const struct echo_serve_options *o = s->options;
	const struct spec *spec = &s->asked[i].spec;
	struct server_place *p = &s->places[i];
	struct listen_request request = {
		.spec = spec,
		.family = net_options_family(&o->net),
		.numeric = o->net.numeric,
		.interface = o->net.interface,
		.sockopts = &s->sockopts[i],
		.backlog = (int)o->listen.backlog,
		.unix_mode = listen_options_unix_mode(&o->listen),
		.admission = s->ready.admission,
	};

	p->service = s->asked[i].service;
	p->datagrams = spec_socktype(spec->kind) == SOCK_DGRAM;
	if (p->service->prepare)
		p->service->prepare();
	if (s->setup->faults) {
		fault_wrap(&s->faulty[i], p->service);
		p->service = &s->faulty[i].service;
	}
	p->any_address =
		!spec_is_local(spec->kind) && (!spec->host[0] || strcmp(spec->host, "*") == 0);
	if (p->datagrams)
		request.wants = answerer_wants;
	if (listener_open(s->loop, &request, s->call->report, &p->listener, err))
		return -1;
	s->open++;
	return 0;
}

/* The ports, a line each, in the order of the endpoints. */
static int serving_tell_ready(const struct serving *s, struct err *err)
{
	char lines[8 * ECHO_SERVE_PLACES_MAX];
	struct text t = TEXT_OVER(lines);

	for (size_t i = 0; i < s->count; i++)
		if (!spec_is_local(s->asked[i].spec.kind))
			text_add(&t, "%u\n", listener_port(s->places[i].listener));
	return ready_tell(&s->ready, &t, err);
}

static int serving_run(struct serving *s, struct err *err)
{
	const struct serve_options *o = &s->options->serve;
	struct server_request request = {
		.places = s->places,
		.place_count = s->count,
		.setup = s->setup,
		.max_conns = s->options->many.max_conns,
		.threads = o->threads,
		.max_accepts = s->options->many.max_accepts,
		.idle_timeout = o->idle_timeout,
		.drain = s->options->many.drain,
		.stats = o->stats,
	};
	struct server server;

	if (server_start(&server, s->loop, &request, s->call->report, err))
		return -1;
	int result = serving_tell_ready(s, err);
	if (!result)
		result = serve_options_model(o)->run(&server, err);
	server_end(&server);
	return result;
}

static int serving_open(struct serving *s, struct err *err)
{
	s->sockopts = calloc(s->count, sizeof *s->sockopts);
	s->places = calloc(s->count, sizeof *s->places);
	s->faulty = calloc(s->count, sizeof *s->faulty);
	if (!s->sockopts || !s->places || !s->faulty)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	/* What was typed is read whole before anything is opened. */
	for (size_t i = 0; i < s->count; i++)
		if (listen_options_sockopts(&s->options->listen, &s->options->net,
		                            &s->asked[i].spec, &s->sockopts[i], err))
			return -1;
	for (size_t i = 0; i < s->count; i++)
		if (serving_open_place(s, i, err))
			return -1;
	return 0;
}

static void serving_close(struct serving *s)
{
	for (size_t i = 0; i < s->open; i++)
		listener_close(s->places[i].listener);
	free(s->faulty);
	free(s->places);
	free(s->sockopts);
}

/* What services are told has a meaning for some that are asked for. */
static int check_services(const struct service_options *o, const struct echo_serve_place *asked,
                          size_t count, struct err *err)
{
	bool quotes = false;

	for (size_t i = 0; i < count; i++) {
		quotes |= asked[i].service == &service_qotd;
		if (o->fault && spec_socktype(asked[i].spec.kind) == SOCK_DGRAM)
			return err_usage(err,
			                 "--fault is for stream services, and %s is for datagrams",
			                 asked[i].spec.text);
	}
	return quotes || !o->quote
	               ? 0
	               : err_usage(err, "--quote has no meaning without the service qotd");
}

/* As with the options that are for some kinds of endpoint, one that it suits is enough. */
static int check_modes(const struct listen_options *o, const struct echo_serve_place *asked,
                       size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (listen_options_check_mode(o, &asked[i].spec, err) == 0)
			return 0;
	return -1;
}

/* What the option rows cannot say. */
static int echo_serve_check(const struct command_call *call, struct err *err)
{
	const struct echo_serve_options *o = call->options;
	const struct model *model = serve_options_model(&o->serve);
	struct command_row r;

	if (o->serve.threads > 1 && model != &model_event)
		return err_usage(err, "--threads and --model %s exclude each other", model->name);
	if (model == &model_iterative && command_row_named(call->command, "max-conns", &r) &&
	    call->given[r.index] != GIVEN_NOT)
		return err_usage(err, "%s and --model %s exclude each other",
		                 option_as_given(r.row, call->given[r.index]).str, model->name);
	return 0;
}

/* From the first descriptor to the last; KINDS are those of the endpoints. */
static int serving_whole(struct serving *s, unsigned kinds, struct err *err)
{
	const struct echo_serve_options *o = s->options;
	struct ready_request request = { &o->listen, &o->access, &o->net, kinds,
		                         s->asked[0].spec.text };

	s->loop = loop_new(err);
	if (!s->loop)
		return -1;
	process_want_descriptors(o->many.max_conns);
	int result = ready_prepare(s->loop, &request, s->call->report, &s->ready, err);
	if (!result) {
		result = serving_open(s, err);
		if (!result)
			result = serving_run(s, err);
		serving_close(s);
		ready_free(&s->ready);
	}
	loop_free(s->loop);
	return result;
}

static int echo_serve_with(const struct command_call *call, struct echo_serve_place *asked,
                           size_t count, struct err *err)
{
	const struct echo_serve_options *o = call->options;
	struct service_values values;
	struct serving s = {
		.setup = &values.setup,
		.call = call,
		.options = o,
		.asked = asked,
		.count = count,
	};
	unsigned kinds = 0;

	for (size_t i = 0; i < count; i++)
		kinds |= 1u << asked[i].spec.kind;
	if (check_services(&o->services, asked, count, err))
		return -1;
	if (command_check_kinds(call, kinds, asked[0].spec.text, err) ||
	    check_modes(&o->listen, asked, count, err))
		return -1;
	if (echo_serve_check(call, err) || ready_check(&o->listen, err))
		return -1;
	if (service_options_read(&o->services, &values, err))
		return -1;
	int result = serving_whole(&s, kinds, err);
	service_values_free(&values);
	return result;
}

static int echo_serve_run(const struct command_call *call, struct err *err)
{
	const struct echo_serve_options *o = call->options;
	struct spec_rules rules = {
		.server = true,
		.path = o->net.unix_path,
		.udp = o->net.udp,
	};
	struct echo_serve_place *asked;
	size_t count;

	if (echo_serve_places(call, &rules, o->serve.service, &asked, &count, err))
		return -1;
	int result = echo_serve_with(call, asked, count, err);
	free(asked);
	return result;
}

static const struct option_group option_group_serve = { "serve", "Serving" };

static const struct option_section echo_serve_sections[] = {
	{ &option_group_serve, serve_option_rows, SERVE_OPTION_COUNT,
	  offsetof(struct echo_serve_options, serve) },
	{ &option_group_serve, many_option_rows, MANY_OPTION_COUNT,
	  offsetof(struct echo_serve_options, many) },
	{ &option_group_serve, service_option_rows, SERVICE_OPTION_COUNT,
	  offsetof(struct echo_serve_options, services) },
	{ &option_group_network, net_option_rows, NET_OPTION_COUNT,
	  offsetof(struct echo_serve_options, net) },
	{ &option_group_network, listen_option_rows, LISTEN_OPTION_COUNT,
	  offsetof(struct echo_serve_options, listen) },
	{ &option_group_network, access_option_rows, ACCESS_OPTION_COUNT,
	  offsetof(struct echo_serve_options, access) },
	{ &option_group_observe, observe_option_rows, OBSERVE_OPTION_COUNT,
	  offsetof(struct echo_serve_options, observe) },
	{ &option_group_observe, report_option_rows, REPORT_OPTION_COUNT,
	  offsetof(struct echo_serve_options, observe) },
};

static const struct command_example echo_serve_examples[] = {
	{ "sockit echo-serve 7777", "an echo server for anybody" },
	{ "sockit echo-serve", "on localhost and a free port" },
	{ "sockit echo-serve echo=7007 discard=unix:/tmp/d", "several services at once" },
	{ "sockit echo-serve -v -m 1 --trace=explain 7777", "a server, call by call" },
	{ NULL, NULL },
};

const struct command echo_serve_command = {
	.name = "echo-serve",
	.summary = "serve echo, discard and other test services to many clients",
	.operands = "[ENDPOINT | SERVICE=ENDPOINT...]",
	.operands_help =
		"ENDPOINT is\n  PORT, HOST PORT, HOST:PORT, [V6]:PORT, *:PORT, unix:PATH, unix:@NAME,\n  udp:HOST:PORT, unix-dgram:PATH; none is localhost and a free port",
	.min_operands = 0,
	.max_operands = ECHO_SERVE_PLACES_MAX,
	.many_endpoints = true,
	.examples = echo_serve_examples,
	.sections = echo_serve_sections,
	.section_count = ARRAY_LEN(echo_serve_sections),
	.options_size = sizeof(struct echo_serve_options),
	.observe = offsetof(struct echo_serve_options, observe),
	.statuses = "0 2 3 7 128+n",
	.run = echo_serve_run,
};
