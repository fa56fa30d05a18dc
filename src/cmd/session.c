#include "cmd/session.h"

#include <errno.h>

#include "cli/hint.h"
#include "cmd/passed.h"
#include "net/spec_parse.h"
#include "relay/closed.h"
#include "relay/datagram_server.h"
#include "relay/datagrams.h"
#include "relay/exec.h"
#include "relay/relay.h"
#include "stream/datagram.h"
#include "stream/stdio.h"

struct between_wish session_wish(const struct relay_options *o)
{
	return (struct between_wish){
		.crlf = o->crlf,
		.telnet = o->telnet,
		.rate = o->rate,
		.line_delay = o->line_delay == NSEC_NEVER ? 0 : o->line_delay,
		.drops = o->send_only,
	};
}

int session_begin(const struct command_call *call, const struct spec_rules *rules,
                  session_loop *loop_for, session_command *command, struct err *err)
{
	unsigned passed = 0;
	struct spec spec;

	if (rules->server && passed_for(call, &passed, err))
		return -1;
	if (!passed && call->operand_count == 0 && !rules->port)
		return command_miss_operands(call->command, err);
	if (call->operand_count == 1 && hint_foreign_endpoint(call->operands[0], err))
		return -1;
	if ((passed ? passed_as_one(passed, &spec, err)
	            : spec_parse(&spec, call->operands, call->operand_count, rules, err)) ||
	    command_check_endpoint(call, spec.kind, spec.text, err))
		return -1;
	struct loop *loop = loop_for(err);
	if (!loop)
		return -1;
	int result = command(loop, call, &spec, err);
	loop_free(loop);
	return result;
}

struct session {
	struct loop *loop;
	struct stream *in, *out;
	struct between between;
	struct relay *relay;
	struct datagrams *datagrams;
	struct err *err;
	int result;
	int status; /* of the program */
};

static void session_done(void *context, const struct err *err)
{
	struct session *s = context;

	if (err) {
		*s->err = *err;
		s->result = -1;
	}
	loop_stop(s->loop);
}

static int session_open_stdio(struct session *s, const struct relay_options *o, struct err *err)
{
	if (!o->no_stdin && !o->recv_only) {
		s->in = stream_standard_new(0, err);
		if (!s->in)
			return -1;
	}
	if (!o->send_only) {
		s->out = stream_standard_new(1, err);
		if (!s->out)
			return -1;
	}
	return 0;
}

/*
 * With a terminal on standard input, a person sees that the peer has ended; a program may have more
 * to say.
 */
static enum relay_peer_close session_peer_close(const struct session *s, enum on_peer_close asked)
{
	bool person = s->in && s->in->nature == STREAM_TERMINAL;

	if (asked == ON_PEER_CLOSE_AUTO)
		return person ? RELAY_QUIT : RELAY_KEEP_SENDING;
	return asked == ON_PEER_CLOSE_QUIT ? RELAY_QUIT : RELAY_KEEP_SENDING;
}

/* What stands between; payload on its way to a terminal is escaped. */
static void session_init_between(struct session *s, const struct relay_options *o)
{
	struct between_wish wish = session_wish(o);

	wish.escapes = s->out && s->out->nature == STREAM_TERMINAL && !o->raw;
	between_init(&s->between, &wish);
}

/* A line that is sent with CR LF keeps them; where lines are waited after, each is a datagram. */
static enum framing session_cut(const struct relay_options *o, enum framing delim)
{
	if (delim == FRAMING_LINE && o->crlf)
		return FRAMING_WHOLE_LINE;
	return delim == FRAMING_CHUNK && o->line_delay != NSEC_NEVER ? FRAMING_CHUNK_LINE : delim;
}

