#include "cmd/listen.h"

#include <stddef.h>
#include <sys/socket.h>

#include "cli/access_options.h"
#include "cli/datagram_options.h"
#include "cli/exec_options.h"
#include "cli/forward_options.h"
#include "cli/group_options.h"
#include "cli/joined_options.h"
#include "cli/listen_options.h"
#include "cli/net_options.h"
#include "cli/observe_options.h"
#include "cmd/await.h"
#include "cmd/forwarding.h"
#include "cmd/listen_many.h"
#include "cmd/ready.h"
#include "cmd/session.h"

struct listen_command_options {
	struct net_options net;
	struct group_options groups;
	struct listen_options listen;
	struct access_options access;
	struct relay_options relay;
	struct mailbox_options datagrams;
	struct joined_options joined;
	struct exec_options exec;
	struct forward_options forward;
	struct observe_options observe;
	const char *source;
	const char *port;
	nsec_t accept_timeout;
	bool keep_open;
	struct many_options many;
};

static const struct option_row listen_rows[] = {
	{
		.name = "keep-open",
		.letter = 'k',
		FLAG_FIELD(struct listen_command_options, keep_open),
		.only_for = FOR_CONNECTION,
		.help = "serve all who come, at once, instead of one client",
	},
	{
		.name = "source",
		.letter = 's',
		STRING_FIELD(struct listen_command_options, source),
		.arg = "ADDR",
		.only_for = FOR_INET,
		.complete = COMPLETE_HOST,
		.help = "listen on this address; the operand is then a port",
	},
	{
		.name = "port",
		.letter = 'p',
		STRING_FIELD(struct listen_command_options, port),
		.arg = "PORT",
		.only_for = FOR_INET,
		.complete = COMPLETE_SERVICE,
		.help = "listen on this port; the operand, if any, is then a host",
	},
	{
		.name = "accept-timeout",
		DURATION_FIELD(struct listen_command_options, accept_timeout),
		.arg = "DUR",
		.min = 1,
		.help = "end with status 4 when nobody has connected, or sent anything, after DUR",
	},
};

/* What has to be known of each datagram. */
static struct mailbox_wants listen_wants(const struct listen_command_options *o,
                                         const struct spec *spec, const struct ready *ready)
{
	bool heard = report_is_heard(ready->report),
	     answers = !o->relay.no_stdin && !o->relay.recv_only;

	if (spec_socktype(spec->kind) != SOCK_DGRAM)
		return (struct mailbox_wants){ 0 };
	if (o->forward.endpoint)
		return datagram_forward_wants;
	return (struct mailbox_wants){
		.peer = heard || answers || ready->admission || o->joined.tag,
		.local = heard || answers,
		.when = heard,
	};
}

static int listen_for_datagrams(struct loop *loop, struct listener *listener,
                                const struct listen_command_options *o, nsec_t deadline,
                                const struct mailbox_wants *wants, struct report *report,
                                struct err *err)
{
	struct session_server_request request = {
		.options = &o->relay,
		.datagrams = &o->datagrams,
		.listener = listener,
		.wants = *wants,
		.tag = o->joined.tag,
		.accept_timeout = o->accept_timeout,
		.deadline = deadline,
	};
	int result = session_serve_datagrams(loop, &request, report, err);

	listener_close(listener);
	return result;
}

static bool listen_keeps_open(const struct listen_command_options *o)
{
	return o->keep_open || joined_options_brokers(&o->joined);
}

/* What the option rows cannot say. */
static int listen_check(const struct command_call *call, const struct spec *spec, struct err *err)
{
	const struct listen_command_options *o = call->options;

	if (o->relay.send_only && spec_socktype(spec->kind) == SOCK_DGRAM)
		return err_usage(
			err,
			"--send-only has no meaning for %s: only who has sent something can be sent to",
			spec->text);
	if (o->joined.tag && o->datagrams.delim == FRAMING_LEN)
		return err_usage(err, "--tag and --delim len exclude each other");
	if (exec_options_given(&o->exec) && spec->kind == SPEC_TCP && !spec->host[0]) {
		(void)err_usage(err, "%s needs an address to listen on, not a port alone",
		                o->exec.exec ? "--exec" : "--sh-exec");
		err_hint(err, "127.0.0.1:%u is for this machine alone, *:%u for everybody",
		         spec->port, spec->port);
		return -1;
	}
	if (listen_options_check_mode(&o->listen, spec, err))
		return -1;
	if (!listen_keeps_open(o) &&
	    command_check_needs(call, many_option_rows, MANY_OPTION_COUNT, "keep-open", err))
		return -1;
	if (!exec_options_given(&o->exec) && !o->forward.endpoint &&
	    joined_options_check(&o->joined, &o->relay, listen_keeps_open(o), spec, err))
		return -1;
	if (session_check_program(&o->exec, &o->relay, spec, err))
		return -1;
	return datagram_options_check(&o->relay, o->datagrams.delim, spec, err);
}

