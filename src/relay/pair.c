#include "relay/pair.h"

#include <errno.h>

#include "out/failure.h"
#include "stream/socket.h"

/*
 * One side has ended and the other goes on: a peer that is gone for good is found out with this,
 * but only once that has lasted a while, for most do not.
 */
#define PAIR_HALF_OPEN (5 * NSEC_PER_SEC)
#define PAIR_KEEP_IDLE (10 * NSEC_PER_SEC)

uint64_t pair_received(const struct pair *p)
{
	return p->a.flow.taken;
}

uint64_t pair_sent(const struct pair *p)
{
	return p->b.flow.given;
}

static struct pair_side *pair_other(struct pair *p, const struct pair_side *side)
{
	return side == &p->a ? &p->b : &p->a;
}

/* The end, cut short. */
static void pair_fail(struct pair *p, const char *reason, struct err *err, const char *what)
{
	err_detail(err, "%safter %llu bytes one way and %llu the other", what,
	           (unsigned long long)p->a.flow.given, (unsigned long long)p->b.flow.given);
	stream_reset_on_close(p->a.stream);
	stream_reset_on_close(p->b.stream);
	p->done(p, reason, err);
}

static void pair_fail_side(struct pair *p, const struct pair_side *side, int error, const char *op)
{
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	error = stream_error(error);
	side->stream->ops->describe(side->stream, &t);
	(void)err_socket(&err, error, op, "%s", peer);
	pair_fail(p, failure_errno_text(error), &err, "");
}

static void pair_fail_time(struct pair *p, const struct pair_side *side, const char *reason,
                           const char *why)
{
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	side->stream->ops->describe(side->stream, &t);
	(void)err_set(&err, ERR_TIME, 0, "relay", "%s", peer);
	pair_fail(p, reason, &err, why);
}

/* Over, with both ends delivered. Of a stream that was drained the end has not come. */
static void pair_finish(struct pair *p)
{
	if (p->cut) {
		stream_reset_on_close(p->a.stream);
		stream_reset_on_close(p->b.stream);
	}
	p->done(p, p->cut ? "drained" : "both sides ended", NULL);
}

/* Both flows have ended: wait until the TCPs of both sides have everything. */
static void pair_settle(struct pair *p)
{
	nsec_t now = loop_now(p->request->loop);
	struct pair_side *sides[] = { &p->a, &p->b }, *last = &p->a;
	int unacked = 0;

	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		int n = sides[i]->settled ? 0 : stream_owed(sides[i]->stream, sides[i]->fin_sent);

		if (n < 0) {
			pair_fail_side(p, sides[i], -n, "send");
			return;
		}
		sides[i]->settled = n == 0;
		last = n > 0 ? sides[i] : last;
		unacked += n;
	}
	if (unacked == 0) {
		pair_finish(p);
		return;
	}
	if (patience_is_over(&p->patience, now, -unacked, p->request->ack_timeout, false)) {
		char why[96];
		struct text t = TEXT_OVER(why);

		text_add(&t, "it has not acknowledged the last %d bytes within %g s, ", unacked,
		         nsec_to_msec(p->request->ack_timeout) / 1000);
		pair_fail_time(p, last, "not acknowledged", why);
		return;
	}
	loop_timer(p->request->loop, &p->slow, patience_next(&p->patience, now));
}

/* What goes to the side is delivered to the kernel, and ended. False when the pair is over. */
static bool pair_shut(struct pair *p, struct pair_side *side)
{
	/* If it has ended and has everything, nothing that comes after can matter. */
	side->settled = !side->open && !p->cut && stream_owed(side->stream, side->fin_sent) == 0;
	/* The end of a stream that was drained has not come. */
	int error = p->cut ? 0 : side->stream->ops->shut_write(side->stream);

	side->fin_sent = error == 0 && !p->cut;
	if (error && !side->settled) {
		pair_fail_side(p, side, -error, "send");
		return false;
	}
	return true;
}

