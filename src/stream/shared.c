#include "stream/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "sys/file.h"
#include "sys/socket.h"
#include "sys/wait.h"

static int set_moment(int fd)
{
	const struct timeval moment = { .tv_usec = 1000 };

	return sys_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
}

static int get_timeout(int fd, struct timeval *timeout)
{
	socklen_t len = sizeof *timeout;

	return sys_getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, &len);
}

int shared_take(struct shared_socket *s, int fd, int type)
{
	struct timeval ours;
	int flags = sys_status_flags(fd);

	*s = (struct shared_socket){ 0 };
	if (flags < 0)
		return flags;
	if (type == SOCK_DGRAM || flags & O_NONBLOCK)
		return 0;
	int error = get_timeout(fd, &s->timeout);
	if (!error)
		error = set_moment(fd);
	/* From here on there is something to give back. */
	s->waits = !error;
	/* The kernel counts in ticks of its own. */
	if (!error)
		error = get_timeout(fd, &ours);
	/* Another of us has it too: what was before, mostly nothing, that one knows. */
	if (!error && timercmp(&s->timeout, &ours, ==))
		timerclear(&s->timeout);
	return error;
}

void shared_give_back(const struct shared_socket *s, int fd)
{
	if (s->waits)
		(void)!sys_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &s->timeout, sizeof s->timeout);
}

int shared_accept(const struct shared_socket *s, int fd, bool blocking, struct addr *peer)
{
	const struct timeval none = { 0 };
	struct pollfd there = { .fd = fd, .events = POLLIN };

	if (s->waits) {
		int count = sys_poll(&there, 1, 0);

		if (count <= 0)
			return count < 0 ? count : -EAGAIN;
		/* Whoever else has it may have undone that: another of us that has ended. */
		int error = set_moment(fd);
		if (error)
			return error;
	}
	int made = (blocking ? sys_accept_blocking : sys_accept)(fd, &peer->at.any, &peer->len);
	/* As ours have it from the socket that listens. */
	if (made >= 0 && addr_is_inet(peer))
		(void)!sys_setsockopt_int(made, IPPROTO_TCP, TCP_NODELAY, 1);
	/* TCP has it inherited. */
	if (made >= 0 && s->waits)
		(void)!sys_setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
	return made;
}
