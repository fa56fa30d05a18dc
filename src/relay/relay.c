#include "relay/relay.h"

#include <errno.h>

#include "relay/ends.h"
#include "stream/socket.h"

static void relay_note_up(struct relay *r)
{
	switch (r->up.state) {
	case FLOW_RUNNING:
		break;
	case FLOW_ENDED:
		relay_source_ended(r);
		break;
	case FLOW_FROM_FAILED:
		relay_fail_stdio(r, r->request.in, r->up.error, "read");
		break;
	case FLOW_TO_FAILED:
		r->up_open = false;
		r->broken = r->up.error;
		break;
	}
}

/* A program need not read what comes. */
static bool relay_sink_may_go(const struct relay *r)
{
	return r->request.program && r->down.state == FLOW_TO_FAILED && r->down.error == EPIPE;
}

static void relay_note_down(struct relay *r)
{
	if (relay_sink_may_go(r)) {
		loop_unwatch(&r->out);
		flow_drop_sink(&r->down);
	}
	switch (r->down.state) {
	case FLOW_RUNNING:
		break;
	case FLOW_ENDED:
		relay_peer_ended(r);
		break;
	case FLOW_FROM_FAILED:
		relay_fail_peer(r, r->down.error, "receive");
		break;
	case FLOW_TO_FAILED:
		relay_fail_stdio(r, r->request.out, r->down.error, "write");
		break;
	}
}

/* Sending failed: what had been received by then is delivered, no more is waited for. */
static void relay_break(struct relay *r)
{
	if (r->down_open && r->down.state == FLOW_RUNNING)
		flow_wake(&r->down, READY_TROUBLE, 0);
	if (r->down.state == FLOW_TO_FAILED)
		relay_note_down(r);
	else if (!r->down_open || r->down.state != FLOW_RUNNING || flow_is_idle(&r->down))
		relay_fail_peer(r, r->broken, "send");
}

static void relay_check(struct relay *r)
{
	if (r->up_open)
		relay_note_up(r);
	if (r->down_open && !r->finished)
		relay_note_down(r);
	/* The peer's end may have ended the source. */
	if (r->up_open && r->up.state == FLOW_ENDED && !r->finished)
		relay_note_up(r);
	if (r->broken && !r->finished)
		relay_break(r);
	if (r->finished || r->broken)
		return;
	bool over = !r->up_open && !r->down_open;
	if ((over || (r->sent_all && r->request.end_when_sent)) && !r->ack.set)
		relay_settle(r);
}

static bool relay_is_held(bool open, const struct flow *f)
{
	return open && f->state == FLOW_RUNNING && f->held;
}

/* A flow that is held by its pace waits for the time alone. */
static void relay_watch_held(struct relay *r)
{
	nsec_t at = NSEC_NEVER;

	if (relay_is_held(r->up_open, &r->up))
		at = r->up.held_until;
	if (relay_is_held(r->down_open, &r->down) && r->down.held_until < at)
		at = r->down.held_until;
	loop_timer(r->loop, &r->held, at);
}

/*
 * Tell the loop what the flows wait for. A stream that nobody waits for is not watched, or its
 * hanging up would wake us again and again; but for the peer that may go for good while the source
 * is idle.
 */
static void relay_watch(struct relay *r)
{
	unsigned in = r->up_open ? r->up.want_from : 0;
	unsigned out = r->down_open ? r->down.want_to : 0;
	unsigned peer = (r->up_open ? r->up.want_to : 0) | (r->down_open ? r->down.want_from : 0);

	if (in)
		loop_watch(r->loop, &r->in, in);
	else
		loop_unwatch(&r->in);
	if (out)
		loop_watch(r->loop, &r->out, out);
	else
		loop_unwatch(&r->out);
	peer |= r->want_answer;
	if (peer || (r->peer_ended && r->up_open) || (r->request.program && !r->hung_up))
		loop_watch(r->loop, &r->peer, peer);
	else
		loop_unwatch(&r->peer);
	if (r->down_open && flow_waits_briefly(&r->down))
		loop_timer(r->loop, &r->brief, nsec_after(loop_now(r->loop), FLOW_LOW_WATER_WAIT));
	else
		loop_timer_cancel(r->loop, &r->brief);
	relay_watch_held(r);
}