/* Everything between the first socket and the first client. */
static int listen_get_ready(const struct ready *ready, const struct listener *listener,
                            struct err *err)
{
	char line[16];
	struct text t = TEXT_OVER(line);

	text_add(&t, "%u\n", listener_port(listener));
	return ready_tell(ready, &t, err);
}

static int listen_for_client(struct loop *loop, struct listener *listener,
                             const struct listen_command_options *o,
                             struct session_request *session, struct report *report,
                             struct err *err)
{
	/* A connection that keeps boundaries is sent to as connect does. */
	struct datagram_options packets = {
		.reply_timeout = NSEC_NEVER,
		.delim = o->datagrams.delim,
	};
	struct await_request await = { listener, &o->relay, o->accept_timeout, session->deadline };
	int result = await_client(loop, &await, report, &session->peer, err);

	/* One client is all: others are refused from now on instead of waiting in vain. */
	listener_close(listener);
	if (result)
		return result;
	session->datagrams = &packets;
	return session_run(loop, session, report, err);
}

static int listen_read_forwarding(const struct listen_command_options *o, const struct spec *spec,
                                  struct session_request *session, struct forwarding *forwarding,
                                  struct err *err)
{
	struct forwarding_wish wish = {
		.options = &o->forward,
		.relay = &o->relay,
		.net = &o->net,
		.at = spec,
		.trusts = o->access.allow.count > 0 || o->access.allow_file,
		.deadline = session->deadline,
		.accept_timeout = o->accept_timeout,
	};

	if (!o->forward.endpoint)
		return 0;
	session->forwarding = forwarding;
	return forwarding_read(forwarding, &wish, err);
}

static int listen_as(struct loop *loop, const struct command_call *call, struct spec *spec,
                     const struct session_program *program, const struct ready *ready,
                     struct err *err)
{
	const struct listen_command_options *o = call->options;
	struct sockopt_list sockopts;
	OWN_MULTICAST multicast = { 0 };
	struct listen_request request = {
		.spec = spec,
		.family = net_options_family(&o->net),
		.numeric = o->net.numeric,
		.interface = o->net.interface,
		.sockopts = &sockopts,
		.multicast = &multicast,
		.backlog = (int)o->listen.backlog,
		.unix_mode = listen_options_unix_mode(&o->listen),
		.wants = listen_wants(o, spec, ready),
		.admission = ready->admission,
	};
	struct session_request session = {
		.options = &o->relay,
		.program = program->words->path ? program : NULL,
		.ack_timeout = SESSION_TIMEOUT,
		.deadline = nsec_after(loop_now(loop), o->relay.deadline),
	};
	struct forwarding forwarding;
	struct listener *listener;

	if (listen_read_forwarding(o, spec, &session, &forwarding, err) ||
	    listen_options_sockopts(&o->listen, &o->net, spec, &sockopts, err) ||
	    group_options_read(&o->groups, &o->net, spec, &multicast, err) ||
	    listener_open(loop, &request, call->report, &listener, err))
		return -1;
	if (listen_get_ready(ready, listener, err)) {
		listener_close(listener);
		return -1;
	}
	if (spec_socktype(spec->kind) == SOCK_DGRAM && session.forwarding)
		return forwarding_run_datagrams(loop, &forwarding, listener, call->report, err);
	if (spec_socktype(spec->kind) == SOCK_DGRAM)
		return listen_for_datagrams(loop, listener, o, session.deadline, &request.wants,
		                            call->report, err);
	if (listen_keeps_open(o))
		return listen_many(loop,
		                   &(struct listen_many_request){
					   .many = &o->many,
					   .relay = &o->relay,
					   .joined = &o->joined,
					   .program = session.program,
					   .forwarding = session.forwarding,
					   .listener = listener,
					   .accept_timeout = o->accept_timeout,
					   .deadline = session.deadline,
				   },
		                   call->report, err);
	return listen_for_client(loop, listener, o, &session, call->report, err);
}

