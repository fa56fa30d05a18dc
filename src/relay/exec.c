#include "relay/exec.h"

#include <errno.h>

#include "out/failure.h"
#include "relay/closed.h"
#include "relay/exec_child.h"
#include "relay/exec_env.h"
#include "relay/relay.h"
#include "stream/counts.h"
#include "stream/socket.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "sys/wait.h"

struct exec {
	struct loop *loop;
	struct report *report;
	struct exec_request request;
	exec_done *done;
	void *context;

	struct exec_child child;
	struct stream *from, *to; /* the program's output and input, where they are pipes */
	struct relay *relay;      /* between; or what is left to do once the program has ended */
	bool relaying;            /* and is not done */
	struct watch peer;        /* while the program has the socket itself */
	struct timer deadline, hangup;
	struct deferred over, finish;
	int64_t acked_beyond; /* when the program began */
	int unread;           /* at the last look of hangup */
	struct closed_sums sums;
	bool lost;   /* the client has gone; with what errno is the program's to know first */
	bool late;   /* --deadline came while the program had the socket */
	bool failed; /* err has what befell the connection, the first that did */
	struct err err;
};

/* Of a connection that no relay saw: ORDERLY as in stream_count. */
static void exec_tell_closed(struct exec *e, const char *reason, bool orderly)
{
	struct closed_sums *sums = &e->sums;

	sums->counted = stream_count(e->request.peer, orderly, &sums->sent, &sums->received);
	if (!e->request.of_many)
		closed_tell(e->report, reason, sums, sys_now() - e->child.began);
}

/* The client has gone. */
static void exec_tell_lost(struct exec *e)
{
	int pending = stream_pending_error(e->request.peer);

	/* After the peer's end Linux tells of a reset as EPIPE. */
	if (pending > 0 && pending != EPIPE)
		e->err.code = pending;
	exec_tell_closed(e, failure_errno_text(e->err.code), pending == EPIPE);
	if (e->sums.counted)
		err_detail(&e->err, "after %llu bytes sent and %llu received",
		           (unsigned long long)e->sums.sent, (unsigned long long)e->sums.received);
}

static void exec_finish(struct deferred *d)
{
	struct exec *e = CONTAINER_OF(d, struct exec, finish);

	if (e->lost)
		exec_tell_lost(e);
	else if (e->late)
		exec_tell_closed(e, "time limit", true);
	e->done(e->context, e->child.status, e->failed ? &e->err : NULL);
}

/* Both have ended. DONE may free all. */
static void exec_check(struct exec *e)
{
	if (!e->child.over || e->relaying)
		return;
	loop_unwatch(&e->peer);
	loop_timer_cancel(e->loop, &e->deadline);
	loop_timer_cancel(e->loop, &e->hangup);
	loop_defer(e->loop, &e->finish);
}

static void exec_note(struct exec *e, const struct err *err)
{
	if (!e->failed)
		e->err = *err;
	e->failed = true;
}

static void exec_relay_done(void *context, const struct err *err);

static int exec_relay(struct exec *e, const struct relay_request *request, struct err *err)
{
	if (relay_start(e->loop, request, e->report, exec_relay_done, e, &e->relay, err))
		return -1;
	e->relaying = true;
	loop_timer_cancel(e->loop, &e->deadline);
	return 0;
}

/*
 * The program has the socket no more: what it sent is to arrive, what comes is dropped, for closing
 * with unread bytes would make TCP reset.
 */
static void exec_deliver(struct exec *e)
{
	struct relay_request request = {
		.peer = e->request.peer,
		.shut_at_once = true,
		.end_when_sent = true,
		.counts_of_tcp = true,
		.of_many = e->request.of_many,
		.began = e->child.began,
		.idle_timeout = NSEC_NEVER,
		.quit_after_eof = NSEC_NEVER,
		.ack_timeout = e->request.ack_timeout,
		.deadline = e->request.deadline,
		.deadline_after = e->request.deadline_after,
	};
	struct err err;

	loop_unwatch(&e->peer);
	if (exec_relay(e, &request, &err)) {
		exec_note(e, &err);
		exec_check(e);
	}
}

static void exec_child_ended(struct exec_child *child)
{
	struct exec *e = CONTAINER_OF(child, struct exec, child);

	if (child->lost && !e->failed)
		e->failed = exec_child_fail(e->request.argv[0], -child->lost, &e->err) != 0;
	if (e->from && e->relaying) {
		int left = sys_readable_bytes(e->from->fd);

		relay_end_source(e->relay, left > 0 ? (uint64_t)left : 0);
	} else if (!e->from && !e->failed) {
		exec_deliver(e);
	}
	exec_check(e);
}

