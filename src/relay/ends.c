#include "relay/ends.h"

#include <errno.h>

#include "out/failure.h"
#include "relay/closed.h"
#include "stream/counts.h"
#include "stream/socket.h"

bool relay_count(const struct relay *r, uint64_t *sent, uint64_t *received)
{
	*sent = r->up.given;
	*received = r->down.taken;
	return !r->request.counts_of_tcp ||
	       stream_count(r->request.peer, r->peer_ended || !r->failed, sent, received);
}

void relay_tell_closed(const struct relay *r, const char *reason)
{
	struct closed_sums sums;

	if (r->request.of_many || !report_is_heard(r->report))
		return;
	sums.counted = relay_count(r, &sums.sent, &sums.received);
	closed_tell(r->report, reason, &sums, loop_now(r->loop) - r->began);
}

void relay_stop(struct relay *r)
{
	struct timer *timers[] = { &r->idle, &r->deadline, &r->quit, &r->brief,
		                   &r->ack,  &r->begin,    &r->held };

	loop_unwatch(&r->peer);
	loop_unwatch(&r->in);
	loop_unwatch(&r->out);
	for (size_t i = 0; i < ARRAY_LEN(timers); i++)
		loop_timer_cancel(r->loop, timers[i]);
}

/* The one way out: tell, and call done. Does nothing the second time. */
static void relay_finish(struct relay *r, const char *reason, const struct err *err)
{
	relay_done *done = r->done;
	void *context = r->context;

	if (r->finished)
		return;
	r->finished = true;
	r->failed = err != NULL;
	relay_stop(r);
	relay_tell_closed(r, reason);
	done(context, err);
}

static void relay_add_counts(const struct relay *r, struct err *err, const char *what)
{
	uint64_t sent, received;

	if (relay_count(r, &sent, &received))
		err_detail(err, "%safter %llu bytes sent and %llu received", what,
		           (unsigned long long)sent, (unsigned long long)received);
	else
		err_detail(err, "%swhile a program used it", what);
}

void relay_fail_peer(struct relay *r, int error, const char *op)
{
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	error = stream_error(error);
	r->request.peer->ops->describe(r->request.peer, &t);
	(void)err_socket(&err, error, op, "%s", peer);
	relay_add_counts(r, &err, "");
	relay_finish(r, failure_errno_text(error), &err);
}

void relay_fail_stdio(struct relay *r, struct stream *s, int error, const char *op)
{
	char name[64];
	struct text t = TEXT_OVER(name);
	struct err err;
	bool gone = error == EPIPE && s == r->request.out;

	s->ops->describe(s, &t);
	(void)err_set(&err, gone ? ERR_STDOUT_GONE : ERR_LOCAL, error, op, "%s", name);
	relay_add_counts(r, &err, "");
	relay_finish(r, failure_errno_text(error), &err);
}

void relay_fail_time(struct relay *r, int error, const char *why)
{
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	r->request.peer->ops->describe(r->request.peer, &t);
	(void)err_set(&err, ERR_TIME, error, "relay", "%s", peer);
	relay_add_counts(r, &err, why);
	relay_finish(r, "time limit", &err);
}

static const char *relay_end_reason(const struct relay *r)
{
	if (r->source_cut)
		return "the peer ended";
	return r->peer_ended ? "both sides ended" : "everything sent";
}

/* The peer's TCP has UNACKED bytes to acknowledge: whether it has had none for too long. */
static bool relay_is_out_of_patience(struct relay *r, int unacked)
{
	int64_t acked = (int64_t)r->up.given - unacked;
	/* What sockit itself holds back the peer cannot acknowledge. */
	bool excused = r->up_open && r->up.held;

	return patience_is_over(&r->patience, loop_now(r->loop), acked, r->request.ack_timeout,
	                        excused) &&
	       r->peer_ended;
}

void relay_settle(struct relay *r)
{
	int unacked = r->settled ? 0 : stream_owed(r->request.peer, r->fin_sent);

	if (unacked < 0) {
		relay_fail_peer(r, -unacked, "send");
		return;
	}
	if (unacked == 0 && !r->up_open) {
		relay_finish(r, relay_end_reason(r), NULL);
		return;
	}
	if (relay_is_out_of_patience(r, unacked)) {
		char why[96];
		struct text t = TEXT_OVER(why);

		text_add(&t, "the peer has not acknowledged the last %zu bytes within %g s, ",
		         (size_t)unacked + (r->up_open ? flow_undelivered(&r->up) : 0),
		         nsec_to_msec(r->request.ack_timeout) / 1000);
		relay_fail_time(r, ETIMEDOUT, why);
		return;
	}
	loop_timer(r->loop, &r->ack, patience_next(&r->patience, loop_now(r->loop)));
}

void relay_ack_due(struct timer *timer)
{
	relay_settle(CONTAINER_OF(timer, struct relay, ack));
}

