#include "relay/datagram_forward.h"

#include <errno.h>

#include "out/failure.h"
#include "relay/datagram_queue.h"
#include "relay/sessions.h"
#include "stream/socket.h"
#include "sys/socket.h"

enum { BATCHES_A_TURN = 8 };

/* Receiving fails for want of memory: how long it rests. */
#define RECEIVE_PAUSE (200 * NSEC_PER_MSEC)

const struct mailbox_wants datagram_forward_wants = { .peer = true, .local = true };

struct session {
	struct session_entry entry;
	struct datagram_forward *forward;
	uint64_t number;
	nsec_t began;
	struct dial *dial;
	struct stream *target; /* NULL: being dialled */
	struct watch watch;
	struct datagram_queue waiting; /* for the target, or for room in its queue */
	uint64_t received, sent;       /* bytes: of the client, and to it */
};

struct inlet {
	struct datagram_forward *forward;
	struct watch watch;
	struct addr local;
};

struct datagram_forward {
	struct loop *loop;
	struct report *report;
	struct datagram_forward_request request;
	struct mailbox *mailbox;
	uint8_t *room; /* what comes from targets */
	struct sessions sessions;
	struct timer expiry, rest;
	uint64_t numbered;
	bool failing; /* the last session had no target, and that has been told */
	bool told_lost, told_paused;
	size_t inlet_count;
	struct inlet inlets[];
};

static void session_end(struct session *s, const char *reason)
{
	struct datagram_forward *f = s->forward;

	REPORT(f->report, REPORT_CLIENT_GONE, FIELD_INT("client", s->number),
	       FIELD_ADDR("peer", &s->entry.who.peer), FIELD_STR("reason", reason),
	       FIELD_INT("received_bytes", s->received), FIELD_INT("sent_bytes", s->sent),
	       FIELD_TIME("time", loop_now(f->loop) - s->began));
	sessions_remove(&f->sessions, &s->entry);
	dial_abandon(s->dial);
	loop_unwatch_closing(&s->watch);
	(void)stream_close(s->target);
	datagram_queue_empty(&s->waiting);
	free(s);
}

/* The first that is lost is told: a stranger must not be able to fill the screen. */
static void forward_lost(struct datagram_forward *f, const struct addr *peer, int error)
{
	if (f->told_lost)
		return;
	f->told_lost = true;
	REPORT(f->report, REPORT_LOST, FIELD_ADDR("peer", peer),
	       FIELD_STR("reason", failure_errno_text(error)));
}

/*
 * N is what receiving at WATCH gave: without memory it would be ready, and fail, again and again.
 * Whether it rests.
 */
static bool forward_rests(struct datagram_forward *f, struct watch *watch, int n)
{
	if (n > 0)
		f->told_paused = false;
	if (n != -ENOBUFS && n != -ENOMEM)
		return false;
	if (!f->told_paused)
		REPORT_WITH(f->report, REPORT_RECEIVE_PAUSED, true,
		            FIELD_STR("reason", failure_errno_text(-n)));
	f->told_paused = true;
	loop_unwatch(watch);
	loop_timer(f->loop, &f->rest, nsec_after(loop_now(f->loop), RECEIVE_PAUSE));
	return true;
}

static void session_dialled(void *context, struct stream *target, const struct err *err);

/* -1 when not even that can be begun. */
static int session_dial(struct session *s, struct err *err)
{
	const struct datagram_forward *f = s->forward;
	struct dial_request request = f->request.target;
	struct report *heard = report_hears_details(f->report) ? f->report : NULL;

	request.deadline = nsec_after(loop_now(f->loop), request.limit);
	return dial_start(f->loop, &request, heard, session_dialled, s, &s->dial, err);
}

/* A Unix target that has gone never comes back to this socket: find who has its name now. */
static void session_dial_anew(struct session *s)
{
	struct err err;

	loop_unwatch_closing(&s->watch);
	(void)stream_close(TAKE(s->target));
	/* The next datagram will try it again. */
	if (session_dial(s, &err))
		forward_lost(s->forward, &s->entry.who.peer, err.code);
}

/* False when it has to wait. */
static bool session_send(struct session *s, const uint8_t *at, size_t len)
{
	struct datagram one = { .at = (uint8_t *)at, .len = len };
	int n = datagram_send(s->target, &one, 1);

	/* An error that an earlier one has brought back: this one has not been tried. */
	if (n == -ECONNREFUSED || n == -EHOSTUNREACH || n == -ENETUNREACH)
		n = datagram_send(s->target, &one, 1);
	if (n == -EAGAIN)
		return false;
	if (n == -ENOTCONN) {
		session_dial_anew(s);
		return false;
	}
	if (n < 0)
		forward_lost(s->forward, stream_peer(s->target), -n);
	return true;
}

