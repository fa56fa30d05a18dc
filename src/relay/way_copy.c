/* Through a buffer of ours: between any two streams, and the only way that taps can look into. */
#include <errno.h>

#include "relay/flow.h"
#include "sys/clock.h"
#include "sys/file.h"

/* What fits behind what is in the buffer, as bytes to be read. */
static size_t copy_room(const struct flow *f)
{
	const struct tap *tap = f->between.tap;
	size_t room = f->size - f->end;

	if (!tap)
		return room;
	room /= tap->growth;
	return room > tap->extra ? room - tap->extra : 0;
}

static void copy_finish_tap(struct flow *f)
{
	struct tap *tap = f->between.tap;

	if (tap)
		f->end += tap->finish(tap, f->buf + f->end);
	f->between.tap = NULL;
}

/*
 * Read once. False when there was nothing to be had, or when less came than would have fit: the
 * source is drained at the moment, and asking it again would be a call for nothing.
 */
static bool copy_fill(struct flow *f)
{
	struct tap *tap = f->between.tap;
	size_t room = copy_room(f);
	struct io io = f->from->ops->read(f->from, tap ? f->tap_in : f->buf + f->end, room);

	if (io.kind == IO_DONE) {
		flow_took(f, io.n, room);
		f->end += tap ? tap->pass(tap, f->tap_in, io.n, f->buf + f->end) : io.n;
		if (io.n < room && !f->from_ended)
			f->want_from = READY_IN;
		if (!f->from_ended)
			return io.n == room;
	} else {
		flow_from_result(f, io);
	}
	if (f->from_ended)
		copy_finish_tap(f);
	return false;
}

/* Write up to N bytes of the buffer, once. False when the sink takes no more at the moment. */
static bool copy_write(struct flow *f, size_t n)
{
	struct io io = f->to ? f->to->ops->write(f->to, f->buf + f->begin, n) : io_done(n);

	if (io.kind == IO_FAILED) {
		flow_to_failed(f, io.error);
		return false;
	}
	if (io.kind == IO_WANT_READ) {
		f->want_to = READY_IN;
		return false;
	}
	if (io.kind != IO_DONE) {
		flow_to_full(f);
		return false;
	}
	f->begin += io.n;
	f->given += io.n;
	return true;
}

/* How much of the buffer may be written at NOW; 0 when it is held. */
static size_t copy_share(struct flow *f, nsec_t now)
{
	size_t n = f->end - f->begin;

	if (f->between.pace)
		n = pace_allow(f->between.pace, now, f->buf + f->begin, n, &f->held_until);
	if (n == 0) {
		f->held = true;
		f->want_from = f->want_to = 0;
	}
	return n;
}

/* Answers first, and then as much as may go. */
static bool copy_write_share(struct flow *f)
{
	struct pace *pace = f->between.pace;
	nsec_t now = pace ? sys_now() : 0;
	size_t begin = f->begin, share = 0;

	if (flow_answer(f))
		share = copy_share(f, now);
	if (share == 0 || !copy_write(f, share))
		return false;
	if (pace)
		pace_passed(pace, now, f->buf + begin, f->begin - begin);
	return true;
}

bool flow_drain_buffer(struct flow *f)
{
	while (f->begin < f->end)
		if (f->plain ? !copy_write(f, f->end - f->begin) : !copy_write_share(f))
			return false;
	f->begin = f->end = 0;
	return f->plain || flow_answer(f);
}

bool flow_fill_from_pipe(struct flow *f)
{
	ssize_t n = sys_read(f->pipe[0], f->buf, f->size);

	if (n <= 0) {
		flow_to_failed(f, n < 0 ? (int)-n : EIO);
		return false;
	}
	f->end = (size_t)n;
	f->piped -= (size_t)n;
	return true;
}

/* What is worth a pipe of our own once there is much to move. */
static const struct flow_way *copy_successor(const struct flow *f)
{
	if (!f->grown || !f->to || !f->plain || f->from_ended || f->unspliceable)
		return &flow_way_copy;

	bool between_sockets = flow_is_socket(f->from) && flow_is_socket(f->to);
	bool to_store = f->to->nature == STREAM_FILE || f->to->nature == STREAM_DEVICE;

	if ((flow_is_socket(f->from) && to_store) || (between_sockets && f->shared) ||
	    (f->from->nature == STREAM_PIPE && flow_is_socket(f->to)))
		return &flow_way_through;
	return &flow_way_copy;
}

static bool copy_step(struct flow *f)
{
	bool more = true;

	if (!flow_make_buffer(f))
		return false;
	/* What a way that did not go has left in the pipe comes before anything else. */
	if (f->piped > 0 && f->begin == f->end && !flow_fill_from_pipe(f))
		return false;
	while (more && f->piped == 0 && !f->from_ended && copy_room(f) > 0)
		more = copy_fill(f);
	if (!flow_drain_buffer(f))
		return false;
	f->way = copy_successor(f);
	if (f->way != &flow_way_copy) {
		f->want_from = 0;
		return true;
	}
	return (more && !f->from_ended) || f->piped > 0;
}

const struct flow_way flow_way_copy = { "copy", copy_step };
