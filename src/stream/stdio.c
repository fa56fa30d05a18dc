#include "stream/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "sys/file.h"
#include "sys/socket.h"
#include "sys/wait.h"

/* How a call is kept from blocking on an open file description whose flags others share. */
enum stdio_care {
	STDIO_NONE, /* it need not be: the description is our own, or does not block */
	STDIO_NOW,  /* by asking the kernel so, call by call */
	STDIO_ASK,  /* by asking for readiness before each */
};

struct stream_stdio {
	struct stream stream; /* first */
	int standard;         /* 0 or 1 */
	int own;              /* the second open file description, or -1 */
	enum stdio_care care;
};

static bool stdio_is_ready(int fd, short event)
{
	struct pollfd poll = { .fd = fd, .events = event };

	return sys_poll(&poll, 1, 0) != 0;
}

/*
 * Find a description to use that never blocks, where there is one. A named FIFO that is opened
 * again when its writers have left never tells that they have (man 7 fifo), so only pipes without a
 * name are.
 */
static void stdio_reopen(struct stream_stdio *self)
{
	enum stream_nature nature = self->stream.nature;

	if (nature == STREAM_TERMINAL ||
	    (nature == STREAM_PIPE && sys_is_nameless_pipe(self->standard)))
		self->own = sys_reopen(self->standard, self->standard == 0 ? O_RDONLY : O_WRONLY);
	self->care = self->own >= 0 ? STDIO_NONE : STDIO_ASK;
}

/* Where bytes go through; readiness is the same at both. */
static int stdio_fd(const struct stream_stdio *self)
{
	return self->own >= 0 ? self->own : self->stream.fd;
}

static struct io stdio_read(struct stream *s, void *buf, size_t size)
{
	struct stream_stdio *self = CONTAINER_OF(s, struct stream_stdio, stream);

	if (s->nature == STREAM_SOCKET)
		return io_from_read(sys_recv(s->fd, buf, size));
	if (self->care == STDIO_NOW) {
		ssize_t n = sys_read_now(s->fd, buf, size);

		if (n != -EOPNOTSUPP)
			return io_from_read(n);
		stdio_reopen(self);
	}
	if (self->care == STDIO_ASK && !stdio_is_ready(s->fd, POLLIN))
		return (struct io){ .kind = IO_WANT_READ };
	return io_from_read(sys_read(stdio_fd(self), buf, size));
}

static struct io stdio_write(struct stream *s, const void *buf, size_t size)
{
	struct stream_stdio *self = CONTAINER_OF(s, struct stream_stdio, stream);

	if (s->nature == STREAM_SOCKET)
		return io_from_write(sys_send(s->fd, buf, size));
	if (self->care == STDIO_NOW) {
		ssize_t n = sys_write_now(s->fd, buf, size);

		if (n != -EOPNOTSUPP)
			return io_from_write(n);
		stdio_reopen(self);
	}
	if (self->care == STDIO_ASK && !stdio_is_ready(s->fd, POLLOUT))
		return (struct io){ .kind = IO_WANT_WRITE };
	/* A pipe that is ready takes so many bytes without blocking, whoever else writes to it. */
	if (self->care == STDIO_ASK && size > PIPE_BUF)
		size = PIPE_BUF;
	return io_from_write(sys_write(stdio_fd(self), buf, size));
}

static int stdio_shut_write(struct stream *s)
{
	struct stream_stdio *self = CONTAINER_OF(s, struct stream_stdio, stream);
	int own = sys_close(TAKE_FD(self->own));
	int standard = self->standard < 0 ? 0 : sys_retire_standard_fd(self->standard);

	self->standard = -1;
	s->fd = -1;
	return own ? own : standard;
}

static int stdio_close(struct stream *s)
{
	struct stream_stdio *self = CONTAINER_OF(s, struct stream_stdio, stream);
	int result = sys_close(self->own);

	free(self);
	return result;
}

static int stdio_splice_fd(const struct stream *s)
{
	return s->fd;
}

static void stdio_describe(const struct stream *s, struct text *t)
{
	const struct stream_stdio *self = (const struct stream_stdio *)s;

	text_add_str(t, self->standard == 0 ? "standard input" : "standard output");
}

static const struct stream_ops stdio_ops = {
	.read = stdio_read,
	.write = stdio_write,
	.shut_write = stdio_shut_write,
	.close = stdio_close,
	.splice_fd = stdio_splice_fd,
	.describe = stdio_describe,
};

static enum stream_nature stdio_nature(int fd, mode_t mode, int flags)
{
	if (S_ISREG(mode))
		return flags & O_APPEND ? STREAM_APPEND : STREAM_FILE;
	if (S_ISFIFO(mode))
		return STREAM_PIPE;
	if (S_ISSOCK(mode))
		return STREAM_SOCKET;
	return sys_is_terminal(fd) ? STREAM_TERMINAL : STREAM_DEVICE;
}

static void stdio_unblock(struct stream_stdio *self, int flags)
{
	enum stream_nature nature = self->stream.nature;

	if (flags & O_NONBLOCK || nature == STREAM_FILE || nature == STREAM_APPEND)
		return;
	if (nature == STREAM_PIPE)
		self->care = STDIO_NOW;
	else
		stdio_reopen(self);
}

struct stream *stream_standard_new(int fd, struct err *err)
{
	struct stream_stdio *self = malloc(sizeof *self);
	const char *op = !self ? "buffer" : fd == 0 ? "read" : "write";
	struct stat st;
	int flags = sys_status_flags(fd);
	int error = !self ? -ENOMEM : flags < 0 ? flags : sys_fstat(fd, &st);

	if (error) {
		free(self);
		(void)err_set(err, ERR_LOCAL, -error, op,
		              fd == 0 ? "standard input" : "standard output");
		return NULL;
	}
	*self = (struct stream_stdio){
		.stream = { .ops = &stdio_ops,
		            .fd = fd,
		            .nature = stdio_nature(fd, st.st_mode, flags) },
		.standard = fd,
		.own = -1,
	};
	stdio_unblock(self, flags);
	return &self->stream;
}
