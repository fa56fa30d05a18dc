/* The kernel moves the bytes, and none of them passes through this program. */
#include <errno.h>

#include "relay/flow.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "sys/wait.h"

static bool is_refusal(ssize_t result)
{
	return result == -EINVAL || result == -ENOSYS || result == -EOPNOTSUPP;
}

static bool may_be_of_file(ssize_t result)
{
	return result == -EIO || result == -EISDIR || result == -EBADF || result == -EOVERFLOW;
}

/*
 * A regular file to a socket. Its end is left to read(2) to tell, for files whose size is not known
 * beforehand (/proc) give sendfile nothing; and so are failures that may be the file's. The
 * kernel's sendfile takes 64 KiB at a time: what is more than a chunk goes through a pipe of ours,
 * which takes and gives sixteen times that at once, for a fifth less of the processor.
 */
static bool sendfile_step(struct flow *f)
{
	ssize_t n = sys_sendfile(f->to->fd, f->from->fd, FLOW_CHUNK);

	if (n > 0) {
		f->taken += (size_t)n;
		f->given += (size_t)n;
		if (f->taken >= FLOW_CHUNK)
			f->way = &flow_way_through;
		return true;
	}
	if (n == 0 || is_refusal(n) || may_be_of_file(n)) {
		f->way = &flow_way_copy;
		return true;
	}
	if (n == -EAGAIN)
		flow_to_full(f);
	else
		flow_to_failed(f, (int)-n);
	return false;
}

/* Which of the two a failing splice from a socket to a pipe or a file speaks of. */
static void splice_failed(struct flow *f, int error)
{
	if (error == EPIPE || error == EBADF || error == ENOSPC || error == EFBIG ||
	    error == EDQUOT || error == EIO)
		flow_to_failed(f, error);
	else
		flow_from_result(f, (struct io){ .kind = IO_FAILED, .error = error });
}

/* EAGAIN does not tell which of the two was not ready. */
static bool pipe_is_full(int fd)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	return sys_poll(&room, 1, 0) == 0;
}

/*
 * Urgent data stops a splice, as an end does or a lack of bytes, and only reading goes past its
 * mark (man 7 tcp). A turn that moved something before EAGAIN has only run dry; at a mark the next
 * begins with it.
 */
static bool stopped_at_mark(const struct flow *f, ssize_t result)
{
	int at_mark = 0;

	if (result != 0 && (result != -EAGAIN || f->taken > f->taken_before))
		return false;
	return f->from->nature == STREAM_TCP && sys_socket_at_mark(f->from->fd, &at_mark) == 0 &&
	       at_mark;
}

/* A socket to a pipe. */
static bool splice_step(struct flow *f)
{
	ssize_t n = sys_splice(f->from->fd, f->to->fd, FLOW_CHUNK);

	if (n > 0) {
		flow_took(f, (size_t)n, FLOW_CHUNK);
		f->given += (size_t)n;
		if (n < FLOW_FULL_READ)
			f->want_from = READY_IN;
		return n >= FLOW_FULL_READ;
	}
	if (is_refusal(n) || stopped_at_mark(f, n)) {
		f->way = &flow_way_copy;
		return true;
	}
	if (n == 0)
		f->from_ended = true;
	else if (n == -EAGAIN && pipe_is_full(f->to->fd))
		f->want_to = READY_OUT;
	else if (n == -EAGAIN)
		f->want_from = READY_IN;
	else
		splice_failed(f, (int)-n);
	return false;
}

static bool make_pipe(struct flow *f)
{
	if (f->pipe[0] < 0 && f->shared)
		return spares_take_pipe(f->shared, FLOW_CHUNK, f->pipe) == 0;
	if (f->pipe[0] < 0 && sys_pipe(f->pipe) == 0)
		(void)!sys_pipe_resize(f->pipe[1], FLOW_CHUNK);
	return f->pipe[0] >= 0;
}

static void pipe_give_up(struct flow *f)
{
	f->way = &flow_way_copy;
	f->unspliceable = true;
}

/* From the source into the empty pipe of ours. False when the source has no more at the moment. */
static bool pipe_fill(struct flow *f)
{
	if (f->from_ended)
		return false;

	ssize_t n = make_pipe(f) ? sys_splice(f->from->fd, f->pipe[1], FLOW_CHUNK) : -EINVAL;

	if (n > 0) {
		flow_took(f, (size_t)n, FLOW_CHUNK);
		f->piped = (size_t)n;
		return n >= FLOW_FULL_READ;
	}
	if (is_refusal(n) || stopped_at_mark(f, n)) {
		pipe_give_up(f);
		return true;
	}
	if (n == 0)
		f->from_ended = true;
	else if (n != -EAGAIN)
		flow_from_result(f, (struct io){ .kind = IO_FAILED, .error = (int)-n });
	return false;
}

/* Everything is delivered. Whether to go on, as MORE of the source says. */
static bool pipe_go_on(struct flow *f, bool more)
{
	if (f->state == FLOW_RUNNING && !f->from_ended && !more)
		f->want_from = READY_IN;
	return more;
}

/* What is in the pipe to the sink. */
static bool through_drain(struct flow *f)
{
	while (f->piped > 0) {
		ssize_t n = sys_splice(f->pipe[0], f->to->fd, f->piped);

		if (is_refusal(n)) {
			pipe_give_up(f);
			return true;
		}
		if (n == -EAGAIN) {
			flow_to_full(f);
			return false;
		}
		if (n <= 0) {
			flow_to_failed(f, n < 0 ? (int)-n : EIO);
			return false;
		}
		f->piped -= (size_t)n;
		f->given += (size_t)n;
	}
	return true;
}

/* Whether N bytes are so few that reading and writing them is cheaper. */
static bool through_is_dear(const struct flow *f, uint64_t n)
{
	return f->shared && n > 0 && n < FLOW_FULL_READ / 4;
}

/*
 * A socket to a file, a device or another socket, through a pipe of ours; and what is left of a
 * large file to a socket. And a pipe to a socket: whoever fills it would wait for as long as it is
 * sent, and moving what lies in it to ours gives them their room back at once.
 */
static bool through_step(struct flow *f)
{
	if (!through_drain(f))
		return false;
	if (f->unspliceable)
		return true;

	uint64_t taken = f->taken;
	bool more = pipe_fill(f);

	if (!through_drain(f))
		return false;
	if (!more && !f->unspliceable && through_is_dear(f, f->taken - taken)) {
		f->way = &flow_way_copy;
		f->grown = false;
	}
	return pipe_go_on(f, more || f->unspliceable);
}

const struct flow_way flow_way_sendfile = { "sendfile", sendfile_step };
const struct flow_way flow_way_splice = { "splice", splice_step };
const struct flow_way flow_way_through = { "splice through a pipe", through_step };