/* What waits, as far as the target takes it. */
static void session_flush(struct session *s)
{
	struct datagram_queue *q = &s->waiting;

	while (s->target && q->first && session_send(s, q->first->bytes, q->first->len))
		datagram_queue_drop(q);
	if (s->target)
		loop_watch(s->forward->loop, &s->watch, READY_IN | (q->first ? READY_OUT : 0u));
}

/* Give back what came from the target, COUNT of it. */
static void session_answer(struct session *s, const struct datagram *datagrams, size_t count)
{
	struct mailbox_parcel parcels[DATAGRAM_BATCH];
	size_t whole = 0, done = 0;

	if (!correspondent_can_be_answered(&s->entry.who))
		return;
	for (size_t i = 0; i < count; i++) {
		if (datagrams[i].sent_len > datagrams[i].len) {
			forward_lost(s->forward, &s->entry.who.peer, EMSGSIZE);
			continue;
		}
		parcels[whole++] =
			(struct mailbox_parcel){ datagrams[i].at, datagrams[i].len, &s->entry.who };
	}
	while (done < whole) {
		int n = mailbox_send(s->entry.who.fd, parcels + done, whole - done);

		if (n < 0)
			forward_lost(s->forward, &s->entry.who.peer, -n);
		for (int i = 0; i < n; i++)
			s->sent += parcels[done + (size_t)i].len;
		done += n > 0 ? (size_t)n : 1;
	}
}

static void session_ready(struct watch *watch, unsigned ready)
{
	struct session *s = CONTAINER_OF(watch, struct session, watch);
	struct datagram_forward *f = s->forward;
	struct datagram datagrams[DATAGRAM_BATCH];
	bool ended;

	if (ready & READY_LOST) {
		session_end(s, failure_errno_text(loop_lost_error(f->loop)));
		return;
	}
	if (s->waiting.first)
		session_flush(s);
	for (int i = 0; i < BATCHES_A_TURN && s->target; i++) {
		for (size_t j = 0; j < DATAGRAM_BATCH; j++)
			datagrams[j] = (struct datagram){ .at = f->room + j * DATAGRAM_ROOM };
		int n = datagram_receive(s->target, datagrams, DATAGRAM_BATCH, &ended);
		if (!forward_rests(f, watch, n) && n < 0 && n != -EAGAIN)
			forward_lost(f, stream_peer(s->target), -n);
		if (n <= 0)
			return;
		sessions_touch(&f->sessions, &s->entry, loop_now(f->loop));
		session_answer(s, datagrams, (size_t)n);
		if (n < DATAGRAM_BATCH)
			return;
	}
}

static void session_tell_joined(const struct session *s)
{
	struct addr local = { .len = sizeof local.at };
	const struct datagram_forward *f = s->forward;

	if (!report_is_heard(f->report) ||
	    sys_getsockname(s->target->fd, &local.at.any, &local.len) != 0)
		return;
	REPORT(f->report, REPORT_FORWARDED, FIELD_INT("client", s->number),
	       FIELD_ADDR("from", &s->entry.who.peer), FIELD_ADDR("peer", stream_peer(s->target)),
	       FIELD_ADDR("local", &local), FIELD_TIME("time", loop_now(f->loop) - s->began));
}

static void session_dialled(void *context, struct stream *target, const struct err *err)
{
	struct session *s = context;
	struct datagram_forward *f = s->forward;

	s->dial = NULL;
	if (err && !f->failing)
		report_failure(f->report, err);
	f->failing = err != NULL;
	if (err) {
		session_end(s, "the target cannot be reached");
		return;
	}
	s->target = target;
	s->watch = (struct watch){ .fd = target->fd, .ready = session_ready, .may_be_lost = true };
	session_tell_joined(s);
	session_flush(s);
}

static void forward_expire(struct timer *timer)
{
	struct datagram_forward *f = CONTAINER_OF(timer, struct datagram_forward, expiry);
	nsec_t timeout = f->request.session_timeout, now = loop_now(f->loop);
	struct session_entry *e = f->sessions.oldest;

	while (e && nsec_after(e->active, timeout) <= now) {
		session_end(CONTAINER_OF(e, struct session, entry), "quiet for --session-timeout");
		e = f->sessions.oldest;
	}
	if (e)
		loop_timer(f->loop, timer, nsec_after(e->active, timeout));
}

