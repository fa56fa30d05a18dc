/*
 * Multicast groups to be joined, as they are asked for: GROUP[%INTERFACE], or with SOURCE@ in front
 * for what that source alone sends there (RFC 4607).
 */
#ifndef SOCKIT_NET_GROUP_H
#define SOCKIT_NET_GROUP_H

#include <stddef.h>

#include "net/addr.h"

enum { GROUP_INTERFACE_SIZE = 16 };

struct group {
	struct addr addr;                     /* port 0 */
	struct addr source;                   /* len 0: any */
	char interface[GROUP_INTERFACE_SIZE]; /* name or index; empty: as the routes say */
	const char *text;                     /* as it was asked for, borrowed */
};

struct group_list {
	struct group *at; /* owned, NULL when empty */
	size_t count;
};

/*
 * Read TEXT, to which the list keeps a pointer. -1 with a usage error, also for one that the list
 * has already or that another of the list contradicts, and without memory.
 */
int group_list_add(struct group_list *list, const char *text, struct err *err) MUST_CHECK;
void group_list_free(struct group_list *list);

/*
 * Cut the interface off HOST where it is written GROUP%INTERFACE, and put it into INTERFACE, which
 * is else empty. An IPv6 group of one link keeps it: there it is part of the address (RFC 4007). -1
 * with a usage error.
 */
int group_take_interface(char *host, char interface[GROUP_INTERFACE_SIZE],
                         struct err *err) MUST_CHECK;

#endif
