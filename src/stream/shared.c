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

int shared_take(struct shared_socket *s, int fd, int type)
{
	const struct timeval moment = { .tv_usec = 1000 };
	socklen_t len = sizeof s->timeout;
	int flags = sys_status_flags(fd);

	*s = (struct shared_socket){ 0 };
	if (flags < 0)
		return flags;
	if (type == SOCK_DGRAM || flags & O_NONBLOCK)
		return 0;
	int error = sys_getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &s->timeout, &len);
	if (!error)
		error = sys_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
	s->waits = !error;
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
