#include "net/proc_net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "net/lines.h"
#include "sys/file.h"

enum { FLAG_ACCEPTS = 0x10000, STATE_CONNECTED = 3, LINE_ROOM = 8191 };

const char *proc_net_path(enum socket_kind kind, int family)
{
	static const char *const paths[SOCKET_KIND_COUNT][2] = {
		[SOCKET_TCP] = { "/proc/net/tcp", "/proc/net/tcp6" },
		[SOCKET_UDP] = { "/proc/net/udp", "/proc/net/udp6" },
		[SOCKET_UNIX] = { "/proc/net/unix", "/proc/net/unix" },
	};

	return paths[kind][family == AF_INET6];
}

int proc_net_parse_addr(const char *text, struct addr *out, struct err *err)
{
	size_t len = strcspn(text, ":");
	bool v6 = len == 32;
	uint8_t bytes[16];
	bool good = (len == 8 || v6) && strlen(text) == len + 5;
	char digits[9] = "";
	uint64_t value = 0;

	for (size_t i = 0; good && i < len; i += 8) {
		memcpy(digits, text + i, 8);
		good = num_parse_digits(digits, 16, &value) == NUM_OK;
		uint32_t word = (uint32_t)value;
		memcpy(bytes + i / 2, &word, sizeof word);
	}
	if (!good || num_parse_digits(text + len + 1, 16, &value) != NUM_OK)
		return err_usage(
			err,
			"'%s': not 8 or 32 hex digits, a colon and 4 hex digits as in /proc/net/tcp",
			text);
	*out = addr_of_bytes(v6 ? AF_INET6 : AF_INET, bytes, (uint16_t)value);
	return 0;
}

static bool take_end(struct socket_end *end, const char *text, int family)
{
	struct addr a;
	struct err err;
	size_t n;

	if (proc_net_parse_addr(text, &a, &err) || a.at.any.sa_family != family)
		return false;
	end->port = (uint16_t)addr_port(&a);
	const uint8_t *bytes = addr_bytes(&a, &n);
	memcpy(end->addr, bytes, n);
	return true;
}

static int take_inet(const char *line, struct socket_entry *e, struct socket_list *list)
{
	char local[38], remote[38];
	unsigned state, uid;
	unsigned long inode;

	if (sscanf(line, " %*u: %37[0-9A-F:] %37[0-9A-F:] %2x %*x:%*x %*x:%*x %*x %u %*u %lu",
	           local, remote, &state, &uid, &inode) != 5 ||
	    !take_end(&e->local, local, e->family) || !take_end(&e->remote, remote, e->family))
		return 0;
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

int proc_net_read(enum socket_kind kind, int family, struct socket_list *list)
{
	struct socket_entry e = { .kind = kind,
		                  .family = family,
		                  .type = kind == SOCKET_TCP ? SOCK_STREAM : SOCK_DGRAM };
	size_t before = list->count;
	OWN_FD fd = sys_open(proc_net_path(kind, family), O_RDONLY, 0);
	int result = fd < 0 ? fd : 0;
	struct lines lines;
	char *line;
	ssize_t len;

	lines_start(&lines, fd);
	while (result == 0 && (len = lines_await(&lines, LINE_ROOM, &line)) >= 0) {
		if (len == LINE_ROOM)
			result = -EPROTO;
		else
			result = kind == SOCKET_UNIX ? take_local(line, &e, list)
			                             : take_inet(line, &e, list);
	}
	if (result == 0)
		result = lines.error;
	if (result < 0)
		list->count = before;
	return result;
}
