#include "out/output.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "sys/file.h"
#include "sys/process.h"
#include "sys/wait.h"

int output_write(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t done = sys_write(fd, at, n);

		if (done == -EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			done = sys_poll(&room, 1, NSEC_NEVER) < 0 ? -EIO : 0;
		}
		if (done < 0)
			return (int)done;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

int output_write_interruptible(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		struct pollfd room = { .fd = fd, .events = POLLOUT };
		/* A pipe that is ready has room for this much, so that the write does not wait. */
		size_t piece = n < PIPE_BUF ? n : PIPE_BUF;
		bool caught = signals_caught();
		int ready = sys_poll(&room, 1, caught ? 0 : NSEC_NEVER);

		/* One that comes now ends the wait; then it counts whether there is room. */
		if (ready == 0 && caught)
			return -EINTR;
		int error = ready == 0 ? 0 : output_write(fd, at, piece);
		if (error)
			return error;
		at += ready == 0 ? 0 : piece;
		n -= ready == 0 ? 0 : piece;
	}
	return 0;
}

int output_result(const char *text, struct err *err)
{
	return output_result_bytes(text, strlen(text), err);
}

int output_result_bytes(const void *bytes, size_t n, struct err *err)
{
	int error = output_write(1, bytes, n);

	if (error == -EPIPE)
		return err_set(err, ERR_STDOUT_GONE, EPIPE, "write", "standard output");
	if (error)
		return err_set(err, ERR_LOCAL, -error, "write", "standard output");
	return 0;
}