static int session_datagrams(struct session *s, const struct session_request *q,
                             struct report *report, struct err *err)
{
	const struct relay_options *o = q->options;
	struct datagrams_request request = {
		.peer = q->peer,
		.in = s->in,
		.out = s->out,
		.up = s->between.up,
		.down = s->between.down,
		.framing = q->datagrams->delim,
		.cut = session_cut(o, q->datagrams->delim),
		.longest = q->datagrams->datagram_size,
		.replies = q->datagrams->replies,
		.shut_at_once = o->recv_only,
		.end_when_sent = o->send_only,
		.end_with_peer = session_peer_close(s, o->on_peer_close) == RELAY_QUIT,
		.reply_timeout = q->peer->nature == STREAM_SEQPACKET ? NSEC_NEVER
		                                                     : q->datagrams->reply_timeout,
		.quit_after_eof = o->quit_after_eof,
		.idle_timeout = o->idle_timeout,
		.deadline = q->deadline,
		.deadline_after = o->deadline,
	};

	return datagrams_start(s->loop, &request, report, session_done, s, &s->datagrams, err);
}

static int session_relay(struct session *s, const struct session_request *q, struct report *report,
                         struct err *err)
{
	const struct relay_options *o = q->options;
	struct relay_request request = {
		.peer = q->peer,
		.in = s->in,
		.out = s->out,
		.up = s->between.up,
		.down = s->between.down,
		.shut_at_once = o->recv_only,
		.end_when_sent = o->send_only,
		.keep_sending_side = o->no_half_close,
		.on_peer_close = session_peer_close(s, o->on_peer_close),
		.idle_timeout = o->idle_timeout,
		.quit_after_eof = o->quit_after_eof,
		.ack_timeout = q->ack_timeout,
		.deadline = q->deadline,
		.deadline_after = o->deadline,
	};

	return relay_start(s->loop, &request, report, session_done, s, &s->relay, err);
}

static void session_exec_done(void *context, int status, const struct err *err)
{
	struct session *s = context;

	s->status = status;
	session_done(s, err);
}

int session_check_program(const struct exec_options *exec, const struct relay_options *relay,
                          const struct spec *spec, struct err *err)
{
	if (!exec_options_given(exec) || spec->kind != SPEC_UNIX_SEQPACKET ||
	    relay->idle_timeout == NSEC_NEVER)
		return 0;
	return err_usage(err,
	                 "--idle-timeout has no meaning for %s with a program: nobody else sees "
	                 "its packets",
	                 spec->text);
}

static int session_start_program(struct session *s, const struct session_request *q,
                                 struct report *report, struct exec **exec, struct err *err)
{
	const struct relay_options *o = q->options;
	struct between_wish wish = session_wish(o);
	struct exec_request request = {
		.peer = q->peer,
		.client = 1,
		.path = q->program->words->path,
		.argv = q->program->words->argv,
		.allow_setuid = q->program->allow_setuid,
		.sees_bytes = between_sees(&wish) || o->idle_timeout != NSEC_NEVER,
		.up = s->between.up,
		.down = s->between.down,
		.idle_timeout = o->idle_timeout,
		.ack_timeout = q->ack_timeout,
		.deadline = q->deadline,
		.deadline_after = o->deadline,
	};

	return exec_start(s->loop, &request, report, session_exec_done, s, exec, err);
}

/*
 * Of a program that has ended. What befell the connection is told whatever the status is; a limit
 * or a failure of this machine decides it, for the program did not end by itself then.
 */
static int session_end_program(const struct session *s, struct report *report, struct err *err)
{
	bool ended = s->result && (err->domain == ERR_TIME || err->domain == ERR_LOCAL);

	if (s->status == 0 || ended)
		return s->result;
	if (s->result)
		report_failure(report, err);
	err->domain = ERR_SHOWN;
	err->code = s->status;
	return -1;
}

static int session_run_program(struct loop *loop, const struct session_request *request,
                               struct report *report, struct err *err)
{
	struct session s = { .loop = loop, .err = err };
	struct exec *exec = NULL;

	session_init_between(&s, request->options);
	if (session_start_program(&s, request, report, &exec, err)) {
		(void)stream_close(request->peer);
		return -1;
	}

	int result = loop_run(loop, err);

	if (result)
		exec_cut(exec, closed_reason(err));
	else
		result = session_end_program(&s, report, err);
	exec_free(exec);
	return result;
}