static int listen_with(struct loop *loop, const struct command_call *call, struct spec *spec,
                       struct err *err)
{
	const struct listen_command_options *o = call->options;
	OWN_EXEC_WORDS words = { 0 };
	struct session_program program = { &words, o->exec.allow_setuid };
	struct ready_request request = { &o->listen, &o->access, &o->net, 1u << spec->kind,
		                         spec->text };
	struct ready ready;

	if (listen_check(call, spec, err) || exec_options_find(&o->exec, call, &words, err) ||
	    ready_prepare(loop, &request, call->report, &ready, err))
		return -1;
	int result = listen_as(loop, call, spec, &program, &ready, err);
	ready_free(&ready);
	return result;
}

static int listen_run(const struct command_call *call, struct err *err)
{
	const struct listen_command_options *o = call->options;
	struct spec_rules rules = {
		.server = true,
		.path = o->net.unix_path,
		.udp = o->net.udp,
		.port = o->port,
		.host = o->source,
	};

	bool many = listen_keeps_open(o) || o->forward.endpoint;

	if (ready_check(&o->listen, err))
		return -1;
	return session_begin(call, &rules, many ? loop_new : loop_new_for_few, listen_with, err);
}

static const struct option_section listen_sections[] = {
	{ &option_group_network, net_option_rows, NET_OPTION_COUNT,
	  offsetof(struct listen_command_options, net) },
	{ &option_group_network, group_option_rows, GROUP_OPTION_COUNT,
	  offsetof(struct listen_command_options, groups) },
	{ &option_group_network, listen_rows, ARRAY_LEN(listen_rows), 0 },
	{ &option_group_network, many_option_rows, MANY_OPTION_COUNT,
	  offsetof(struct listen_command_options, many) },
	{ &option_group_network, listen_option_rows, LISTEN_OPTION_COUNT,
	  offsetof(struct listen_command_options, listen) },
	{ &option_group_network, access_option_rows, ACCESS_OPTION_COUNT,
	  offsetof(struct listen_command_options, access) },
	{ &option_group_relay, relay_option_rows, RELAY_OPTION_COUNT,
	  offsetof(struct listen_command_options, relay) },
	{ &option_group_relay, mailbox_option_rows, MAILBOX_OPTION_COUNT,
	  offsetof(struct listen_command_options, datagrams) },
	{ &option_group_relay, joined_option_rows, JOINED_OPTION_COUNT,
	  offsetof(struct listen_command_options, joined) },
	{ &option_group_relay, exec_option_rows, EXEC_OPTION_COUNT,
	  offsetof(struct listen_command_options, exec) },
	{ &option_group_relay, forward_option_rows, FORWARD_OPTION_COUNT,
	  offsetof(struct listen_command_options, forward) },
	{ &option_group_observe, observe_option_rows, OBSERVE_OPTION_COUNT,
	  offsetof(struct listen_command_options, observe) },
	{ &option_group_observe, report_option_rows, REPORT_OPTION_COUNT,
	  offsetof(struct listen_command_options, observe) },
};

static const struct command_example listen_examples[] = {
	{ "sockit listen 7777 >received", "one client, anywhere" },
	{ "sockit listen :0 --port-file port <answer", "any free port, for scripts" },
	{ "sockit listen 127.0.0.1 7777 --exec -- sort", "a program" },
	{ "sockit listen -u 5353 --tag --delim line", "datagrams, and who sent them" },
	{ NULL, NULL },
};

const struct command listen_command = {
	.name = "listen",
	.summary = "accept connections; join each to stdio, a program or an endpoint",
	.operands = "ENDPOINT",
	.operands_help =
		"PORT, HOST PORT, HOST:PORT, [V6]:PORT, *:PORT, unix:PATH|@NAME,\n  udp:HOST:PORT, unix-dgram:PATH, unix-seqpacket:PATH, vsock:CID:PORT",
	.min_operands = 0,
	.max_operands = 2,
	.takes_program = "exec",
	.examples = listen_examples,
	.sections = listen_sections,
	.section_count = ARRAY_LEN(listen_sections),
	.options_size = sizeof(struct listen_command_options),
	.observe = offsetof(struct listen_command_options, observe),
	.statuses = "0 1 2 3 4 7 126 127 128+n",
	.run = listen_run,
};
