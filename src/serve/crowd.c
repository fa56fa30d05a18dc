#include "serve/crowd.h"

#include <errno.h>
#include <string.h>

#include "out/failure.h"
#include "serve/engine.h"
#include "stream/socket.h"

static void crowd_sweep(struct deferred *deferred);

/*
 * Whether any of those who are full took something since this was asked last. What the kernel has
 * for one may go for long before there is room for more.
 */
static bool crowd_has_moved(struct crowd *crowd)
{
	bool moved = crowd->moved;

	crowd->moved = false;
	for (struct guest *g = crowd->guests; g; g = g->next) {
		int queued = g->full ? stream_queued(g->stream) : g->queued;

		moved |= queued != g->queued;
		g->queued = queued;
	}
	return moved;
}

static void crowd_be_patient(struct crowd *crowd)
{
	loop_timer(crowd->loop, &crowd->patience,
	           nsec_after(loop_now(crowd->loop), CROWD_PATIENCE));
}

static void crowd_impatient(struct timer *timer)
{
	struct crowd *crowd = CONTAINER_OF(timer, struct crowd, patience);

	if (crowd_has_moved(crowd)) {
		crowd_be_patient(crowd);
		return;
	}
	crowd->impatient = true;
	crowd_release(crowd);
	loop_defer(crowd->loop, &crowd->sweep);
}

bool crowd_holds_back(struct crowd *crowd, const struct guest *sender)
{
	struct guest *g = crowd->guests;

	if (crowd->full == 0)
		return false;
	if (crowd->request->slow == CROWD_BLOCK)
		return crowd->full > (sender && sender->full ? 1 : 0);
	while (g && (g == sender || g->full || !guest_receives(g)))
		g = g->next;
	if (g || crowd->impatient)
		return false;
	if (!crowd->patience.set) {
		(void)crowd_has_moved(crowd);
		crowd_be_patient(crowd);
	}
	return true;
}

void crowd_open(struct crowd *crowd, struct engine *engine, struct crowd_request *request,
                const struct crowd_ops *ops, uint8_t *scratch)
{
	*crowd = (struct crowd){
		.request = request,
		.ops = ops,
		.engine = engine,
		.loop = engine_loop(engine),
		.server = engine_server(engine),
		.scratch = scratch,
		.sweep = { .call = crowd_sweep },
		.patience = { .fire = crowd_impatient },
	};
}

void crowd_close(struct crowd *crowd)
{
	loop_defer_cancel(crowd->loop, &crowd->sweep);
	loop_timer_cancel(crowd->loop, &crowd->patience);
}

void crowd_release(struct crowd *crowd)
{
	while (crowd->held)
		guest_release(&crowd->held);
}

void crowd_release_ready(struct crowd *crowd)
{
	struct guest **at = &crowd->held;

	while (*at)
		if ((*at)->in_ended || !crowd_holds_back(crowd, *at))
			guest_release(at);
		else
			at = &(*at)->next_listed;
}

bool crowd_has_receivers(const struct crowd *crowd)
{
	const struct guest *g = crowd->guests;

	while (g && !guest_receives(g))
		g = g->next;
	return g;
}

void crowd_end_source(struct crowd *crowd)
{
	crowd->source_ended = true;
	loop_defer(crowd->loop, &crowd->sweep);
	for (struct guest *g = crowd->guests; g; g = g->next)
		guest_look_at(g);
}

/* ---- What comes from a client, and goes to it. */

static void crowd_read(struct guest *g)
{
	struct crowd *crowd = g->crowd;
	size_t size;
	uint8_t *room = crowd->ops->room(g, &size);

	if (!room) {
		guest_hold(g);
		return;
	}
	struct io io = g->stream->ops->read(g->stream, room, size);
	if (io.kind == IO_DONE) {
		g->received += io.n;
		g->moved_at = loop_now(crowd->loop);
		server_moved(crowd->server, io.n, 0);
		crowd->ops->took(g, room, io.n);
		return;
	}
	if (io.kind == IO_FAILED)
		guest_note_error(g, io.error);
	if (io.kind == IO_FAILED || io.kind == IO_END)
		g->in_ended = true;
}

