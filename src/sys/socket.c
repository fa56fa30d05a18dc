#include "sys/socket.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "sys/call.h"

int sys_socket(int family, int type, int protocol)
{
	type |= SOCK_CLOEXEC | SOCK_NONBLOCK;

	struct sys_call call = { SYS_SOCKET, .arg = { family, type, protocol } };

	SYS_RUN(call, socket(family, type, protocol));
	return (int)call.result;
}

int sys_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct sys_call call = { SYS_BIND, .arg = { fd, (intptr_t)addr, len } };

	SYS_RUN(call, bind(fd, addr, len));
	return (int)call.result;
}

int sys_listen(int fd, int backlog)
{
	struct sys_call call = { SYS_LISTEN, .arg = { fd, backlog } };

	SYS_RUN(call, listen(fd, backlog));
	return (int)call.result;
}

static int accept_with(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	struct sys_call call = { SYS_ACCEPT4, .arg = { fd, (intptr_t)addr, (intptr_t)len, flags } };

	SYS_RUN(call, accept4(fd, addr, len, flags));
	return (int)call.result;
}

int sys_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	return accept_with(fd, addr, len, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int sys_accept_blocking(int fd, struct sockaddr *addr, socklen_t *len)
{
	return accept_with(fd, addr, len, SOCK_CLOEXEC);
}

int sys_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct sys_call call = { SYS_CONNECT, .arg = { fd, (intptr_t)addr, len } };

	SYS_RUN(call, connect(fd, addr, len));
	return (int)call.result;
}

int sys_shutdown(int fd, int how)
{
	struct sys_call call = { SYS_SHUTDOWN, .arg = { fd, how } };

	SYS_RUN(call, shutdown(fd, how));
	return (int)call.result;
}

int sys_getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct sys_call call = { SYS_GETSOCKNAME, .arg = { fd, (intptr_t)addr, (intptr_t)len } };

	SYS_RUN(call, getsockname(fd, addr, len));
	return (int)call.result;
}

int sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	struct sys_call call = { SYS_GETSOCKOPT,
		                 .arg = { fd, level, name, (intptr_t)value, (intptr_t)len } };

	SYS_RUN(call, getsockopt(fd, level, name, value, len));
	return (int)call.result;
}

int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	struct sys_call call = { SYS_SETSOCKOPT, .arg = { fd, level, name, (intptr_t)value, len } };

	SYS_RUN(call, setsockopt(fd, level, name, value, len));
	return (int)call.result;
}

int sys_getsockopt_int(int fd, int level, int name, int *value)
{
	socklen_t len = sizeof *value;

	return sys_getsockopt(fd, level, name, value, &len);
}

int sys_setsockopt_int(int fd, int level, int name, int value)
{
	return sys_setsockopt(fd, level, name, &value, sizeof value);
}

ssize_t sys_recv(int fd, void *buf, size_t size)
{
	struct sys_call call = { SYS_RECV,
		                 .arg = { fd, (intptr_t)buf, (intptr_t)size, MSG_DONTWAIT } };

	SYS_RUN(call, recv(fd, buf, (size_t)call.arg[2], MSG_DONTWAIT));
	return call.result;
}

ssize_t sys_send(int fd, const void *buf, size_t size)
{
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	struct sys_call call = { SYS_SEND, .arg = { fd, (intptr_t)buf, (intptr_t)size, flags } };

	SYS_RUN(call, send(fd, buf, (size_t)call.arg[2], flags));
	return call.result;
}

int sys_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	struct sys_call call = { SYS_RECVMMSG,
		                 .arg = { fd, (intptr_t)messages, count, MSG_DONTWAIT | flags } };

	SYS_RUN(call, recvmmsg(fd, messages, (unsigned)call.arg[2], MSG_DONTWAIT | flags, NULL));
	return (int)call.result;
}

int sys_sendmmsg(int fd, struct mmsghdr *messages, unsigned count)
{
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	struct sys_call call = { SYS_SENDMMSG, .arg = { fd, (intptr_t)messages, count, flags } };

	SYS_RUN(call, sendmmsg(fd, messages, (unsigned)call.arg[2], flags));
	return (int)call.result;
}

int sys_socket_unacked(int fd, int *bytes)
{
	struct sys_call call = { SYS_SOCKET_QUEUE, .arg = { fd, SIOCOUTQ, (intptr_t)bytes } };

	SYS_RUN(call, ioctl(fd, SIOCOUTQ, bytes));
	return (int)call.result;
}

int sys_socket_at_mark(int fd, int *at_mark)
{
	struct sys_call call = { SYS_SOCKET_MARK, .arg = { fd, SIOCATMARK, (intptr_t)at_mark } };

	SYS_RUN(call, ioctl(fd, SIOCATMARK, at_mark));
	return (int)call.result;
}
