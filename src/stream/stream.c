#include "stream/stream.h"

#include <errno.h>

struct io io_from_read(ssize_t result)
{
	if (result > 0)
		return io_done((size_t)result);
	if (result == 0)
		return (struct io){ .kind = IO_END };
	if (result == -EAGAIN)
		return (struct io){ .kind = IO_WANT_READ };
	return (struct io){ .kind = IO_FAILED, .error = (int)-result };
}

struct io io_from_write(ssize_t result)
{
	if (result > 0)
		return io_done((size_t)result);
	if (result ==
	    0) /* of a write that was asked for something: nothing that could be waited for */
		return (struct io){ .kind = IO_FAILED, .error = EIO };
	if (result == -EAGAIN)
		return (struct io){ .kind = IO_WANT_WRITE };
	return (struct io){ .kind = IO_FAILED, .error = (int)-result };
}

int stream_error(int error)
{
	return error == EPIPE || error == ENOTCONN ? ECONNRESET : error;
}

int stream_close(struct stream *s)
{
	return s ? s->ops->close(s) : 0;
}