/* False when the pair is over. */
static bool pair_note(struct pair *p, struct pair_side *side)
{
	struct pair_side *other = pair_other(p, side);

	switch (side->flow.state) {
	case FLOW_RUNNING:
		break;
	case FLOW_ENDED:
		side->open = false;
		if (!pair_shut(p, other))
			return false;
		if (other->open)
			loop_timer(p->request->loop, &p->slow,
			           nsec_after(loop_now(p->request->loop), PAIR_HALF_OPEN));
		break;
	case FLOW_FROM_FAILED:
		pair_fail_side(p, side, side->flow.error, "receive");
		return false;
	case FLOW_TO_FAILED:
		/* It may have said why, before. */
		if (other->open)
			flow_wake(&other->flow, READY_IN, 0);
		pair_fail_side(p, other, side->flow.error, "send");
		return false;
	}
	return true;
}

/* A side that nobody waits for is still watched for trouble, unless it is known to have hung up. */
static void pair_watch_side(struct pair *p, struct pair_side *side)
{
	const struct pair_side *other = pair_other(p, side);
	unsigned interest =
		(side->open ? side->flow.want_from : 0) | (other->open ? other->flow.want_to : 0);

	if (interest || !side->hung_up)
		loop_watch(p->request->loop, &side->watch, interest);
	else
		loop_unwatch(&side->watch);
}

static void pair_watch(struct pair *p)
{
	struct loop *loop = p->request->loop;
	nsec_t held = NSEC_NEVER;

	pair_watch_side(p, &p->a);
	pair_watch_side(p, &p->b);
	if (p->request->rate == 0)
		return;
	if (p->a.flow.held)
		held = p->a.flow.held_until;
	if (p->b.flow.held && p->b.flow.held_until < held)
		held = p->b.flow.held_until;
	loop_timer(loop, &p->held, held);
}

static void pair_turn(struct pair *p)
{
	uint64_t moved = p->a.flow.taken + p->a.flow.given + p->b.flow.taken + p->b.flow.given;

	if (moved != p->moved) {
		p->moved = moved;
		p->moved_at = loop_now(p->request->loop);
	}
	if ((p->a.open && !pair_note(p, &p->a)) || (p->b.open && !pair_note(p, &p->b)))
		return;
	pair_watch(p);
	if (!p->a.open && !p->b.open && !patience_has_begun(&p->patience))
		pair_settle(p);
}

/* Trouble that no flow will be told of by its next call. False when the pair is over. */
static bool pair_look_at(struct pair *p, struct pair_side *side)
{
	int pending = stream_pending_error(side->stream);

	side->hung_up = true;
	if (!pending || side->settled)
		return true;
	pair_fail_side(p, side, pending, "receive");
	return false;
}

static void pair_ready(struct pair *p, struct pair_side *side, unsigned ready)
{
	struct pair_side *other = pair_other(p, side);
	bool asked = (side->open && side->flow.want_from) || (other->open && other->flow.want_to);

	if (ready & READY_LOST) {
		pair_fail_side(p, side, loop_lost_error(p->request->loop), "receive");
		return;
	}
	if (side->open)
		flow_wake(&side->flow, ready, 0);
	if (other->open)
		flow_wake(&other->flow, 0, ready);
	if (asked || !(ready & READY_TROUBLE) || pair_look_at(p, side))
		pair_turn(p);
}

static void pair_a_ready(struct watch *watch, unsigned ready)
{
	struct pair *p = CONTAINER_OF(watch, struct pair, a.watch);

	pair_ready(p, &p->a, ready);
}

static void pair_b_ready(struct watch *watch, unsigned ready)
{
	struct pair *p = CONTAINER_OF(watch, struct pair, b.watch);

	pair_ready(p, &p->b, ready);
}