/* One for C, who has none. NULL when there is no memory or the target cannot even be dialled. */
static struct session *forward_new_session(struct datagram_forward *f,
                                           const struct correspondent *c)
{
	nsec_t now = loop_now(f->loop);
	struct err err;

	if (f->sessions.count >= f->request.max_sessions)
		session_end(CONTAINER_OF(f->sessions.oldest, struct session, entry),
		            "quiet for the longest, and others have come");

	struct session *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->entry.who = *c;
	s->forward = f;
	s->number = ++f->numbered;
	s->began = now;
	sessions_add(&f->sessions, &s->entry, now);
	if (!f->expiry.set)
		loop_timer(f->loop, &f->expiry, nsec_after(now, f->request.session_timeout));
	if (session_dial(s, &err)) {
		session_dialled(s, NULL, &err);
		return NULL;
	}
	return s;
}

static void forward_pass_on(struct datagram_forward *f, size_t i)
{
	struct letter l = mailbox_letter(f->mailbox, i);
	struct correspondent from;
	struct err err;

	mailbox_correspondent(f->mailbox, i, &from);
	if (l.sent_len > l.len) {
		forward_lost(f, &from.peer, EMSGSIZE);
		return;
	}

	struct session_entry *known = sessions_find(&f->sessions, &from);
	struct session *s =
		known ? CONTAINER_OF(known, struct session, entry) : forward_new_session(f, &from);

	if (!s) {
		forward_lost(f, &from.peer, ENOBUFS);
		return;
	}
	sessions_touch(&f->sessions, &s->entry, loop_now(f->loop));
	s->received += l.len;
	if (s->target && !s->waiting.first && session_send(s, l.at, l.len))
		return;
	if (!datagram_queue_add(&s->waiting, l.at, l.len))
		forward_lost(f, &from.peer, ENOBUFS);
	if (s->target)
		loop_watch(f->loop, &s->watch, READY_IN | READY_OUT);
	else if (!s->dial && session_dial(s, &err))
		forward_lost(f, &from.peer, err.code);
}

static void inlet_ready(struct watch *watch, unsigned ready)
{
	struct inlet *in = CONTAINER_OF(watch, struct inlet, watch);
	struct datagram_forward *f = in->forward;

	(void)ready;
	for (int i = 0; i < BATCHES_A_TURN; i++) {
		int n = mailbox_receive(f->mailbox, watch->fd, &in->local, MAILBOX_BATCH);

		(void)forward_rests(f, watch, n);
		size_t let =
			n > 0 ? admission_sift(f->request.admission, f->mailbox, (size_t)n) : 0;
		for (size_t j = 0; j < let; j++)
			forward_pass_on(f, j);
		if (n < MAILBOX_BATCH)
			return;
	}
}

static void forward_rested(struct timer *timer)
{
	struct datagram_forward *f = CONTAINER_OF(timer, struct datagram_forward, rest);

	for (size_t i = 0; i < f->inlet_count; i++)
		loop_watch(f->loop, &f->inlets[i].watch, READY_IN);
	for (struct session_entry *e = f->sessions.oldest; e; e = e->newer)
		session_flush(CONTAINER_OF(e, struct session, entry));
}

int datagram_forward_start(struct loop *loop, const struct datagram_forward_request *request,
                           struct report *report, struct datagram_forward **forward,
                           struct err *err)
{
	size_t count = request->socket_count;
	struct datagram_forward *f = calloc(1, sizeof *f + count * sizeof f->inlets[0]);

	if (f) {
		f->mailbox = mailbox_new(DATAGRAM_ROOM, &datagram_forward_wants);
		f->room = malloc(DATAGRAM_BATCH * DATAGRAM_ROOM);
	}
	if (!f || !f->mailbox || !f->room) {
		if (f)
			free(f->room);
		mailbox_free(f ? f->mailbox : NULL);
		free(f);
		return err_set(err, ERR_LOCAL, ENOMEM, "relay", "%s", request->target.spec->text);
	}
	f->loop = loop;
	f->report = report;
	f->request = *request;
	f->expiry.fire = forward_expire;
	f->rest.fire = forward_rested;
	f->inlet_count = count;
	for (size_t i = 0; i < count; i++) {
		f->inlets[i] = (struct inlet){
			.forward = f,
			.watch = { .fd = request->sockets[i].fd, .ready = inlet_ready },
			.local = request->sockets[i].local,
		};
		loop_watch(loop, &f->inlets[i].watch, READY_IN);
	}
	*forward = f;
	return 0;
}

uint64_t datagram_forward_sessions(const struct datagram_forward *f)
{
	return f->numbered;
}

void datagram_forward_free(struct datagram_forward *f)
{
	if (!f)
		return;
	while (f->sessions.oldest)
		session_end(CONTAINER_OF(f->sessions.oldest, struct session, entry), "sockit ends");
	loop_timer_cancel(f->loop, &f->expiry);
	loop_timer_cancel(f->loop, &f->rest);
	for (size_t i = 0; i < f->inlet_count; i++)
		loop_unwatch(&f->inlets[i].watch);
	mailbox_free(f->mailbox);
	free(f->room);
	free(f);
}
