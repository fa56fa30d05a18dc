#include "relay/flow.h"

#include <errno.h>
#include <string.h>

#include "stream/socket.h"
#include "sys/file.h"

/* How many steps one turn takes before the rest of the program has its own. */
enum { FLOW_STEPS_A_TURN = 8 };

bool flow_is_socket(const struct stream *s)
{
	return s->nature == STREAM_TCP || s->nature == STREAM_SOCKET;
}

static bool is_file(const struct stream *s)
{
	return s->nature == STREAM_FILE || s->nature == STREAM_APPEND;
}

static const struct flow_way *flow_choose(const struct flow *f)
{
	if (!f->to || !f->plain || f->from->ops->splice_fd(f->from) < 0 ||
	    f->to->ops->splice_fd(f->to) < 0)
		return &flow_way_copy;
	if (is_file(f->from) && flow_is_socket(f->to))
		return &flow_way_sendfile;
	if (flow_is_socket(f->from) && f->to->nature == STREAM_PIPE)
		return &flow_way_splice;
	return &flow_way_copy;
}

void flow_init(struct flow *f, struct stream *from, struct stream *to,
               const struct flow_between *between)
{
	*f = (struct flow){ .from = from, .to = to, .pipe = { -1, -1 } };
	if (between)
		f->between = *between;
	f->plain = !f->between.tap && !f->between.pace && !f->between.telnet;
	f->way = flow_choose(f);
	f->want_from = READY_IN;
}

void flow_share(struct flow *f, struct spares *shared)
{
	f->shared = shared;
}

int flow_begin_with(struct flow *f, const void *bytes, size_t n)
{
	f->buf = malloc(n);
	if (!f->buf)
		return ENOMEM;
	memcpy(f->buf, bytes, n);
	f->size = f->end = n;
	return 0;
}

void flow_close(struct flow *f)
{
	free(f->buf);
	free(f->tap_in);
	(void)sys_close(f->pipe[0]);
	(void)sys_close(f->pipe[1]);
	f->buf = f->tap_in = NULL;
	f->pipe[0] = f->pipe[1] = -1;
}

/* Make *BUF as big as SIZE; one that is there already stays when there is no memory for more. */
static bool flow_grow(uint8_t **buf, size_t size)
{
	uint8_t *grown = realloc(*buf, size);

	if (grown)
		*buf = grown;
	return grown;
}

/* The shared buffer, unless what the sink did not take is still to go. */
static bool flow_borrow_buffer(struct flow *f)
{
	if (f->begin < f->end)
		return true;
	if (f->buf != f->shared->buf)
		free(f->buf);
	f->buf = f->shared->buf;
	f->size = f->shared->size;
	f->begin = f->end = 0;
	return true;
}

/* The turn is over: others need what is shared. */
static void flow_give_back(struct flow *f)
{
	size_t left = f->end - f->begin;

	if (f->piped == 0 && f->pipe[0] >= 0)
		spares_give_pipe(f->shared, f->pipe);
	if (f->buf != f->shared->buf && left > 0)
		return;

	uint8_t *kept = left > 0 ? malloc(left) : NULL;

	if (kept)
		memcpy(kept, f->buf + f->begin, left);
	else if (left > 0)
		flow_to_failed(f, ENOMEM);
	if (f->buf != f->shared->buf)
		free(f->buf);
	f->buf = kept;
	f->begin = 0;
	f->size = f->end = kept ? left : 0;
}

bool flow_make_buffer(struct flow *f)
{
	if (f->shared)
		return flow_borrow_buffer(f);

	size_t size = f->grown ? FLOW_CHUNK : FLOW_FULL_READ;

	if (size > f->size && flow_grow(&f->buf, size) &&
	    (!f->between.tap || flow_grow(&f->tap_in, size / f->between.tap->growth)))
		f->size = size;
	if (f->size == 0)
		flow_to_failed(f, ENOMEM);
	return f->size > 0;
}

/* The first full read: what follows is worth the room. */
static void flow_grow_pipes(struct flow *f)
{
	f->grown = true;
	if (f->from->nature == STREAM_PIPE)
		(void)!sys_pipe_resize(f->from->fd, FLOW_CHUNK);
	if (f->to && f->to->nature == STREAM_PIPE)
		(void)!sys_pipe_resize(f->to->fd, FLOW_CHUNK);
}

void flow_took(struct flow *f, size_t n, size_t asked)
{
	bool full = n >= FLOW_FULL_READ || n == asked;

	f->taken += n;
	if (f->end_at > 0 && f->taken >= f->end_at)
		f->from_ended = true;
	if (!full) {
		f->full_reads = 0;
		return;
	}
	if (!f->grown)
		flow_grow_pipes(f);
	f->full_reads++;
	if (f->from->nature == STREAM_TCP && !f->low_water && !f->shared &&
	    f->full_reads == FLOW_READS_BEFORE_LOW_WATER) {
		stream_set_low_water(f->from, FLOW_LOW_WATER);
		f->low_water = true;
	}
}

