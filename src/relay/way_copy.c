/* Through a buffer of ours: between any two streams, and the only way that taps can look into. */
#include <errno.h>

#include "relay/flow.h"
#include "sys/file.h"

/* What fits behind what is in the buffer, as bytes to be read. */
static size_t copy_room(const struct flow *f)
{
	size_t room = f->size - f->end;

	if (!f->tap)
		return room;
	room /= f->tap->growth;
	return room > f->tap->extra ? room - f->tap->extra : 0;
}

static void copy_finish_tap(struct flow *f)
{
	if (f->tap)
		f->end += f->tap->finish(f->tap, f->buf + f->end);
	f->tap = NULL;
}

/* Read once. False when there was nothing to be had, or when less came than would have fit: the source
 * is drained for now, and asking it again would be a call for nothing. */
static bool copy_fill(struct flow *f)
{
	size_t room = copy_room(f);
	struct io io = f->from->ops->read(f->from, f->tap ? f->tap_in : f->buf + f->end, room);

	if (io.kind == IO_DONE) {
		flow_took(f, io.n, room);
		f->end += f->tap ? f->tap->pass(f->tap, f->tap_in, io.n, f->buf + f->end) : io.n;
		if (io.n < room)
			f->want_from = READY_IN;
		return io.n == room;
	}
	flow_from_result(f, io);
	if (f->from_ended)
		copy_finish_tap(f);
	return false;
}

bool flow_drain_buffer(struct flow *f)
{
	while (f->begin < f->end) {
		struct io io =
			f->to ? f->to->ops->write(f->to, f->buf + f->begin, f->end - f->begin)
			      : io_done(f->end - f->begin);

		if (io.kind == IO_FAILED) {
			flow_to_failed(f, io.error);
			return false;
		}
		if (io.kind != IO_DONE) {
			f->want_to = io.kind == IO_WANT_READ ? READY_IN : READY_OUT;
			return false;
		}
		f->begin += io.n;
		f->given += io.n;
	}
	f->begin = f->end = 0;
	return true;
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
	if (!f->grown || !f->to || f->tap || f->from_ended || f->unspliceable)
		return &flow_way_copy;
	if ((f->from->nature == STREAM_TCP || f->from->nature == STREAM_SOCKET) &&
	    (f->to->nature == STREAM_FILE || f->to->nature == STREAM_DEVICE))
		return &flow_way_through;
	return f->from->nature == STREAM_PIPE ? &flow_way_borrow : &flow_way_copy;
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
