/*
 * Who is meant: addresses, networks (RFC 4632, RFC 4291), host names, and the users and groups of Unix peers.
 * Addresses are compared as what they are: one of IPv4 that is mapped into IPv6 is one of IPv4.
 */
#ifndef SOCKIT_NET_ACCESS_H
#define SOCKIT_NET_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "net/addr.h"

enum { ACCESS_KEY = 17, ACCESS_LIST_MAX = 1 << 20 };

/* From one address to another, both included; the keys of one family stand together. */
struct access_range {
	uint8_t low[ACCESS_KEY], high[ACCESS_KEY];
};

/* A list is settled before it is asked. */
struct access_list {
	struct access_range *ranges; /* once settled in order, and none overlaps another */
	size_t count, room;
	char **names; /* of hosts, to be looked up by whoever has the list: access_add_addr */
	size_t name_count;
};

/* The other end of a connection. */
struct access_peer {
	const struct addr *addr;
	bool has_ids; /* of a Unix peer */
	uid_t uid;
	gid_t gid;
};

/* Add what TEXT says: ADDRESS, ADDRESS/BITS, uid=NUMBER, gid=NUMBER, or a host name. -1 with a usage error,
 * or ERR_LOCAL without memory; the list is then as it was. */
int access_add(struct access_list *list, const char *text, struct err *err) MUST_CHECK;

/* The same for each line of the file at PATH, but for blanks, and comments from '#' on. An error names the
 * line. */
int access_add_file(struct access_list *list, const char *path, struct err *err) MUST_CHECK;

/* An address of one of the names. What is no address of IPv4 or IPv6 is left out. */
int access_add_addr(struct access_list *list, const struct addr *a, struct err *err) MUST_CHECK;

void access_settle(struct access_list *list);
bool access_has(const struct access_list *list, const struct access_peer *peer);

/* Leaves it empty. */
void access_free(struct access_list *list);

#endif