/*
 * Without a source the answers go straight to the peer; and nowhere once the sending side is shut.
 * That one fails is no loss, and the receiving side will tell.
 */
static void relay_answer(struct relay *r)
{
	struct telnet *telnet = r->request.up.telnet;

	r->want_answer = 0;
	if (!telnet || r->up_open || !telnet_has_answers(telnet))
		return;

	struct io io = { .kind = IO_FAILED };

	if (!r->fin_sent && !r->broken)
		io = telnet_send(telnet, r->request.peer, &r->up.given);
	if (io.kind == IO_FAILED)
		telnet_drop_answers(telnet);
	else if (io.kind != IO_DONE)
		r->want_answer = io.kind == IO_WANT_READ ? READY_IN : READY_OUT;
}

static void relay_turn(struct relay *r)
{
	if (r->up_open)
		(void)flow_answer(&r->up);

	uint64_t moved = r->up.taken + r->up.given + r->down.taken + r->down.given;

	if (moved != r->moved) {
		r->moved = moved;
		r->moved_at = loop_now(r->loop);
	}
	relay_check(r);
	if (r->finished)
		return;
	relay_answer(r);
	relay_watch(r);
}

static bool sends_nothing(const struct flow *up)
{
	return up->state == FLOW_RUNNING && (up->held || flow_is_idle(up));
}

/* Whether a flow will be told of the peer's trouble by its next call. */
static bool relay_asks_peer(const struct relay *r)
{
	return (r->down_open && r->down.want_from) || (r->up_open && r->up.want_to);
}

static void relay_peer_ready(struct watch *watch, unsigned ready)
{
	struct relay *r = CONTAINER_OF(watch, struct relay, peer);

	if (ready & READY_LOST) {
		relay_fail_peer(r, loop_lost_error(r->loop), "receive");
		return;
	}
	bool gone = ready & READY_TROUBLE && r->peer_ended && r->up_open && sends_nothing(&r->up);

	if (gone) {
		/* The source may have ended, or have more, in this same moment. */
		flow_wake(&r->up, READY_TROUBLE, 0);
		if (sends_nothing(&r->up))
			relay_peer_gone(r);
		else
			relay_turn(r);
		return;
	}
	if (r->down_open)
		flow_wake(&r->down, ready, 0);
	if (r->up_open)
		flow_wake(&r->up, 0, ready);
	if (r->request.program && ready & READY_TROUBLE && !relay_asks_peer(r))
		relay_peer_hung_up(r);
	relay_turn(r);
}

static void relay_in_ready(struct watch *watch, unsigned ready)
{
	struct relay *r = CONTAINER_OF(watch, struct relay, in);

	if (ready & READY_LOST) {
		relay_fail_stdio(r, r->request.in, loop_lost_error(r->loop), "read");
		return;
	}
	flow_wake(&r->up, ready, 0);
	relay_turn(r);
}

static void relay_out_ready(struct watch *watch, unsigned ready)
{
	struct relay *r = CONTAINER_OF(watch, struct relay, out);

	if (ready & READY_LOST) {
		relay_fail_stdio(r, r->request.out, loop_lost_error(r->loop), "write");
		return;
	}
	flow_wake(&r->down, 0, ready);
	relay_turn(r);
}

static void relay_brief_due(struct timer *timer)
{
	struct relay *r = CONTAINER_OF(timer, struct relay, brief);

	flow_lower_water(&r->down);
}

static void relay_held_due(struct timer *timer)
{
	struct relay *r = CONTAINER_OF(timer, struct relay, held);
	nsec_t now = loop_now(r->loop);

	if (r->up_open && r->up.held_until <= now)
		flow_resume(&r->up);
	if (r->down_open && r->down.held_until <= now)
		flow_resume(&r->down);
	relay_turn(r);
}

/* When the connection was last busy: bytes moved, or it held some back itself. */
static nsec_t relay_busy_at(const struct relay *r)
{
	nsec_t at = r->moved_at;

	at = r->up.held_until > at ? r->up.held_until : at;
	return r->down.held_until > at ? r->down.held_until : at;
}

