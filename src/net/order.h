/* Lists of addresses and the order in which a client tries them. */
#ifndef SOCKIT_NET_ORDER_H
#define SOCKIT_NET_ORDER_H

#include <stddef.h>

#include "net/addr.h"

struct addr_list {
	struct addr *at; /* owned, may be NULL when empty */
	size_t count;
};

struct addrinfo;

/* A copy of what getaddrinfo gave, in its order, duplicates dropped. -1 without memory. */
int addr_list_from(struct addr_list *list, const struct addrinfo *info) MUST_CHECK;
int addr_list_add(struct addr_list *list, const struct addr *a) MUST_CHECK;

/*
 * This machine: the loopback of FAMILY, or of both with AF_UNSPEC (RFC 6761 section 6.3: localhost
 * is always that, without asking). -1 without memory.
 */
int addr_list_add_loopback(struct addr_list *list, int family, uint16_t port) MUST_CHECK;
void addr_list_free(struct addr_list *list);

/* RFC 8305 section 4: alternate the families, beginning with that of the first address; the order
 * inside a family stays. */
void addr_list_interleave(struct addr_list *list);

#endif
