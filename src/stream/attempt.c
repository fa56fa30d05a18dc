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
static int attempt_set_reuse(int fd, const struct addr *source)
{
	return addr_port(source) ? sys_setsockopt_int(fd, SOL_SOCKET, SO_REUSEADDR, 1)
	                         : sys_setsockopt_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
}

/* Our own options first, so that those that were asked for have the last word. */
static int attempt_set_options(int fd, const struct addr *to, const struct attempt_options *options,
                               const char **op, struct err *err)
{
	int error = attempt_set_nodelay(fd, to);

	*op = "connect";
	if (!error && options->interface) {
		*op = "interface";
		error = attempt_set_interface(fd, options->interface);
	}
	if (!error && options->source) {
		*op = "bind";
		error = attempt_set_reuse(fd, options->source);
	}
	if (error)
		return error;
	*op = "sockopt";
	return tune_new(&options->tune, fd, to, err) ? -err->code : 0;
}

int attempt_open(const struct addr *to, const struct attempt_options *options, const char **op,
                 struct err *err)
{
	int family = to->at.any.sa_family;
	const struct addr *source = options->source;
	OWN_FD fd = sys_socket(family, SOCK_STREAM, family == AF_UNIX ? 0 : IPPROTO_TCP);

	*op = "connect";
	int error = fd < 0 ? fd : attempt_set_options(fd, to, options, op, err);
	if (error)
		return error;
	if (source) {
		*op = "bind";
		error = sys_bind(fd, &source->at.any, source->len);
		if (error)
			return error;
	}
	*op = "connect";
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