/*
 * The client has left without an error, which a Unix socket tells at once: the program has time to
 * be done with what was sent, for as long as it goes on reading.
 */
static void exec_hangup_due(struct timer *timer)
{
	struct exec *e = CONTAINER_OF(timer, struct exec, hangup);
	int unread = e->from ? 0 : sys_readable_bytes(e->request.peer->fd);

	if (unread > 0 && unread != e->unread) {
		e->unread = unread;
		loop_timer(e->loop, timer, nsec_after(loop_now(e->loop), EXEC_GRACE));
		return;
	}
	exec_child_terminate(&e->child, "the client is gone");
}

/* Not at once: it is the relay that has called. */
static void exec_relay_over(struct deferred *d)
{
	struct exec *e = CONTAINER_OF(d, struct exec, over);

	relay_free(TAKE(e->relay));
}

static void exec_relay_done(void *context, const struct err *err)
{
	struct exec *e = context;
	bool gone = relay_has_source(e->relay);

	e->relaying = false;
	e->sums.counted = relay_counts(e->relay, &e->sums.sent, &e->sums.received);
	loop_defer(e->loop, &e->over);
	if (err)
		exec_note(e, err);
	exec_check(e);
	if (e->child.over)
		return;
	loop_timer(e->loop, &e->deadline, e->request.deadline);
	if (err || (gone && e->request.peer->nature == STREAM_TCP))
		exec_child_terminate(&e->child, !err                      ? "the client is gone"
		                                : err->domain == ERR_TIME ? "a limit"
		                                : err->domain == ERR_LOCAL
		                                        ? failure_errno_text(err->code)
		                                        : "the client is gone");
	else if (gone)
		loop_timer(e->loop, &e->hangup, nsec_after(loop_now(e->loop), EXEC_GRACE));
}

/*
 * Trouble on a socket that the program has: the error is the program's to be read, so it is not
 * taken.
 */
static void exec_peer_ready(struct watch *watch, unsigned ready)
{
	struct exec *e = CONTAINER_OF(watch, struct exec, peer);
	struct pollfd poll = { .fd = watch->fd };
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	if (!(ready & (READY_TROUBLE | READY_LOST)))
		return;
	loop_unwatch(watch);
	int lost = ready & READY_LOST ? loop_lost_error(e->loop) : 0;
	bool failed = lost || (sys_poll(&poll, 1, 0) > 0 && poll.revents & POLLERR);
	/* The program has shut its side itself, after the client. Nobody is gone, it is over. */
	if (!failed && stream_acked_beyond(e->request.peer) > e->acked_beyond)
		return;
	if (e->request.peer->nature != STREAM_TCP && !failed) {
		loop_timer(e->loop, &e->hangup, nsec_after(loop_now(e->loop), EXEC_GRACE));
		return;
	}
	e->request.peer->ops->describe(e->request.peer, &t);
	(void)err_socket(&err, lost ? lost : ECONNRESET, "receive", "%s", peer);
	e->lost = !lost && !e->failed;
	exec_note(e, &err);
	exec_child_terminate(&e->child, lost ? failure_errno_text(lost) : "the client is gone");
}

static void exec_deadline_due(struct timer *timer)
{
	struct exec *e = CONTAINER_OF(timer, struct exec, deadline);
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	e->request.peer->ops->describe(e->request.peer, &t);
	(void)err_set(&err, ERR_TIME, 0, "relay", "%s", peer);
	err_detail(&err, "cut by --deadline at %g s, while a program used it",
	           nsec_to_msec(e->request.deadline_after) / 1000);
	e->late = !e->from && !e->failed;
	exec_note(e, &err);
	exec_child_terminate(&e->child, "--deadline");
}

static int exec_start_program(struct exec *e, int in, int out, struct err *err)
{
	const struct exec_request *q = &e->request;
	struct exec_env *env = exec_env_new(q->peer, q->client);
	struct sys_program program = {
		.path = q->path,
		.argv = q->argv,
		.env = env ? exec_env_list(env) : NULL,
		.in = in,
		.out = out,
		.allow_setuid = q->allow_setuid,
	};
	int result = env ? exec_child_start(&e->child, &program, err)
	                 : err_set(err, ERR_LOCAL, ENOMEM, "run", "%s", q->argv[0]);

	exec_env_free(env);
	return result;
}