/* What had come when sending failed, bit by bit. */
static void crowd_read_last(struct guest *g)
{
	uint64_t before = g->received;

	crowd_read(g);
	if (g->held || g->in_ended)
		return;
	if (g->received == before)
		g->in_ended = true;
	else
		guest_look_at(g);
}

static void crowd_sweep(struct deferred *deferred)
{
	struct crowd *crowd = CONTAINER_OF(deferred, struct crowd, sweep);

	/* Those that come to the list meanwhile have their turn after others of the loop. */
	crowd->looking = TAKE(crowd->look);
	while (crowd->looking) {
		struct guest *g = crowd->looking;

		crowd->looking = g->next_listed;
		g->looked_at = false;
		if (g->broken && !g->in_ended)
			crowd_read_last(g);
		guest_turn(g);
	}
	if (crowd->ops->changed)
		crowd->ops->changed(crowd);
	if (crowd->source_ended && crowd->request->end_when_sent && !crowd->guests)
		engine_drain(crowd->engine, loop_now(crowd->loop));
}

/* IO came of sending to G, who had been sent BEFORE bytes. */
static void crowd_note_sent(struct guest *g, struct io io, uint64_t before)
{
	struct crowd *crowd = g->crowd;

	if (g->outbox.sent > before) {
		g->moved_at = loop_now(crowd->loop);
		crowd->moved = true;
		server_moved(crowd->server, 0, g->outbox.sent - before);
	}
	/*
	 * One that may go has done so; or it reads no more, which a Unix socket tells, and may
	 * still send.
	 */
	if (io.kind == IO_FAILED && crowd->request->may_go && (g->in_ended || io.error == EPIPE))
		guest_stop_sending(g);
	else if (io.kind == IO_FAILED)
		guest_break(g, io.error);
	guest_note_full(g);
}

static void crowd_send(struct guest *g)
{
	uint64_t before = g->outbox.sent;

	crowd_note_sent(g, outbox_send(&g->outbox, g->stream), before);
}

static void crowd_ready(struct watch *watch, unsigned ready)
{
	struct guest *g = CONTAINER_OF(watch, struct guest, watch);

	if (ready & READY_LOST) {
		guest_note_error(g, loop_lost_error(g->crowd->loop));
		guest_cut(g, g->fate);
		return;
	}
	g->hung_up |= (ready & READY_TROUBLE) != 0;
	if (!outbox_is_empty(&g->outbox))
		crowd_send(g);
	if (!g->in_ended && !g->held)
		crowd_read(g);
	else if (ready & READY_TROUBLE && g->in_done && !g->sent_all && !g->fate) {
		guest_hung_up(g);
		return;
	}
	guest_turn(g);
}

/* Which part of P a client gets that misses what it does not take: whole lines. */
static void crowd_share(struct guest *g, const struct parcel *p, size_t *begin, size_t *end)
{
	const uint8_t *newline = memchr(p->bytes, '\n', p->len);
	size_t first = newline ? (size_t)(newline - p->bytes) + 1 : p->len;
	bool in_line = p->bytes[p->len - 1] != '\n';

	*begin = 0;
	*end = p->len;
	if (g->dropping && g->outbox.backlog <= CROWD_BACKLOG / 2) {
		/*
		 * A line that was too long to be finished gets the newline of one that it misses.
		 */
		if (g->in_line)
			*begin = newline ? first - 1 : p->len;
		else if (g->drop_in_line)
			*begin = first;
		g->dropping = *begin == p->len;
	} else if (g->dropping) {
		*begin = p->len;
	} else if (g->outbox.backlog >= CROWD_BACKLOG &&
	           !(g->in_line && !newline && g->outbox.backlog < 2 * CROWD_BACKLOG)) {
		/* The line that it has a part of is finished, if it is not too long. */
		*end = g->in_line && newline ? first : 0;
		g->in_line &= !newline;
		g->dropping = true;
	}
	if (g->dropping)
		g->drop_in_line = in_line;
	else
		g->in_line = in_line;
	if (g->dropped == 0 && *end - *begin < p->len) {
		g->dropped = p->len - (*end - *begin);
		guest_tell_missed(g);
	} else {
		g->dropped += p->len - (*end - *begin);
	}
}

