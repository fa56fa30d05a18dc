/* Through a buffer of ours: between any two streams, and the only way that taps can look into. */
#include <errno.h>

#include "relay/flow.h"
#include "sys/file.h"

/* What fits behind what is in the buffer, as bytes to be read. */
static size_t copy_room(const struct flow *f)
{
	size_t room = FLOW_CHUNK - f->end;

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

/* Write what is there. False when the sink takes no more for now. */
static bool copy_drain(struct flow *f)
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

/* Where the kernel can do it alone once it is worth a pipe. */
static bool copy_should_splice(const struct flow *f)
{
	bool socket = f->from->nature == STREAM_TCP || f->from->nature == STREAM_SOCKET;

	return f->grown && socket && f->to && !f->tap && !f->from_ended && !f->unspliceable &&
	       (f->to->nature == STREAM_FILE || f->to->nature == STREAM_DEVICE);
}

/* What a way that did not go has left in the pipe comes before anything else. */
static int copy_take_over(struct flow *f)
{
	ssize_t n = sys_read(f->pipe[0], f->buf, FLOW_CHUNK);

	if (n <= 0)
		return n < 0 ? (int)-n : EIO;
	f->end = (size_t)n;
	f->piped -= (size_t)n;
	return 0;
}

static bool copy_step(struct flow *f)
{
	bool more = true;
	int error = flow_make_buffer(f);

	if (!error && f->piped > 0 && f->begin == f->end)
		error = copy_take_over(f);
	if (error) {
		flow_to_failed(f, error);
		return false;
	}
	while (more && f->piped == 0 && !f->from_ended && copy_room(f) > 0)
		more = copy_fill(f);
	if (!copy_drain(f))
		return false;
	if (copy_should_splice(f)) {
		f->way = &flow_way_through;
		f->want_from = 0;
		return true;
	}
	return (more && !f->from_ended) || f->piped > 0;
}

const struct flow_way flow_way_copy = { "copy", copy_step };