static int exec_start_between(struct exec *e, struct err *err)
{
	const struct exec_request *q = &e->request;
	OWN_FD in = -1;
	OWN_FD out = -1;

	if (exec_child_pipe(q->argv[0], 0, "the program's input", &in, &e->to, err) ||
	    exec_child_pipe(q->argv[0], 1, "the program's output", &out, &e->from, err) ||
	    exec_start_program(e, in, out, err))
		return -1;
	return exec_relay(e,
	                  &(struct relay_request){
				  .peer = q->peer,
				  .in = e->from,
				  .out = e->to,
				  .up = q->up,
				  .down = q->down,
				  .program = true,
				  .of_many = q->of_many,
				  .on_peer_close = RELAY_KEEP_SENDING,
				  .idle_timeout = q->idle_timeout,
				  .quit_after_eof = NSEC_NEVER,
				  .ack_timeout = q->ack_timeout,
				  .deadline = q->deadline,
				  .deadline_after = q->deadline_after,
			  },
	                  err);
}

static int exec_start_with_socket(struct exec *e, struct err *err)
{
	int fd = e->request.peer->fd;
	int error = sys_set_blocking(fd);

	if (error)
		return exec_child_fail(e->request.argv[0], error, err);
	if (exec_start_program(e, fd, fd, err))
		return -1;
	e->acked_beyond = stream_acked_beyond(e->request.peer);
	e->peer = (struct watch){ .fd = fd, .ready = exec_peer_ready, .may_be_lost = true };
	loop_watch(e->loop, &e->peer, 0);
	loop_timer(e->loop, &e->deadline, e->request.deadline);
	return 0;
}

/* The peer is left alone. */
static void exec_stop(struct exec *e)
{
	exec_child_close(&e->child);
	loop_defer_cancel(e->loop, &e->finish);
	loop_defer_cancel(e->loop, &e->over);
	loop_timer_cancel(e->loop, &e->deadline);
	loop_timer_cancel(e->loop, &e->hangup);
	loop_unwatch(&e->peer);
	relay_free(e->relay);
	(void)stream_close(e->from);
	(void)stream_close(e->to);
}

int exec_start(struct loop *loop, const struct exec_request *request, struct report *report,
               exec_done *done, void *context, struct exec **exec, struct err *err)
{
	struct exec *e = malloc(sizeof *e);

	if (!e)
		return err_set(err, ERR_LOCAL, ENOMEM, "run", "%s", request->argv[0]);
	*e = (struct exec){
		.loop = loop,
		.report = report,
		.request = *request,
		.done = done,
		.context = context,
		.child = { .loop = loop,
		           .report = report,
		           .client = request->client,
		           .ended = exec_child_ended,
		           .watch.fd = -1 },
		.deadline.fire = exec_deadline_due,
		.hangup.fire = exec_hangup_due,
		.finish.call = exec_finish,
		.over.call = exec_relay_over,
	};
	stream_keep_alive(request->peer, STREAM_KEEP_IDLE);
	if (request->sees_bytes ? exec_start_between(e, err) : exec_start_with_socket(e, err)) {
		exec_stop(e);
		free(e);
		return -1;
	}
	*exec = e;
	return 0;
}

bool exec_count(const struct exec *e, uint64_t *sent, uint64_t *received)
{
	*sent = e->sums.sent;
	*received = e->sums.received;
	return e->sums.counted;
}

/* man 2 shutdown: what has come can still be read. */
void exec_end_input(struct exec *e)
{
	(void)!sys_shutdown(e->request.peer->fd, SHUT_RD);
}

void exec_terminate(struct exec *e)
{
	exec_child_terminate(&e->child, "sockit ends");
}

void exec_cut(struct exec *e, const char *reason)
{
	bool unseen = !e->from && !e->child.over;

	exec_child_close(&e->child);
	if (unseen)
		exec_tell_closed(e, reason, true);
	else if (e->relaying)
		relay_cut(e->relay, reason);
}

void exec_free(struct exec *e)
{
	if (!e)
		return;
	exec_stop(e);
	/* What the program has started may still hold the socket. */
	if (!e->request.sees_bytes)
		(void)!sys_shutdown(e->request.peer->fd, SHUT_RDWR);
	(void)stream_close(e->request.peer);
	free(e);
}
