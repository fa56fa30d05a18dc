/*
 * Who is meant: addresses, networks (RFC 4632, RFC 4291), host names, and the users and groups of
 * Unix peers. Addresses are compared as what they are: one of IPv4 that is mapped into IPv6 is one
 * of IPv4.
 */
#ifndef SOCKIT_NET_ACCESS_H
#define SOCKIT_NET_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "net/addr.h"

enum { ACCESS_BYTES = 16, ACCESS_KEY = 5 + ACCESS_BYTES, ACCESS_LIST_MAX = 1 << 20 };

/*
 * What is compared. The zone is of ACCESS_LINK alone; the bytes are an address, mapped into IPv6,
 * or an id at their end.
 */
enum access_family { ACCESS_V4, ACCESS_V6, ACCESS_LINK, ACCESS_UID, ACCESS_GID };
struct access_key {
	enum access_family family;
	uint32_t zone;
	uint8_t bytes[ACCESS_BYTES];
};

/* From one key to another, both included; the keys of one family stand together. */
struct access_range {
	uint8_t low[ACCESS_KEY], high[ACCESS_KEY];
};

/* A host, to be looked up by whoever has the list: access_add_addr. */
struct access_name {
	char *host;
	unsigned line; /* of a file, from 1; 0: it stood in none */
};

/* A list is settled before it is asked. */
struct access_list {
	struct access_range *ranges; /* once settled in order, and none overlaps another */
	size_t count, room;
	struct access_name *names;
	size_t name_count;
	/* What is refused: names; and what nobody who comes to ENDPOINT, for messages, can have. */
	bool numeric, no_ids, no_addresses;
	const char *endpoint;
};

/* The other end of a connection. */
struct access_peer {
	const struct addr *addr;
	bool has_ids; /* of a Unix peer */
	uid_t uid;
	gid_t gid;
};

/*
 * Add all keys that begin with the first BITS bits of KEY's bytes. -1 with a usage error when there
 * are too many, or with ERR_LOCAL.
 */
int access_put(struct access_list *list, const struct access_key *key, unsigned bits,
               struct err *err) MUST_CHECK;

/* The key of a user or a group. */
struct access_key access_id_key(enum access_family family, uint32_t id);

/*
 * Make those last four of BYTES that are an address of IPv4 one that is mapped into IPv6; and what
 * an address is.
 */
void access_map(uint8_t bytes[ACCESS_BYTES]);
enum access_family access_family_of(const uint8_t bytes[ACCESS_BYTES]);

/* An address of one of the names. What is no address of IPv4 or IPv6 is left out. */
int access_add_addr(struct access_list *list, const struct addr *a, struct err *err) MUST_CHECK;

void access_settle(struct access_list *list);
bool access_has(const struct access_list *list, const struct access_peer *peer);

/* Leaves it empty. */
void access_free(struct access_list *list);

#endif