static void relay_idle_due(struct timer *timer)
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

static void relay_deadline_due(struct timer *timer)
{
	struct relay *r = CONTAINER_OF(timer, struct relay, deadline);
	char why[64];
	struct text t = TEXT_OVER(why);

	text_add(&t, "cut by --deadline at %g s, ", nsec_to_msec(r->request.deadline_after) / 1000);
	relay_fail_time(r, 0, why);
}

static void relay_begin(struct timer *timer)
{
	struct relay *r = CONTAINER_OF(timer, struct relay, begin);

	if (r->request.shut_at_once) {
		/* One that has everything may have gone already. */
		r->settled = r->request.end_when_sent && stream_unacked(r->request.peer) == 0;
		int error = r->request.peer->ops->shut_write(r->request.peer);

		r->sent_all = true;
		r->fin_sent = error == 0;
		if (error && !r->settled)
			r->broken = -error;
	}
	relay_turn(r);
}

static void relay_init_timers(struct relay *r)
{
	const struct relay_request *q = &r->request;

	r->idle.fire = relay_idle_due;
	r->deadline.fire = relay_deadline_due;
	r->quit.fire = relay_quit_due;
	r->brief.fire = relay_brief_due;
	r->held.fire = relay_held_due;
	r->ack.fire = relay_ack_due;
	r->begin.fire = relay_begin;
	loop_timer(r->loop, &r->begin, r->moved_at);
	loop_timer(r->loop, &r->deadline, q->deadline);
	loop_timer(r->loop, &r->idle, nsec_after(r->moved_at, q->idle_timeout));
}

int relay_start(struct loop *loop, const struct relay_request *request, struct report *report,
                relay_done *done, void *context, struct relay **relay, struct err *err)
{
	struct relay *r = calloc(1, sizeof *r);

	if (!r)
		return err_set(err, ERR_LOCAL, ENOMEM, "relay", "the peer");
	r->loop = loop;
	r->report = report;
	r->request = *request;
	r->done = done;
	r->context = context;
	r->moved_at = loop_now(loop);
	r->began = request->began ? request->began : r->moved_at;
	r->peer = (struct watch){ .fd = request->peer->fd, .ready = relay_peer_ready };
	flow_init(&r->down, request->peer, request->out, &request->down);
	r->down_open = true;
	if (request->out)
		r->out = (struct watch){ .fd = request->out->fd, .ready = relay_out_ready };
	if (request->in) {
		r->in = (struct watch){ .fd = request->in->fd, .ready = relay_in_ready };
		flow_init(&r->up, request->in, request->peer, &request->up);
		r->up_open = true;
	}
	r->peer.may_be_lost = r->out.may_be_lost = r->in.may_be_lost = true;
	relay_init_timers(r);
	*relay = r;
	return 0;
}

void relay_end_source(struct relay *r, uint64_t bytes)
{
	if (r->finished)
		return;
	r->request.end_when_sent = true;
	loop_unwatch(&r->out);
	if (r->down_open)
		flow_drop_sink(&r->down);
	if (r->up_open)
		flow_end_source_after(&r->up, bytes);
	relay_turn(r);
}

void relay_cut(struct relay *r, const char *reason)
{
	if (!r || r->finished)
		return;
	r->finished = r->failed = true;
	relay_tell_closed(r, reason);
}

bool relay_counts(const struct relay *relay, uint64_t *sent, uint64_t *received)
{
	return relay_count(relay, sent, received);
}

bool relay_has_source(const struct relay *r)
{
	return r->up_open;
}

void relay_free(struct relay *r)
{
	if (!r)
		return;
	struct timer *timers[] = { &r->idle, &r->deadline, &r->quit, &r->brief,
		                   &r->ack,  &r->begin,    &r->held };

	loop_unwatch(&r->peer);
	loop_unwatch(&r->in);
	loop_unwatch(&r->out);
	for (size_t i = 0; i < ARRAY_LEN(timers); i++)
		loop_timer_cancel(r->loop, timers[i]);
	if (r->request.in)
		flow_close(&r->up);
	flow_close(&r->down);
	free(r);
}
