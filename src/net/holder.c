#include "net/holder.h"

#include <string.h>

#include "base/escape.h"
#include "net/owner.h"
#include "net/proc_net.h"

/* The process that has the socket INODE. */
static void holder_add_inode(struct text *t, uint64_t inode)
{
	struct owners owners;
	const struct owner *owner;

	if (inode == 0 || owners_read(&owners))
		return;
	owner = owners_find(&owners, inode);
	if (owner && owner->name[0]) {
		text_add_str(t, "held by ");
		text_add_escaped(t, owner->name);
		text_add(t, ", pid %ld", owner->pid);
	}
	owners_free(&owners);
}

/*
 * What holds an address: a TCP socket that listens on the port, a UDP socket that is bound to it, a
 * Unix socket that has the name.
 */
static bool holds(const struct socket_entry *s, unsigned port, const char *name)
{
	if (name)
		return strcmp(s->path, name) == 0;
	return s->local.port == port && (s->kind != SOCKET_TCP || s->state == SOCKET_LISTEN);
}

/* The inode of the socket of KIND and FAMILY that does; 0 when there is none. */
static uint64_t find_inode(enum socket_kind kind, int family, unsigned port, const char *name)
{
	struct socket_list list = { 0 };
	uint64_t inode = 0;

	if (proc_net_read(kind, family, &list) == 0)
		for (size_t i = 0; i < list.count && inode == 0; i++)
			if (holds(&list.at[i], port, name))
				inode = list.at[i].inode;
	socket_list_free(&list);
	return inode;
}

static void holder_add_inet(struct text *t, enum socket_kind kind, const struct addr *a)
{
	int family = a->at.any.sa_family;
	uint64_t inode = find_inode(kind, family, addr_port(a), NULL);

	/* An IPv6 wildcard socket may hold the IPv4 port too. */
	if (!inode)
		inode = find_inode(kind, family == AF_INET ? AF_INET6 : AF_INET, addr_port(a),
		                   NULL);
	holder_add_inode(t, inode);
}

void holder_add_tcp(struct text *t, const struct addr *a)
{
	holder_add_inet(t, SOCKET_TCP, a);
}

void holder_add_udp(struct text *t, const struct addr *a)
{
	holder_add_inet(t, SOCKET_UDP, a);
}

void holder_add_local(struct text *t, const struct addr *a)
{
	const char *path = a->at.local.sun_path;
	char name[sizeof a->at.local.sun_path + 1];
	struct text wanted = TEXT_OVER(name);

	text_add(&wanted, path[0] ? "%s" : "@%s", path[0] ? path : path + 1);
	holder_add_inode(t, find_inode(SOCKET_UNIX, AF_UNIX, 0, name));
}