static void relay_shut(struct relay *r)
{
	/*
	 * If the peer has ended and has everything, nothing that comes after can matter: not even
	 * whether anybody is still there to be told that we have ended too.
	 */
	r->settled = r->peer_ended && stream_owed(r->request.peer, r->fin_sent) == 0;
	int error = r->request.peer->ops->shut_write(r->request.peer);
	r->fin_sent = error == 0;
	if (error && !r->settled)
		r->broken = -error;
}

void relay_begin_quit(struct relay *r)
{
	if (r->request.quit_after_eof != NSEC_NEVER && !r->quit.set)
		loop_timer(r->loop, &r->quit,
		           nsec_after(loop_now(r->loop), r->request.quit_after_eof));
}

void relay_source_ended(struct relay *r)
{
	r->up_open = false;
	r->sent_all = true;
	loop_timer_cancel(r->loop, &r->ack);
	patience_renew(&r->patience);
	if (!r->request.keep_sending_side)
		relay_shut(r);
	if (!r->request.of_many && !r->source_cut)
		REPORT(r->report, r->request.program ? REPORT_OUTPUT_ENDED : REPORT_STDIN_ENDED,
		       FIELD_INT("sent_bytes", r->up.given),
		       FIELD_WORDS(r->request.keep_sending_side ? ""
		                                                : ", the sending side is shut"));
	relay_begin_quit(r);
}

void relay_quit_due(struct timer *timer)
{
	struct relay *r = CONTAINER_OF(timer, struct relay, quit);
	int unacked = stream_owed(r->request.peer, r->fin_sent);

	if (unacked < 0) {
		relay_fail_peer(r, -unacked, "send");
	} else if (unacked > 0 || r->up_open) {
		relay_fail_time(
			r, 0,
			"cut by --quit-after-eof before the peer has acknowledged everything, ");
	} else {
		REPORT(r->report, REPORT_CUT, FIELD_STR("reason", "ended by --quit-after-eof"));
		relay_finish(r, "--quit-after-eof", NULL);
	}
}

/* When the connection was last busy: bytes moved, or it held some back itself. */
static nsec_t relay_busy_at(const struct relay *r)
{
	nsec_t at = r->moved_at;

	at = r->up.held_until > at ? r->up.held_until : at;
	return r->down.held_until > at ? r->down.held_until : at;
}

void relay_idle_due(struct timer *timer)
{
	struct relay *r = CONTAINER_OF(timer, struct relay, idle);
	nsec_t until = nsec_after(relay_busy_at(r), r->request.idle_timeout);
	char why[64];
	struct text t = TEXT_OVER(why);

	if (until > loop_now(r->loop)) {
		loop_timer(r->loop, timer, until);
		return;
	}
	text_add(&t, "nothing moved for %g s (--idle-timeout), ",
	         nsec_to_msec(r->request.idle_timeout) / 1000);
	relay_fail_time(r, 0, why);
}

void relay_deadline_due(struct timer *timer)
{
	struct relay *r = CONTAINER_OF(timer, struct relay, deadline);
	char why[64];
	struct text t = TEXT_OVER(why);

	text_add(&t, "cut by --deadline at %g s, ", nsec_to_msec(r->request.deadline_after) / 1000);
	relay_fail_time(r, 0, why);
}

void relay_peer_ended(struct relay *r)
{
	r->down_open = false;
	r->peer_ended = true;
	if (!r->request.counts_of_tcp && !r->request.of_many)
		REPORT(r->report, REPORT_PEER_ENDED, FIELD_INT("received_bytes", r->down.taken));
	/* Others may hold what standard output is, so closing it does not end the watch. */
	loop_unwatch(&r->out);
	int error = r->request.out ? r->request.out->ops->shut_write(r->request.out) : 0;
	if (error) {
		relay_fail_stdio(r, r->request.out, -error, "write");
		return;
	}
	if (!r->up_open)
		return;
	if (r->request.on_peer_close == RELAY_QUIT)
		r->source_cut = flow_end_source(&r->up);
	else
		stream_keep_alive(r->request.peer, STREAM_KEEP_IDLE);
}

void relay_peer_hung_up(struct relay *r)
{
	int pending = stream_pending_error(r->request.peer);

	r->hung_up = true;
	if (pending)
		relay_fail_peer(r, pending, "receive");
}

void relay_peer_gone(struct relay *r)
{
	int unacked = stream_unacked(r->request.peer);
	int pending = stream_pending_error(r->request.peer);

	if (r->up.held) {
		relay_fail_peer(r, pending ? pending : ECONNRESET, "send");
		return;
	}
	/* How TCP learnt of it does not matter when nothing was owed. A Unix socket has no
	 * acknowledgements; there an error tells of bytes that were never read. */
	if (unacked != 0 || (pending && r->request.peer->nature != STREAM_TCP))
		relay_fail_peer(r, pending ? pending : ECONNRESET, "send");
	else
		relay_finish(r, "the peer is gone", NULL);
}
