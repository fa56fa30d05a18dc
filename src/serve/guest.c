#include "serve/guest.h"

#include <errno.h>

#include "out/failure.h"
#include "stream/socket.h"

/* How often what still comes is thrown away before a connection is closed, which it would reset. */
enum { GUEST_LAST_READS = 16 };

void guest_look_at(struct guest *g)
{
	struct crowd *crowd = g->crowd;

	loop_defer(crowd->loop, &crowd->sweep);
	if (g->looked_at || g->held)
		return;
	g->looked_at = true;
	g->next_listed = crowd->look;
	crowd->look = g;
}

void guest_hold(struct guest *g)
{
	if (g->held || g->looked_at)
		return;
	g->held = true;
	g->next_listed = g->crowd->held;
	g->crowd->held = g;
}

void guest_release(struct guest **at)
{
	struct guest *g = *at;

	*at = g->next_listed;
	g->held = false;
	guest_look_at(g);
}

static void guest_unlist(struct guest *g)
{
	struct guest **lists[] = { &g->crowd->held, &g->crowd->look, &g->crowd->looking };

	if (!g->held && !g->looked_at)
		return;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct guest **at = lists[i];

		while (*at && *at != g)
			at = &(*at)->next_listed;
		if (*at)
			*at = g->next_listed;
	}
	g->held = g->looked_at = false;
}

void guest_note_full(struct guest *g)
{
	struct crowd *crowd = g->crowd;
	bool was = g->full;
	/* Before it gets so far that it misses something, where the others' speed decides. */
	size_t full = crowd->request->slow == CROWD_BLOCK ? CROWD_BACKLOG : CROWD_BACKLOG / 2;

	if (g->outbox.backlog >= full)
		g->full = true;
	else if (g->outbox.backlog <= full / 2)
		g->full = false;
	if (g->full == was)
		return;
	crowd->full += g->full ? 1 : -1u;
	if (!g->full) {
		crowd->impatient = false;
		loop_timer_cancel(crowd->loop, &crowd->patience);
	}
	loop_defer(crowd->loop, &crowd->sweep);
}

bool guest_receives(const struct guest *g)
{
	return !g->sent_all && !g->fate;
}

static void guest_gone(struct guest *g, const char *reason, bool failed)
{
	struct crowd *crowd = g->crowd;
	struct client_end end = {
		.received = g->received,
		.sent = g->outbox.sent,
		.reason = reason,
		.failed = failed,
		.failed_here = failed && g->failed_here,
	};

	if (g->dropped > 0)
		guest_tell_missed(g);
	guest_unlist(g);
	loop_timer_cancel(crowd->loop, &g->idle);
	loop_timer_cancel(crowd->loop, &g->ack);
	loop_unwatch_closing(&g->watch);
	outbox_drop(&g->outbox);
	guest_note_full(g);
	*(g->previous ? &g->previous->next : &crowd->guests) = g->next;
	if (g->next)
		g->next->previous = g->previous;
	loop_defer(crowd->loop, &crowd->sweep);
	client_gone(&g->client, &end);
}

void guest_note_error(struct guest *g, int error)
{
	if (g->fate)
		return;
	g->fate = failure_errno_text(stream_error(error));
	g->failed_here = err_is_local(error);
}

void guest_break(struct guest *g, int error)
{
	guest_note_error(g, error);
	g->broken = true;
	outbox_drop(&g->outbox);
	guest_note_full(g);
	guest_look_at(g);
}

void guest_stop_sending(struct guest *g)
{
	/* Nothing will be acknowledged any more. */
	g->sent_all = g->settled = true;
	outbox_drop(&g->outbox);
	guest_look_at(g);
}

void guest_fail(struct guest *g, const char *reason)
{
	if (!g->fate)
		g->fate = reason;
	g->in_ended = true;
	outbox_drop(&g->outbox);
	guest_note_full(g);
	guest_look_at(g);
}

void guest_cut(struct guest *g, const char *reason)
{
	if (!g->in_done)
		(void)g->crowd->ops->ended(g);
	guest_gone(g, reason, true);
}

void guest_hung_up(struct guest *g)
{
	int pending = stream_pending_error(g->stream), unacked = stream_unacked(g->stream);
	bool owed = !outbox_is_empty(&g->outbox) || unacked != 0 ||
	            (pending && g->stream->nature != STREAM_TCP);

	if (owed && !g->crowd->request->may_go) {
		guest_note_error(g, pending > 0 ? pending : ECONNRESET);
		guest_gone(g, g->fate, true);
	} else {
		guest_gone(g, "the peer is gone", false);
	}
}

