/* Which process has which socket, from one walk through /proc, as far as that can be read. */
#ifndef SOCKIT_NET_OWNER_H
#define SOCKIT_NET_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { OWNER_NAME_SIZE = 64 };

struct owner {
	long pid;
	bool named;                 /* the name was looked for */
	char name[OWNER_NAME_SIZE]; /* of the program, any bytes; or empty */
};

struct owned_socket {
	uint64_t inode;
	size_t owner; /* index */
};

struct owners {
	struct owner *at; /* owned, as is the next */
	struct owned_socket *sockets;
	size_t count, size, socket_count, socket_size;
	bool failed; /* out of memory */
};

/* Walk. -1 without memory; what cannot be read is left out. */
int owners_read(struct owners *o) MUST_CHECK;
void owners_free(struct owners *o);

/* The process with the lowest number that has the socket; NULL when none is known. */
const struct owner *owners_find(struct owners *o, uint64_t inode);

#endif
