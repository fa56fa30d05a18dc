#include "net/proc_net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "sys/file.h"

enum { FLAG_ACCEPTS = 0x10000, STATE_CONNECTED = 3 };

const char *proc_net_path(enum socket_kind kind, int family)
{
	static const char *const paths[SOCKET_KIND_COUNT][2] = {
		[SOCKET_TCP] = { "/proc/net/tcp", "/proc/net/tcp6" },
		[SOCKET_UDP] = { "/proc/net/udp", "/proc/net/udp6" },
		[SOCKET_UNIX] = { "/proc/net/unix", "/proc/net/unix" },
	};

	return paths[kind][family == AF_INET6];
}

/* Words of 32 bits, each in this machine's order: 0100007F is 127.0.0.1 on a little-endian one. */
static bool parse_addr(uint8_t *addr, const char *hex, int family)
{
	size_t words = family == AF_INET ? 1 : 4;
	unsigned word;

	if (strlen(hex) != 8 * words)
		return false;
	for (size_t i = 0; i < words; i++) {
		if (sscanf(hex + 8 * i, "%8x", &word) != 1)
			return false;
		memcpy(addr + 4 * i, &word, 4);
	}
	return true;
}

static int take_inet(const char *line, struct socket_entry *e, struct socket_list *list)
{
	char local[33], remote[33];
	unsigned local_port, remote_port, state, uid;
	unsigned long inode;

	if (sscanf(line, " %*u: %32[0-9A-F]:%4x %32[0-9A-F]:%4x %2x %*x:%*x %*x:%*x %*x %u %*u %lu",
	           local, &local_port, remote, &remote_port, &state, &uid, &inode) != 7 ||
	    !parse_addr(e->local.addr, local, e->family) ||
	    !parse_addr(e->remote.addr, remote, e->family))
		return 0;
	e->local.port = (uint16_t)local_port;
	e->remote.port = (uint16_t)remote_port;
	e->uid = uid;
	e->inode = inode;
	return socket_list_add(list, e, state);
}

static int take_local(const char *line, struct socket_entry *e, struct socket_list *list)
{
	unsigned flags, type, state;
	unsigned long inode;
	int end = 0;

	if (sscanf(line, "%*x: %*x %*x %x %x %x %lu%n", &flags, &type, &state, &inode, &end) != 4)
		return 0;
	/* One that nobody has accepted yet belongs to no process, and netlink does not tell it. */
	if (inode == 0)
		return 0;
	e->inode = inode;
	e->type = (int)type;
	e->path[0] = '\0';
	if (line[end] == ' ')
		(void)snprintf(e->path, sizeof e->path, "%s", line + end + 1);
	return socket_list_add(list, e,
	                       flags & FLAG_ACCEPTS       ? SOCKET_LISTEN
	                       : state == STATE_CONNECTED ? SOCKET_ESTABLISHED
	                                                  : SOCKET_CLOSE);
}

/* The whole lines among the HELD bytes at BUF, to which a NUL is added. Returns 0 or -ENOMEM, and
 * what is left is moved to the beginning. */
static int take_lines(char *buf, size_t *held, struct socket_entry *e, struct socket_list *list)
{
	char *line = buf, *end;
	int result = 0;

	buf[*held] = '\0';
	for (; result == 0 && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		result = e->kind == SOCKET_UNIX ? take_local(line, e, list)
		                                : take_inet(line, e, list);
	}
	*held = strlen(line);
	memmove(buf, line, *held);
	return result;
}

int proc_net_read(enum socket_kind kind, int family, struct socket_list *list)
{
	struct socket_entry e = { .kind = kind,
		                  .family = family,
		                  .type = kind == SOCKET_TCP ? SOCK_STREAM : SOCK_DGRAM };
	char buf[8192];
	size_t held = 0, before = list->count;
	OWN_FD fd = sys_open(proc_net_path(kind, family), O_RDONLY, 0);
	int result = fd < 0 ? fd : 0;

	while (result == 0) {
		ssize_t n = sys_read(fd, buf + held, sizeof buf - 1 - held);

		if (n <= 0) {
			result = (int)n;
			break;
		}
		held += (size_t)n;
		result = take_lines(buf, &held, &e, list);
		if (held == sizeof buf - 1)
			result = -EPROTO;
	}
	if (result < 0)
		list->count = before;
	return result;
}
