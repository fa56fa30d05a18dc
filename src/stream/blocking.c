#include "stream/blocking.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "sys/file.h"
#include "sys/socket.h"

/* The longest that an accept waits for somebody who was there a moment ago. */
#define BLOCKING_ACCEPT (250 * NSEC_PER_MSEC)

static struct io blocking_read(struct stream *s, void *buf, size_t size)
{
	struct stream_blocking *self = CONTAINER_OF(s, struct stream_blocking, stream);

	if (!self->readable)
		return (struct io){ .kind = IO_WANT_READ };
	self->readable = false;
	return io_from_read(sys_read(s->fd, buf, size));
}

static struct io blocking_write(struct stream *s, const void *buf, size_t size)
{
	return io_from_write(sys_write(s->fd, buf, size));
}

static int blocking_shut_write(struct stream *s)
{
	return sys_shutdown(s->fd, SHUT_WR);
}

static int blocking_close(struct stream *s)
{
	return sys_close(s->fd);
}

static int blocking_splice_fd(const struct stream *s)
{
	return s->fd;
}

static void blocking_describe(const struct stream *s, struct text *t)
{
	text_add(t, "socket %d", s->fd);
}

static const struct stream_ops blocking_ops = {
	.read = blocking_read,
	.write = blocking_write,
	.shut_write = blocking_shut_write,
	.close = blocking_close,
	.splice_fd = blocking_splice_fd,
	.describe = blocking_describe,
};

static int blocking_limit(int fd, int option, nsec_t limit)
{
	struct timeval time = {
		.tv_sec = limit / NSEC_PER_SEC,
		.tv_usec = limit % NSEC_PER_SEC / NSEC_PER_USEC,
	};

	return sys_setsockopt(fd, SOL_SOCKET, option, &time, sizeof time);
}

int stream_blocking_init(struct stream_blocking *s, int fd, const struct addr *peer)
{
	bool unix_socket = peer->at.any.sa_family == AF_UNIX;

	*s = (struct stream_blocking){
		.stream = { .ops = &blocking_ops,
		            .fd = fd,
		            .nature = unix_socket ? STREAM_SOCKET : STREAM_TCP },
	};
	return blocking_limit(fd, SO_SNDTIMEO, STREAM_BLOCKING_WRITE);
}

int stream_blocking_listen(int fd)
{
	int error = blocking_limit(fd, SO_RCVTIMEO, BLOCKING_ACCEPT);

	return error ? error : sys_set_blocking(fd);
}