void flow_from_result(struct flow *f, struct io io)
{
	switch (io.kind) {
	case IO_DONE:
		break;
	case IO_WANT_READ:
		f->want_from = READY_IN;
		break;
	case IO_WANT_WRITE:
		f->want_from = READY_OUT;
		break;
	case IO_END:
		f->from_ended = true;
		break;
	case IO_FAILED:
		f->from_ended = true;
		f->from_error = io.error;
		break;
	}
}

void flow_to_failed(struct flow *f, int error)
{
	f->state = FLOW_TO_FAILED;
	f->error = error;
}

void flow_to_full(struct flow *f)
{
	f->want_to = READY_OUT;
	if (!f->unsent_bounded)
		stream_bound_unsent(f->to, FLOW_UNSENT);
	f->unsent_bounded = true;
}

bool flow_source_has_ended(const struct flow *f)
{
	return f->from_ended;
}

size_t flow_undelivered(const struct flow *f)
{
	return f->end - f->begin + f->piped;
}

static bool flow_is_empty(const struct flow *f)
{
	return flow_undelivered(f) == 0;
}

static bool flow_owes_answers(const struct flow *f)
{
	return f->between.telnet && telnet_has_answers(f->between.telnet);
}

static void flow_settle(struct flow *f)
{
	if (f->state != FLOW_RUNNING || !f->from_ended || !flow_is_empty(f) || flow_owes_answers(f))
		return;
	f->state = f->from_error ? FLOW_FROM_FAILED : FLOW_ENDED;
	f->error = f->from_error;
	f->want_from = f->want_to = 0;
}

static void flow_turn(struct flow *f)
{
	f->want_from = f->want_to = 0;
	f->held = false;
	f->taken_before = f->taken;
	for (int i = 0; i < FLOW_STEPS_A_TURN; i++)
		if (f->state != FLOW_RUNNING || !f->way->step(f))
			break;
	flow_settle(f);
	/* The turn is over before the bytes are: any readiness of either side goes on. */
	if (f->state == FLOW_RUNNING && !f->want_from && !f->want_to && !f->held) {
		if (flow_is_empty(f) && !f->from_ended)
			f->want_from = READY_IN;
		else
			f->want_to = READY_OUT;
	}
	if (f->shared)
		flow_give_back(f);
}

void flow_wake(struct flow *f, unsigned from_ready, unsigned to_ready)
{
	bool by_from = f->want_from && (from_ready & (f->want_from | READY_TROUBLE));
	bool by_to = f->want_to && (to_ready & (f->want_to | READY_TROUBLE));

	if (f->state == FLOW_RUNNING && (by_from || by_to))
		flow_turn(f);
}

void flow_resume(struct flow *f)
{
	if (f->state == FLOW_RUNNING && f->held)
		flow_turn(f);
}

bool flow_answer(struct flow *f)
{
	if (f->state != FLOW_RUNNING || !flow_owes_answers(f) || telnet_is_split(f->buf, f->begin))
		return true;

	struct io io = telnet_send(f->between.telnet, f->to, &f->given);

	if (io.kind == IO_FAILED)
		flow_to_failed(f, io.error);
	else if (io.kind != IO_DONE)
		f->want_to = io.kind == IO_WANT_READ ? READY_IN : READY_OUT;
	return io.kind == IO_DONE;
}

bool flow_is_idle(const struct flow *f)
{
	return f->state == FLOW_RUNNING && f->want_from && !f->want_to && flow_is_empty(f);
}

bool flow_waits_briefly(const struct flow *f)
{
	return f->state == FLOW_RUNNING && f->low_water && f->want_from;
}

void flow_lower_water(struct flow *f)
{
	stream_set_low_water(f->from, 1);
	f->low_water = false;
	f->full_reads = 0;
}

bool flow_end_source(struct flow *f)
{
	bool cut = !f->from_ended;

	f->from_ended = true;
	f->want_from = 0;
	flow_settle(f);
	return cut;
}

void flow_end_source_after(struct flow *f, uint64_t bytes)
{
	if (f->state != FLOW_RUNNING)
		return;
	if (bytes == 0) {
		(void)flow_end_source(f);
		return;
	}
	f->end_at = f->taken + bytes;
	/* It may have been told of readiness for the last time. */
	flow_wake(f, READY_IN, 0);
}

void flow_drop_sink(struct flow *f)
{
	f->to = NULL;
	f->way = &flow_way_copy;
	f->between.pace = NULL;
	f->held = false;
	f->begin = f->end = 0;
	if (f->state == FLOW_TO_FAILED)
		f->state = FLOW_RUNNING;
	if (f->state != FLOW_RUNNING)
		return;
	f->error = 0;
	f->want_from = READY_IN;
	f->want_to = 0;
	flow_settle(f);
}
