#include "net/passed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/num.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/socket.h"

int passed_count(unsigned *count, struct err *err)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint64_t number;

	*count = 0;
	if (!pid || !fds)
		return 0;
	if (num_parse_uint(pid, 1, INT32_MAX, &number) != NUM_OK)
		return err_usage(err, "LISTEN_PID: '%s' is no process", pid);
	if (number != (uint64_t)process_id())
		return 0;
	if (num_parse_uint(fds, 0, PASSED_MAX, &number) != NUM_OK)
		return err_usage(err, "LISTEN_FDS: '%s' is not in 0-%d", fds, PASSED_MAX);
	*count = (unsigned)number;
	return 0;
}

static bool passed_kind(int fd, const struct addr *a, enum spec_kind *kind)
{
	bool local = a->at.any.sa_family == AF_UNIX, vsock = a->at.any.sa_family == AF_VSOCK;
	int type = 0;

	if ((!local && !vsock && !addr_is_inet(a)) ||
	    sys_getsockopt_int(fd, SOL_SOCKET, SO_TYPE, &type))
		return false;
	if (type == SOCK_STREAM)
		*kind = local ? SPEC_UNIX : vsock ? SPEC_VSOCK : SPEC_TCP;
	else if (type == SOCK_DGRAM && !vsock)
		*kind = local ? SPEC_UNIX_DGRAM : SPEC_UDP;
	else if (type == SOCK_SEQPACKET && local)
		*kind = SPEC_UNIX_SEQPACKET;
	else
		return false;
	return true;
}

int passed_endpoint(unsigned i, struct spec *spec, struct err *err)
{
	int fd = (int)(PASSED_FIRST + i), listens = 0;
	struct addr a = { .len = sizeof a.at };
	struct spec made = { .passed_first = i, .passed_count = 1 };
	struct text host = TEXT_OVER(made.host), t = TEXT_OVER(made.text);
	int error = sys_getsockname(fd, &a.at.any, &a.len);

	if (error)
		return err_usage(err, "LISTEN_FDS: descriptor %d is %s", fd,
		                 error == -EBADF ? "not open" : "no socket");
	if (!passed_kind(fd, &a, &made.kind))
		return err_usage(err, "LISTEN_FDS: descriptor %d is no socket of a known kind", fd);
	if (spec_socktype(made.kind) != SOCK_DGRAM &&
	    (sys_getsockopt_int(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens) || !listens)) {
		(void)err_usage(err, "LISTEN_FDS: descriptor %d does not listen", fd);
		err_hint(err, "a systemd socket unit for it has Accept=no");
		return -1;
	}
	error = sys_set_close_on_exec(fd);
	if (error)
		return err_set(err, ERR_LOCAL, -error, "listen", "descriptor %d", fd);
	made.address = a;
	made.port = addr_is_inet(&a) ? (uint16_t)addr_port(&a) : 0;
	if (addr_is_inet(&a) && addr_is_wildcard(&a))
		text_add_str(&host, "*");
	else if (addr_is_inet(&a))
		addr_add_host(&host, &a);
	addr_add(&t, &a);
	*spec = made;
	return 0;
}
