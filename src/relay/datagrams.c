#include "relay/datagrams.h"

#include <errno.h>

#include "relay/datagram_ends.h"
#include "stream/socket.h"

/* WATCH with INTEREST, and not at all without. */
static void watch_for(struct datagrams *d, struct watch *watch, unsigned interest)
{
	if (interest)
		loop_watch(d->loop, watch, interest);
	else
		loop_unwatch(watch);
}

static void datagrams_watch(struct datagrams *d)
{
	const struct sender *s = &d->sender;
	const struct receiver *r = &d->receiver;

	watch_for(d, &d->in, d->sending ? s->want_from : 0);
	watch_for(d, &d->out, d->receiving ? r->want_to : 0);
	watch_for(d, &d->peer, (d->sending ? s->want_to : 0) | (d->receiving ? r->want_from : 0));
	/* A peer that is not read tells only so that it has refused, or has gone. */
	if (d->sending && !d->receiving)
		loop_watch(d->loop, &d->peer, s->want_to);
	if (d->sending && s->want_time != NSEC_NEVER && !d->pause.set)
		loop_timer(d->loop, &d->pause, s->want_time);
}

static void datagrams_turn(struct datagrams *d)
{
	datagrams_check(d);
	if (!d->finished)
		datagrams_watch(d);
}

/* The source may have ended, or have more, in this same moment. */
static void datagrams_peer_gone(struct datagrams *d)
{
	sender_run(&d->sender);
	if (d->sender.state != SENDER_RUNNING)
		return;
	if (sender_is_idle(&d->sender))
		datagrams_begin_end(d, "the peer is gone");
	else if (d->sender.want_time != NSEC_NEVER)
		sender_break(&d->sender, ECONNRESET);
}

/* An error that came back, or the other end of a connection that has gone. */
static void datagrams_trouble(struct datagrams *d)
{
	int error = datagram_trouble(d->request.peer);

	if (error && d->receiving)
		receiver_break(&d->receiver, error);
	else if (error)
		datagrams_fail_peer(d, error);
	else if (!d->receiving && d->receiver.peer_ended)
		datagrams_peer_gone(d);
}

static void datagrams_peer_ready(struct watch *watch, unsigned ready)
{
	struct datagrams *d = CONTAINER_OF(watch, struct datagrams, peer);

	if (ready & READY_TROUBLE)
		datagrams_trouble(d);
	if (d->receiving && !d->finished)
		receiver_run(&d->receiver);
	if (d->sending && !d->finished && d->sender.want_to)
		sender_run(&d->sender);
	datagrams_turn(d);
}

static void datagrams_in_ready(struct watch *watch, unsigned ready)
{
	struct datagrams *d = CONTAINER_OF(watch, struct datagrams, in);

	(void)ready;
	sender_run(&d->sender);
	datagrams_turn(d);
}

static void datagrams_out_ready(struct watch *watch, unsigned ready)
{
	struct datagrams *d = CONTAINER_OF(watch, struct datagrams, out);

	(void)ready;
	receiver_run(&d->receiver);
	datagrams_turn(d);
}

static void datagrams_begin(struct timer *timer)
{
	struct datagrams *d = CONTAINER_OF(timer, struct datagrams, begin);

	if (d->request.shut_at_once)
		datagrams_shut(d);
	datagrams_turn(d);
}

static void datagrams_pause_due(struct timer *timer)
{
	struct datagrams *d = CONTAINER_OF(timer, struct datagrams, pause);

	if (d->sending)
		sender_run(&d->sender);
	datagrams_turn(d);
}

/* However late a timer is looked at, what had come by then counts. True when it is at its end. */
static bool datagrams_catch_up(struct datagrams *d)
{
	if (d->receiving)
		receiver_run(&d->receiver);
	datagrams_turn(d);
	return d->finished;
}

static void datagrams_reply_due(struct timer *timer)
{
	struct datagrams *d = CONTAINER_OF(timer, struct datagrams, reply);
	nsec_t wait = d->request.reply_timeout, now = loop_now(d->loop), until;

	if (datagrams_catch_up(d))
		return;
	until = nsec_after(d->moved_at, wait);
	/* While the sink is stalled more may have come than could be looked at. */
	if (!receiver_is_idle(&d->receiver))
		until = nsec_after(now, wait > 0 ? wait : SENDER_PAUSE);
	if (until > now) {
		loop_timer(d->loop, timer, until);
		return;
	}
	datagrams_begin_end(d, "nothing more came within --reply-timeout");
	datagrams_turn(d);
}

