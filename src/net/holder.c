#include "net/holder.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/num.h"
#include "sys/file.h"

/* The socket's inode when a LINE of its table in /proc/net (man 5 proc) is of WANTED; else 0. */
typedef unsigned long holder_match(const char *line, const void *wanted);

/* A port and the state that a socket must be in to hold it; 0: any. */
struct holder_port {
	unsigned port, state;
};

/* Of /proc/net/tcp, udp and those of IPv6. */
static unsigned long match_port(const char *line, const void *wanted)
{
	const struct holder_port *held = wanted;
	unsigned local_port, state;
	unsigned long inode;
	int fields =
		sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %lu",
	               &local_port, &state, &inode);

	if (fields != 3 || local_port != held->port)
		return 0;
	return held->state == 0 || held->state == state ? inode : 0;
}

/* Of /proc/net/unix, when it has the name: the last field, with '@' for the NUL of an abstract one. */
static unsigned long match_local(const char *line, const void *wanted)
{
	unsigned long inode;
	int name = 0;

	if (sscanf(line, "%*x: %*x %*x %*x %*x %*x %lu %n", &inode, &name) != 1 || name == 0)
		return 0;
	return strcmp(line + name, wanted) == 0 ? inode : 0;
}

/* The first inode that MATCH finds in the table at PATH, read in pieces that end with a line. */
static unsigned long find_inode(const char *path, holder_match *match, const void *wanted)
{
	char buf[4096];
	size_t held = 0;
	ssize_t n;
	OWN_FD fd = sys_open(path, O_RDONLY, 0);

	if (fd < 0)
		return 0;
	while ((n = sys_read(fd, buf + held, sizeof buf - 1 - held)) > 0) {
		char *line = buf, *end;

		held += (size_t)n;
		buf[held] = '\0';
		for (; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			unsigned long inode = match(line, wanted);
			if (inode)
				return inode;
		}
		held = strlen(line);
		memmove(buf, line, held);
	}
	return 0;
}

/* The search through /proc for whoever has a descriptor of the socket. */
struct holder_search {
	char link[64]; /* "socket:[INODE]" */
	const char *pid;
	long found;
};

static bool holder_check_fd(void *context, const char *name)
{
	struct holder_search *search = context;
	char path[64], target[64];
	struct text t = TEXT_OVER(path);

	text_add(&t, "/proc/%s/fd/%s", search->pid, name);
	if (t.cut || sys_readlink(path, target, sizeof target) < 0 ||
	    strcmp(target, search->link) != 0)
		return true;
	search->found = strtol(search->pid, NULL, 10);
	return false;
}

static bool holder_check_process(void *context, const char *name)
{
	struct holder_search *search = context;
	uint64_t pid;
	char path[64];
	struct text t = TEXT_OVER(path);

	if (num_parse_uint(name, 1, INT32_MAX, &pid) != NUM_OK)
		return true;
	search->pid = name;
	text_add(&t, "/proc/%s/fd", name);
	/* Those of others cannot be read, and are not needed. */
	(void)!sys_list(path, holder_check_fd, search);
	return search->found == 0;
}

static void holder_add_pid(struct text *t, long pid)
{
	char path[64], name[64];
	struct text at = TEXT_OVER(path);

	text_add(&at, "/proc/%ld/comm", pid);
	OWN_FD fd = sys_open(path, O_RDONLY, 0);
	ssize_t n = fd < 0 ? -1 : sys_read(fd, name, sizeof name - 1);
	if (n <= 0)
		return;
	name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	text_add_str(t, "held by ");
	text_add_escaped(t, name);
	text_add(t, ", pid %ld", pid);
}

static void holder_add_inode(struct text *t, unsigned long inode)
{
	struct holder_search search = { 0 };
	struct text link = TEXT_OVER(search.link);

	if (!inode)
		return;
	text_add(&link, "socket:[%lu]", inode);
	if (sys_list("/proc", holder_check_process, &search) == 0 && search.found)
		holder_add_pid(t, search.found);
}

/* An IPv6 wildcard socket may hold the IPv4 port too: the table of the other family is the second. */
static void holder_add_inet(struct text *t, const char *const tables[2],
                            const struct holder_port *held)
{
	unsigned long inode = find_inode(tables[0], match_port, held);

	holder_add_inode(t, inode ? inode : find_inode(tables[1], match_port, held));
}

void holder_add_tcp(struct text *t, const struct addr *a)
{
	enum { TCP_LISTEN_STATE = 0x0a };
	struct holder_port held = { addr_port(a), TCP_LISTEN_STATE };
	bool v4 = a->at.any.sa_family == AF_INET;
	const char *const v4_first[] = { "/proc/net/tcp", "/proc/net/tcp6" };
	const char *const v6_first[] = { "/proc/net/tcp6", "/proc/net/tcp" };

	holder_add_inet(t, v4 ? v4_first : v6_first, &held);
}

void holder_add_udp(struct text *t, const struct addr *a)
{
	struct holder_port held = { addr_port(a), 0 };
	bool v4 = a->at.any.sa_family == AF_INET;
	const char *const v4_first[] = { "/proc/net/udp", "/proc/net/udp6" };
	const char *const v6_first[] = { "/proc/net/udp6", "/proc/net/udp" };

	holder_add_inet(t, v4 ? v4_first : v6_first, &held);
}

void holder_add_local(struct text *t, const struct addr *a)
{
	const char *path = a->at.local.sun_path;
	char name[sizeof a->at.local.sun_path + 1];
	struct text wanted = TEXT_OVER(name);

	text_add(&wanted, path[0] ? "%s" : "@%s", path[0] ? path : path + 1);
	holder_add_inode(t, find_inode("/proc/net/unix", match_local, name));
}
