#include "stream/attempt.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "sys/file.h"
#include "sys/socket.h"

/* A small request must not wait for the acknowledgement of the one before. */
static int attempt_set_nodelay(int fd, const struct addr *to)
{
	return to->at.any.sa_family == AF_UNIX
	               ? 0
	               : sys_setsockopt_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

static int attempt_set_interface(int fd, const char *interface)
{
	return sys_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
	                      (socklen_t)strlen(interface));
}

/* With a port of our own choice it may be in TIME_WAIT; without, the kernel need not reserve one
 * before it knows the destination (man 7 ip). */
static int attempt_bind(int fd, const struct addr *source)
{
	int error = addr_port(source)
	                    ? sys_setsockopt_int(fd, SOL_SOCKET, SO_REUSEADDR, 1)
	                    : sys_setsockopt_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);

	return error ? error : sys_bind(fd, &source->at.any, source->len);
}

int attempt_open(const struct addr *to, const struct attempt_options *options, const char **op)
{
	int family = to->at.any.sa_family;
	OWN_FD fd = sys_socket(family, SOCK_STREAM, family == AF_UNIX ? 0 : IPPROTO_TCP);
	int error = fd < 0 ? fd : attempt_set_nodelay(fd, to);

	*op = "connect";
	if (!error && options->interface) {
		*op = "interface";
		error = attempt_set_interface(fd, options->interface);
	}
	if (!error && options->source) {
		*op = "bind";
		error = attempt_bind(fd, options->source);
	}
	if (!error)
		*op = "connect";
	if (!error)
		error = sys_connect(fd, &to->at.any, to->len);
	if (error && error != -EINPROGRESS)
		return error;
	return TAKE_FD(fd);
}

/* Asking connect itself a second time tells what the first one came to, in its own words. A Unix
 * socket was connected by the first, and a second would look for the listener again. */
int attempt_outcome(int fd, const struct addr *to)
{
	int error = to->at.any.sa_family == AF_UNIX ? 0 : sys_connect(fd, &to->at.any, to->len);

	if (error == -EALREADY)
		return EINPROGRESS;
	/* Reset already: Linux tells that of a connection whose peer had ended as EPIPE. */
	if (error == -EPIPE)
		return ECONNRESET;
	return error == -EISCONN ? 0 : -error;
}