static void datagrams_quit_due(struct timer *timer)
{
	struct datagrams *d = CONTAINER_OF(timer, struct datagrams, quit);

	if (datagrams_catch_up(d))
		return;
	REPORT(d->report, REPORT_CUT, FIELD_STR("reason", "ended by --quit-after-eof"));
	datagrams_begin_end(d, "--quit-after-eof");
	datagrams_turn(d);
}

static void datagrams_idle_due(struct timer *timer)
{
	struct datagrams *d = CONTAINER_OF(timer, struct datagrams, idle);
	nsec_t until;
	char why[64];
	struct text t = TEXT_OVER(why);

	if (datagrams_catch_up(d))
		return;
	/* One that its pace holds is not idle. */
	until = d->sender.held_until > d->moved_at ? d->sender.held_until : d->moved_at;
	until = nsec_after(until, d->request.idle_timeout);
	if (until > loop_now(d->loop)) {
		loop_timer(d->loop, timer, until);
		return;
	}
	text_add(&t, "no datagram for %g s (--idle-timeout), ",
	         nsec_to_msec(d->request.idle_timeout) / 1000);
	datagrams_fail_time(d, why);
}

static void datagrams_deadline_due(struct timer *timer)
{
	struct datagrams *d = CONTAINER_OF(timer, struct datagrams, deadline);
	char why[64];
	struct text t = TEXT_OVER(why);

	text_add(&t, "cut by --deadline at %g s, ", nsec_to_msec(d->request.deadline_after) / 1000);
	datagrams_fail_time(d, why);
}

static void datagrams_init_timers(struct datagrams *d)
{
	d->begin.fire = datagrams_begin;
	d->pause.fire = datagrams_pause_due;
	d->reply.fire = datagrams_reply_due;
	d->quit.fire = datagrams_quit_due;
	d->idle.fire = datagrams_idle_due;
	d->deadline.fire = datagrams_deadline_due;
	loop_timer(d->loop, &d->begin, d->began);
	loop_timer(d->loop, &d->idle, nsec_after(d->began, d->request.idle_timeout));
	loop_timer(d->loop, &d->deadline, d->request.deadline);
}

static int datagrams_init_ways(struct datagrams *d, struct err *err)
{
	const struct datagrams_request *q = &d->request;
	size_t longest = q->longest;

	d->peer = (struct watch){ .fd = q->peer->fd, .ready = datagrams_peer_ready };
	if (q->out)
		d->out = (struct watch){ .fd = q->out->fd, .ready = datagrams_out_ready };
	/* Unread, a connection would be reset at the end; a datagram is only dropped. */
	d->receiving = !q->end_when_sent || q->peer->nature == STREAM_SEQPACKET;
	if (d->receiving &&
	    receiver_init(&d->receiver, q->peer, q->out, q->down.tap, q->framing, err))
		return -1;
	d->receiver.report = d->report;
	d->receiver.most = q->replies;
	if (stream_unconnected_peer(q->peer) && report_is_heard(d->report))
		receiver_tell_senders(&d->receiver);
	if (!q->in)
		return 0;
	d->in = (struct watch){ .fd = q->in->fd, .ready = datagrams_in_ready };
	d->sending = true;
	if (!longest)
		longest = datagram_longest(q->peer);
	if (sender_init(&d->sender, q->in, q->peer, q->cut, longest, err))
		return -1;
	return sender_put_between(&d->sender, &q->up, err);
}

int datagrams_start(struct loop *loop, const struct datagrams_request *request,
                    struct report *report, relay_done *done, void *context,
                    struct datagrams **datagrams, struct err *err)
{
	struct datagrams *d = calloc(1, sizeof *d);

	if (!d)
		return err_set(err, ERR_LOCAL, ENOMEM, "relay", "the peer");
	d->loop = loop;
	d->report = report;
	d->request = *request;
	d->done = done;
	d->context = context;
	d->began = d->moved_at = loop_now(loop);
	if (datagrams_init_ways(d, err)) {
		datagrams_free(d);
		return -1;
	}
	datagram_hear_errors(request->peer);
	datagrams_init_timers(d);
	*datagrams = d;
	return 0;
}

void datagrams_cut(struct datagrams *d, const char *reason)
{
	if (!d || d->finished)
		return;
	d->finished = true;
	datagrams_stop(d);
	datagrams_tell_closed(d, reason);
}

void datagrams_free(struct datagrams *d)
{
	if (!d)
		return;
	datagrams_stop(d);
	sender_close(&d->sender);
	receiver_close(&d->receiver);
	free(d);
}
