/* Those who have sent something, as far as they are to be answered. */
#ifndef SOCKIT_RELAY_CORRESPONDENTS_H
#define SOCKIT_RELAY_CORRESPONDENTS_H

#include "stream/mailbox.h"

enum reply_to {
	REPLY_TO_FIRST, /* the first of all, whoever comes later */
	REPLY_TO_LAST,
	REPLY_TO_ALL, /* as many as there is room for; then the longest quiet one goes */
};

enum { CORRESPONDENTS_MAX = 1024 };

struct correspondents; /* opaque */

/* NULL without memory. */
struct correspondents *correspondents_new(enum reply_to who) MUST_CHECK;
void correspondents_free(struct correspondents *all);

/* C has sent something. Whoever cannot be answered is not taken in. */
void correspondents_note(struct correspondents *all, const struct correspondent *c);

/* How many there are, and the I'th; its place stays its own as long as it is kept. */
size_t correspondents_count(const struct correspondents *all);
const struct correspondent *correspondents_at(const struct correspondents *all, size_t i);

#endif
