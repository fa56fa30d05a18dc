#include "net/notify.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "net/addr.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "sys/wait.h"

/* How long a manager whose queue is full may take to make room. */
#define NOTIFY_LIMIT NSEC_PER_SEC

static int notify_addr(const char *name, struct addr *a)
{
	struct err err;

	if (name[0] != '/' && name[0] != '@')
		return -EAFNOSUPPORT;
	return addr_local(a, name[0] == '@' ? name + 1 : name, name[0] == '@', &err) ? -EINVAL : 0;
}

int notify_manager(const char *state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct addr a;
	int error = name && name[0] ? notify_addr(name, &a) : 0;

	if (!name || !name[0] || error)
		return error;
	OWN_FD fd = sys_socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0)
		return fd;
	error = sys_connect(fd, &a.at.any, a.len);
	if (error)
		return error;
	ssize_t n = sys_send(fd, state, strlen(state));
	if (n == -EAGAIN) {
		struct pollfd room = { .fd = fd, .events = POLLOUT };

		(void)!sys_poll(&room, 1, NOTIFY_LIMIT);
		n = sys_send(fd, state, strlen(state));
	}
	return n < 0 ? (int)n : 0;
}