int session_run(struct loop *loop, const struct session_request *request, struct report *report,
                struct err *err)
{
	if (request->forwarding)
		return forwarding_run_one(loop, request->forwarding, request->peer, report, err);
	if (request->program)
		return session_run_program(loop, request, report, err);

	struct session s = { .loop = loop, .err = err };
	int result = session_open_stdio(&s, request->options, err);

	session_init_between(&s, request->options);
	if (!result)
		result = stream_is_datagram(request->peer)
		                 ? session_datagrams(&s, request, report, err)
		                 : session_relay(&s, request, report, err);
	if (!result && loop_run(loop, err)) {
		relay_cut(s.relay, closed_reason(err));
		datagrams_cut(s.datagrams, closed_reason(err));
		result = -1;
	} else if (!result) {
		result = s.result;
	}
	relay_free(s.relay);
	datagrams_free(s.datagrams);
	(void)stream_close(s.in);
	(void)stream_close(s.out);
	(void)stream_close(request->peer);
	return result;
}

/*
 * The most that is sent in one datagram: what was asked for, as far as the socket can; or what goes
 * well.
 */
static size_t session_longest(const struct mailbox_options *o, const struct listener *listener)
{
	enum { CARRIED_WHOLE = 1232 };
	struct addr local;
	int fd = listener_socket(listener, 0, &local);
	bool unix_socket = local.at.any.sa_family == AF_UNIX;
	size_t most = mailbox_longest(fd, &local);

	if (o->datagram_size != MAILBOX_ROOM)
		return o->datagram_size < most ? (size_t)o->datagram_size : most;
	return !unix_socket && o->delim == FRAMING_CHUNK ? CARRIED_WHOLE : most;
}

static int session_start_server(struct session *s, const struct session_server_request *q,
                                const char *where, struct report *report,
                                struct datagram_server **server, struct err *err)
{
	const struct relay_options *o = q->options;
	size_t count = listener_sockets(q->listener);
	OWN_MEM struct datagram_socket *sockets = calloc(count, sizeof *sockets);
	struct datagram_server_request request = {
		.sockets = sockets,
		.socket_count = count,
		.where = where,
		.in = s->in,
		.out = s->out,
		.up = s->between.up,
		.down = s->between.down,
		.wants = q->wants,
		.admission = listener_admission(q->listener),
		.framing = q->datagrams->delim,
		.cut = session_cut(o, q->datagrams->delim),
		.tag = q->tag,
		.room = q->datagrams->datagram_size,
		.longest = session_longest(q->datagrams, q->listener),
		.reply_to = q->datagrams->reply_to,
		.most = q->datagrams->max_datagrams,
		.accept_timeout = q->accept_timeout,
		.quit_after_eof = o->quit_after_eof,
		.idle_timeout = o->idle_timeout,
		.deadline = q->deadline,
		.deadline_after = o->deadline,
	};

	if (!sockets)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve datagrams", "%s", where);
	for (size_t i = 0; i < count; i++)
		sockets[i].fd = listener_socket(q->listener, i, &sockets[i].local);
	return datagram_server_start(s->loop, &request, report, session_done, s, server, err);
}

int session_serve_datagrams(struct loop *loop, const struct session_server_request *request,
                            struct report *report, struct err *err)
{
	struct session s = { .loop = loop, .err = err };
	struct datagram_server *server = NULL;
	char where[256];
	struct text t = TEXT_OVER(where);
	int result = session_open_stdio(&s, request->options, err);

	session_init_between(&s, request->options);
	listener_describe(request->listener, &t);
	if (!result)
		result = session_start_server(&s, request, where, report, &server, err);
	if (!result && loop_run(loop, err)) {
		datagram_server_cut(server, closed_reason(err));
		result = -1;
	} else if (!result) {
		result = s.result;
	}
	datagram_server_free(server);
	(void)stream_close(s.in);
	(void)stream_close(s.out);
	return result;
}

int session_deadline(const struct relay_options *options, const char *op, const char *subject,
                     struct err *err)
{
	(void)err_set(err, ERR_TIME, 0, op, "%s", subject);
	err_detail(err, "cut by --deadline at %g s", nsec_to_msec(options->deadline) / 1000);
	return -1;
}
