/*
 * Who has sent datagrams, and where to: found by that, and kept in the order in which they were
 * busy last.
 */
#ifndef SOCKIT_RELAY_SESSIONS_H
#define SOCKIT_RELAY_SESSIONS_H

#include "stream/mailbox.h"

enum { SESSIONS_BUCKETS = 4096 };

/* The caller's; stays in place while it is in. */
struct session_entry {
	struct correspondent who;
	nsec_t active; /* when it was busy last */

	/* private */
	struct session_entry *next; /* of its bucket */
	struct session_entry *older, *newer;
};

/* Zeroed at first. */
struct sessions {
	size_t count;
	struct session_entry *oldest, *newest;
	struct session_entry *buckets[SESSIONS_BUCKETS];
};

/* The one of C's peer, with the address and the socket that it has sent to; or NULL. */
struct session_entry *sessions_find(const struct sessions *s, const struct correspondent *c);

/* E, whose `who` is set, is busy NOW. */
void sessions_add(struct sessions *s, struct session_entry *e, nsec_t now);
void sessions_touch(struct sessions *s, struct session_entry *e, nsec_t now);

void sessions_remove(struct sessions *s, struct session_entry *e);

#endif