static void crowd_give_one(struct guest *g, struct parcel *p)
{
	enum crowd_slow slow = g->crowd->request->slow;
	uint64_t before = g->outbox.sent;
	size_t begin = 0, end = p->len;

	if (slow == CROWD_CLOSE && g->outbox.backlog >= CROWD_BACKLOG) {
		guest_fail(g, "closed by --slow, for it does not take what is sent");
		return;
	}
	if (slow == CROWD_DROP)
		crowd_share(g, p, &begin, &end);
	if (begin == end)
		return;
	crowd_note_sent(g, outbox_give(&g->outbox, g->stream, p, begin, end), before);
	guest_watch(g);
}

void crowd_give(struct crowd *crowd, const struct guest *except, const uint8_t *bytes, size_t n)
{
	struct parcel p = { .bytes = bytes, .len = n };

	for (struct guest *g = crowd->guests; g && n > 0; g = g->next)
		if (g != except && guest_receives(g))
			crowd_give_one(g, &p);
	parcel_close(&p);
}

/* ---- A client as the engine knows it. */

static void crowd_idle(struct timer *timer)
{
	struct guest *g = CONTAINER_OF(timer, struct guest, idle);
	nsec_t now = loop_now(g->crowd->loop);
	nsec_t timeout = g->crowd->server->request->idle_timeout;

	/*
	 * Who is held back by us, or by the others, is not idle, unless it is itself who takes
	 * nothing.
	 */
	if (outbox_is_empty(&g->outbox) && (g->held || g->crowd->full > 0))
		g->moved_at = now;
	if (now < nsec_after(g->moved_at, timeout))
		loop_timer(g->crowd->loop, timer, nsec_after(g->moved_at, timeout));
	else
		guest_cut(g, "cut by --idle-timeout");
}

static void crowd_ack(struct timer *timer)
{
	guest_turn(CONTAINER_OF(timer, struct guest, ack));
}

struct client *crowd_new_client(struct crowd *crowd, struct stream *stream)
{
	struct guest *g = malloc(sizeof *g);

	if (!g)
		return NULL;
	*g = (struct guest){
		.watch = { .fd = stream->fd, .ready = crowd_ready, .may_be_lost = true },
		.crowd = crowd,
		.stream = stream,
		.file = -1,
		.moved_at = loop_now(crowd->loop),
		.idle = { .fire = crowd_idle },
		.ack = { .fire = crowd_ack },
	};
	return &g->client;
}

/* When G took the last place, another who has ended may have to go. */
static void crowd_make_room(struct crowd *crowd)
{
	struct guest *g = crowd->guests;

	if (!server_is_full(crowd->server))
		return;
	while (g && !(g->in_done && outbox_is_empty(&g->outbox)))
		g = g->next;
	if (g)
		guest_look_at(g);
}

void crowd_start(struct client *c)
{
	struct guest *g = CONTAINER_OF(c, struct guest, client);
	struct crowd *crowd = g->crowd;

	g->source.id = c->told.id;
	crowd_make_room(crowd);
	g->next = crowd->guests;
	if (g->next)
		g->next->previous = g;
	crowd->guests = g;
	loop_timer(crowd->loop, &g->idle,
	           nsec_after(g->moved_at, crowd->server->request->idle_timeout));
	loop_defer(crowd->loop, &crowd->sweep);
	if (crowd->ops->start)
		crowd->ops->start(g);
	guest_turn(g);
}

void crowd_drain(struct client *c)
{
	struct guest *g = CONTAINER_OF(c, struct guest, client);

	g->crowd->draining = true;
	g->draining = g->in_ended = true;
	/* It may still get what others have begun to say, whose turn to drain is next. */
	guest_end_input(g);
	guest_look_at(g);
}

void crowd_cut(struct client *c, const char *reason)
{
	guest_cut(CONTAINER_OF(c, struct guest, client), reason);
}

void crowd_free_client(struct client *c)
{
	struct guest *g = CONTAINER_OF(c, struct guest, client);

	g->crowd->ops->forget(g);
	(void)stream_close(g->stream);
	free(g);
}