static void guest_shut(struct guest *g)
{
	int error = 0;

	g->sent_all = true;
	/* If it has ended and has everything, nothing that comes after can matter. */
	g->settled = g->in_ended && !g->draining && stream_unacked(g->stream) == 0;
	if (!g->crowd->request->keep_sending_side || g->in_ended)
		error = g->stream->ops->shut_write(g->stream);
	if (error && !g->settled)
		guest_break(g, -error);
}

static void guest_read_rest(struct guest *g)
{
	struct io io = { .kind = IO_DONE };

	for (int i = 0; i < GUEST_LAST_READS && io.kind == IO_DONE; i++)
		io = g->stream->ops->read(g->stream, g->crowd->scratch, CROWD_READ);
}

/* All is sent: it is over once its TCP has everything. Whether it is gone. */
static bool guest_settle(struct guest *g)
{
	struct crowd *crowd = g->crowd;
	int unacked = g->settled ? 0 : stream_unacked(g->stream);
	int pending = g->settled ? 0 : stream_pending_error(g->stream);
	nsec_t now = loop_now(crowd->loop);

	if (g->draining)
		guest_read_rest(g);
	if (pending || unacked < 0) {
		guest_note_error(g, pending > 0 ? pending : pending < 0 ? -pending : -unacked);
		guest_gone(g, g->fate, !crowd->request->may_go);
		return true;
	}
	if (unacked == 0) {
		guest_gone(g, "ended", false);
		return true;
	}
	if (patience_is_over(&g->patience, now, -unacked, crowd->request->ack_timeout, false)) {
		guest_gone(g, "what was sent is not acknowledged", true);
		return true;
	}
	loop_timer(crowd->loop, &g->ack, patience_next(&g->patience, now));
	return false;
}

/* Whether nothing more is to be sent to G, once its backlog is empty. */
static bool guest_has_all(const struct guest *g)
{
	const struct crowd *crowd = g->crowd;

	if (crowd->source_ended || g->draining)
		return true;
	/* Who has ended makes room when there is none. */
	return g->in_done && (crowd->request->quit_on_end || server_is_full(crowd->server));
}

void guest_end_input(struct guest *g)
{
	struct crowd *crowd = g->crowd;

	if (!g->in_ended || g->in_done)
		return;
	g->in_done = crowd->ops->ended(g);
	if (!g->in_done)
		guest_hold(g);
	else if (!crowd->request->quit_on_end && !g->sent_all)
		stream_keep_alive(g->stream, STREAM_KEEP_IDLE);
}

void guest_turn(struct guest *g)
{
	struct crowd *crowd = g->crowd;

	guest_end_input(g);
	if (g->fate && g->in_done) {
		guest_gone(g, g->fate, true);
		return;
	}
	if (!g->sent_all && !g->fate && outbox_is_empty(&g->outbox) && guest_has_all(g))
		guest_shut(g);
	bool over = g->sent_all && !g->fate && (g->in_done || crowd->request->end_when_sent);
	if (!over || g->ack.set || !guest_settle(g))
		guest_watch(g);
}

void guest_tell_missed(const struct guest *g)
{
	char what[96];
	struct text t = TEXT_OVER(what);

	text_add(&t, "client %llu is too slow: %llu bytes missed",
	         (unsigned long long)g->client.told.id, (unsigned long long)g->dropped);
	REPORT(g->crowd->server->report, REPORT_CUT, FIELD_INT("client", g->client.told.id),
	       FIELD_INT("missed_bytes", g->dropped), FIELD_STR("reason", what));
}

void guest_watch(struct guest *g)
{
	struct loop *loop = g->crowd->loop;
	bool reads = !g->in_ended && !g->held;
	bool sends = !outbox_is_empty(&g->outbox);

	/* Where nothing is waited for, its hanging up would wake us again and again. */
	if ((g->in_ended && g->sent_all) || (g->hung_up && !reads && !g->in_done))
		loop_unwatch(&g->watch);
	else
		loop_watch(loop, &g->watch, (reads ? READY_IN : 0u) | (sends ? READY_OUT : 0u));
}
