#include "stream/bound.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "sys/file.h"
#include "sys/socket.h"

/*
 * What waits to be received, in bytes; the kernel gives as much of it as net.core.rmem_max allows.
 */
enum { BOUND_DATAGRAMS_ROOM = 4 << 20 };

static int bound_set_own(int fd, const struct addr *a, const struct bound_options *options)
{
	bool v6 = a->at.any.sa_family == AF_INET6,
	     tcp = addr_is_inet(a) && options->type == SOCK_STREAM;
	/* On UDP Linux would share the port with whoever has it: see multicast_share. */
	int error = tcp ? sys_setsockopt_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) : 0;

	/*
	 * Accepted sockets inherit it: a small answer must not wait for the acknowledgement of the
	 * last.
	 */
	if (!error && tcp)
		error = sys_setsockopt_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (!error && v6)
		error = sys_setsockopt_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	/* Nobody sends again what finds no room. */
	if (!error && options->type == SOCK_DGRAM)
		(void)!sys_setsockopt_int(fd, SOL_SOCKET, SO_RCVBUF, BOUND_DATAGRAMS_ROOM);
	mailbox_ask(fd, a, options->wants);
	return error;
}

static int bound_set_multicast(int fd, const struct addr *a, const struct bound_options *options,
                               struct err *err)
{
	const struct multicast *m = options->multicast;
	struct addr hosts = addr_wildcard(a->at.any.sa_family, 0);

	if (!addr_is_inet(a))
		return 0;
	if (options->type == SOCK_DGRAM && multicast_is_joined_at(m, a) &&
	    multicast_share(fd, a->at.any.sa_family, err))
		return -1;
	/* Answers go to single hosts. */
	return multicast_set_sending(m, fd, &hosts, err);
}

/* Our own options first, so that those that were asked for have the last word. */
static int bound_set_options(int fd, const struct addr *a, const struct bound_options *options,
                             const char **op, struct err *err)
{
	int error = bound_set_own(fd, a, options);

	if (!error && options->interface) {
		*op = "interface";
		error = sys_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options->interface,
		                       (socklen_t)strlen(options->interface));
	}
	if (error)
		return error;
	*op = "sockopt";
	if (bound_set_multicast(fd, a, options, err) || tune_new(&options->tune, fd, a, err))
		return -err->code;
	return 0;
}

static int bound_join(int fd, const struct addr *a, const struct bound_options *options,
                      const char **op, struct err *err)
{
	if (options->type != SOCK_DGRAM)
		return 0;
	*op = "sockopt";
	return multicast_join(options->multicast, fd, a, options->tune.report, err) ? -err->code
	                                                                            : 0;
}

/* An address of one link without that link: the kernel calls it an invalid argument. */
static int bound_bind(int fd, const struct addr *a, const char **op, struct err *err)
{
	int error = sys_bind(fd, &a->at.any, a->len);
	char subject[INET6_ADDRSTRLEN + 32];
	struct text t = TEXT_OVER(subject);

	if (error != -EINVAL || a->at.any.sa_family != AF_INET6 || a->at.v6.sin6_scope_id)
		return error;
	addr_add(&t, a);
	(void)err_set(err, ERR_LOCAL, EINVAL, "listen", "%s", subject);
	err_hint(
		err,
		"it is an address of one link: name its interface, as in [fe80::1%%eth0]:80, or with -I");
	*op = "sockopt";
	return error;
}

int bound_open(struct addr *a, const struct bound_options *options, const char **op,
               struct err *err)
{
	int protocol = options->type == SOCK_DGRAM ? IPPROTO_UDP : IPPROTO_TCP;
	OWN_FD fd = sys_socket(a->at.any.sa_family, options->type, addr_is_inet(a) ? protocol : 0);
	struct addr bound = { .len = sizeof bound.at };

	*op = "listen";
	int error = fd < 0 ? fd : bound_set_options(fd, a, options, op, err);
	if (error)
		return error;
	*op = "listen";
	error = bound_bind(fd, a, op, err);
	if (!error && addr_port(a) == 0) {
		error = sys_getsockname(fd, &bound.at.any, &bound.len);
		if (!error)
			addr_set_port(a, addr_port(&bound));
	}
	if (!error)
		error = bound_join(fd, a, options, op, err);
	return error ? error : TAKE_FD(fd);
}