static void pair_held_due(struct timer *timer)
{
	struct pair *p = CONTAINER_OF(timer, struct pair, held);
	nsec_t now = loop_now(p->request->loop);

	if (p->a.open && p->a.flow.held_until <= now)
		flow_resume(&p->a.flow);
	if (p->b.open && p->b.flow.held_until <= now)
		flow_resume(&p->b.flow);
	pair_turn(p);
}

/* Half of it has been over for a while; or all is, but for acknowledgements. */
static void pair_slow_due(struct timer *timer)
{
	struct pair *p = CONTAINER_OF(timer, struct pair, slow);
	const struct pair_side *ended = p->a.open ? &p->b : &p->a;

	if (!p->a.open && !p->b.open)
		pair_settle(p);
	else
		stream_keep_alive(ended->stream, PAIR_KEEP_IDLE);
}

/* When it was last busy: bytes moved, or it held some back itself. */
static nsec_t pair_busy_at(const struct pair *p)
{
	nsec_t at = p->moved_at;

	at = p->a.flow.held_until > at ? p->a.flow.held_until : at;
	return p->b.flow.held_until > at ? p->b.flow.held_until : at;
}

static void pair_idle_due(struct timer *timer)
{
	struct pair *p = CONTAINER_OF(timer, struct pair, idle);
	nsec_t until = nsec_after(pair_busy_at(p), p->request->idle_timeout);
	char why[64];
	struct text t = TEXT_OVER(why);

	if (until > loop_now(p->request->loop)) {
		loop_timer(p->request->loop, timer, until);
		return;
	}
	text_add(&t, "nothing moved for %g s (--idle-timeout), ",
	         nsec_to_msec(p->request->idle_timeout) / 1000);
	pair_fail_time(p, &p->a, "cut by --idle-timeout", why);
}

static void side_init(struct pair *p, struct pair_side *side, struct stream *to)
{
	struct flow_between between = { .pace = p->request->rate ? &side->pace : NULL };

	side->pace.rate = p->request->rate;
	side->watch.fd = side->stream->fd;
	side->watch.may_be_lost = true;
	side->open = true;
	flow_init(&side->flow, side->stream, to, &between);
	flow_share(&side->flow, p->request->shared);
}

int pair_start(struct pair *p, const struct pair_request *request, struct stream *a,
               struct stream *b, const void *first, size_t n, pair_done *done)
{
	*p = (struct pair){
		.request = request,
		.done = done,
		.a = { .stream = a, .watch.ready = pair_a_ready },
		.b = { .stream = b, .watch.ready = pair_b_ready },
		.idle.fire = pair_idle_due,
		.held.fire = pair_held_due,
		.slow.fire = pair_slow_due,
		.moved_at = loop_now(request->loop),
	};
	side_init(p, &p->a, b);
	side_init(p, &p->b, a);
	if (n > 0 && flow_begin_with(&p->a.flow, first, n)) {
		p->request = NULL;
		return ENOMEM;
	}
	spares_join(request->shared);
	loop_timer(request->loop, &p->idle, nsec_after(p->moved_at, request->idle_timeout));
	/* They go as soon as B takes them. */
	if (n > 0)
		p->a.flow.want_to = READY_OUT;
	pair_watch(p);
	return 0;
}

void pair_drain(struct pair *p)
{
	if (p->draining)
		return;
	p->draining = true;
	p->cut = p->a.open || p->b.open;
	if (p->a.open)
		flow_end_source(&p->a.flow);
	if (p->b.open)
		flow_end_source(&p->b.flow);
	pair_turn(p);
}

void pair_stop(struct pair *p)
{
	struct timer *timers[] = { &p->idle, &p->held, &p->slow };

	if (!p->request)
		return;
	for (size_t i = 0; i < ARRAY_LEN(timers); i++)
		loop_timer_cancel(p->request->loop, timers[i]);
	loop_unwatch_closing(&p->a.watch);
	loop_unwatch_closing(&p->b.watch);
	flow_close(&p->a.flow);
	flow_close(&p->b.flow);
	spares_leave(p->request->shared);
	p->request = NULL;
}
