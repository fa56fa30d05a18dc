#include "stream/attempt.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "sys/file.h"
#include "sys/socket.h"

/* A small request must not wait for the acknowledgement of the one before. */
static int attempt_set_nodelay(int fd, int protocol)
{
	return protocol == IPPROTO_TCP ? sys_setsockopt_int(fd, IPPROTO_TCP, TCP_NODELAY, 1) : 0;
}

static int attempt_set_interface(int fd, const char *interface)
{
	return sys_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
	                      (socklen_t)strlen(interface));
}

/*
 * With a port of our own choice it may be in TIME_WAIT; without, the kernel need not reserve one
 * before it knows the destination (man 7 ip). On UDP Linux would share the port with whoever has
 * it.
 */
static int attempt_set_reuse(int fd, const struct addr *source, int type)
{
	if (!addr_port(source))
		return sys_setsockopt_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	return type == SOCK_STREAM ? sys_setsockopt_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) : 0;
}

/* 0 for those that have no protocols. */
static int attempt_protocol(const struct addr *to, int type)
{
	if (!addr_is_inet(to))
		return 0;
	return type == SOCK_DGRAM ? IPPROTO_UDP : IPPROTO_TCP;
}

/*
 * Whoever answers a group or a broadcast has an address of its own, which a connected socket would
 * not hear.
 */
static bool attempt_is_to_many(const struct addr *to, const struct attempt_options *options)
{
	return options->type == SOCK_DGRAM && (addr_is_group(to) || addr_is_broadcast(to));
}

/* Whoever joins hears what is sent to the group at the port that it sends to itself. */
static int attempt_bind_any(int fd, const struct addr *to, const struct attempt_options *options,
                            struct attempt *attempt, struct err *err)
{
	uint16_t port = options->multicast->joins.count > 0 ? (uint16_t)addr_port(to) : 0;
	struct addr any = addr_wildcard(to->at.any.sa_family, port);
	int error = sys_bind(fd, &any.at.any, any.len);
	char subject[INET6_ADDRSTRLEN + 16];
	struct text t = TEXT_OVER(subject);

	if (!error)
		return 0;
	addr_add(&t, &any);
	attempt->op = "sockopt";
	(void)err_set(err, ERR_LOCAL, -error, "bind", "%s", subject);
	return error;
}

/*
 * A Unix datagram socket takes a name that nobody has, of the kernel's choice (man 7 unix,
 * autobind): without one no reply could come.
 */
static int attempt_bind(int fd, const struct addr *to, const struct attempt_options *options,
                        struct attempt *attempt, struct err *err)
{
	struct sockaddr nameless = { .sa_family = AF_UNIX };

	/* Only an address that was asked for can be named. */
	attempt->op = options->source ? "bind" : "connect";
	if (options->source)
		return sys_bind(fd, &options->source->at.any, options->source->len);
	if (to->at.any.sa_family == AF_UNIX && options->type == SOCK_DGRAM)
		return sys_bind(fd, &nameless, sizeof nameless.sa_family);
	return attempt_is_to_many(to, options) ? attempt_bind_any(fd, to, options, attempt, err)
	                                       : 0;
}

static int attempt_set_multicast(int fd, const struct addr *to,
                                 const struct attempt_options *options, struct err *err)
{
	const struct multicast *m = options->multicast;

	if (!addr_is_inet(to))
		return 0;
	if (addr_is_group(to) && m->joins.count > 0 &&
	    multicast_share(fd, to->at.any.sa_family, err))
		return -1;
	return multicast_set_sending(m, fd, to, err);
}

/* Our own options first, so that those that were asked for have the last word. */
static int attempt_set_options(int fd, const struct addr *to, const struct attempt_options *options,
                               const char **op, struct err *err)
{
	int error = attempt_set_nodelay(fd, attempt_protocol(to, options->type));

	*op = "connect";
	if (!error && options->interface) {
		*op = "interface";
		error = attempt_set_interface(fd, options->interface);
	}
	if (!error && options->source) {
		*op = "bind";
		error = attempt_set_reuse(fd, options->source, options->type);
	}
	if (error)
		return error;
	*op = "sockopt";
	if (attempt_set_multicast(fd, to, options, err) || tune_new(&options->tune, fd, to, err))
		return -err->code;
	return 0;
}

/* Whoever sets the option has the last word. */
static bool attempt_may_broadcast(const struct attempt_options *options)
{
	return !sockopt_list_has(options->tune.options, SOL_SOCKET, SO_BROADCAST);
}

static int attempt_broadcast(int fd, const struct attempt_options *options, struct attempt *attempt)
{
	attempt->op = "connect";
	attempt->unconnected = true;
	return attempt_may_broadcast(options) ? sys_setsockopt_int(fd, SOL_SOCKET, SO_BROADCAST, 1)
	                                      : 0;
}

/* Which addresses are the broadcasts of a network, the kernel knows (man 7 ip). */
static int attempt_connect(int fd, const struct addr *to, const struct attempt_options *options,
                           struct attempt *attempt)
{
	int error = sys_connect(fd, &to->at.any, to->len);

	if (error != -EACCES || options->type != SOCK_DGRAM || to->at.any.sa_family != AF_INET ||
	    !attempt_may_broadcast(options))
		return error == -EINPROGRESS ? 0 : error;
	return attempt_broadcast(fd, options, attempt);
}

static int attempt_join(int fd, const struct addr *to, const struct attempt_options *options,
                        struct attempt *attempt, struct err *err)
{
	struct addr any = addr_wildcard(to->at.any.sa_family, 0);

	if (addr_is_broadcast(to))
		return attempt_broadcast(fd, options, attempt);
	attempt->op = "sockopt";
	attempt->unconnected = true;
	return multicast_join(options->multicast, fd, &any, options->tune.report, err) ? -err->code
	                                                                               : 0;
}

int attempt_open(const struct addr *to, const struct attempt_options *options,
                 struct attempt *attempt, struct err *err)
{
	OWN_FD fd = sys_socket(to->at.any.sa_family, options->type,
	                       attempt_protocol(to, options->type));

	*attempt = (struct attempt){ .op = "connect" };
	int error = fd < 0 ? fd : attempt_set_options(fd, to, options, &attempt->op, err);
	if (error)
		return error;
	error = attempt_bind(fd, to, options, attempt, err);
	if (error)
		return error;
	if (attempt_is_to_many(to, options)) {
		error = attempt_join(fd, to, options, attempt, err);
		return error ? error : TAKE_FD(fd);
	}
	attempt->op = "connect";
	error = attempt_connect(fd, to, options, attempt);
	return error ? error : TAKE_FD(fd);
}

static int attempt_pending(int fd)
{
	int pending = 0, error = sys_getsockopt_int(fd, SOL_SOCKET, SO_ERROR, &pending);

	return error ? -error : pending;
}

/*
 * Asking connect itself a second time tells what the first one came to, in its own words. A Unix
 * socket was connected by the first, and a second would look for the listener again; a datagram
 * socket too. On vsock a second would be a new attempt.
 */
int attempt_outcome(int fd, const struct addr *to, int type)
{
	bool asks = addr_is_inet(to) && type == SOCK_STREAM;
	int error = asks ? sys_connect(fd, &to->at.any, to->len) : 0;

	if (to->at.any.sa_family == AF_VSOCK)
		error = -attempt_pending(fd);
	if (error == -EALREADY)
		return EINPROGRESS;
	/* Reset already: Linux tells that of a connection whose peer had ended as EPIPE. */
	if (error == -EPIPE)
		return ECONNRESET;
	return error == -EISCONN ? 0 : -error;
}
