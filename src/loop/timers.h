/* Points in time with something to do then: a pairing heap, which never allocates. */
#ifndef SOCKIT_LOOP_TIMERS_H
#define SOCKIT_LOOP_TIMERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/unit.h"

/* The caller's, zeroed at first; must stay in place while it is set. */
struct timer {
	nsec_t at;
	void (*fire)(struct timer *timer); /* no longer set when it is called */

	/* private */
	bool set;
	struct timer *child, *next, *previous; /* previous: the sibling before, or the parent */
};

struct timers {
	struct timer *first;
};

/* Set or set anew. NSEC_NEVER cancels. */
void timers_set(struct timers *t, struct timer *timer, nsec_t at);
void timers_cancel(struct timers *t, struct timer *timer);

/* When the next is due, NSEC_NEVER when none is set. */
nsec_t timers_next(const struct timers *t);

/* Fire what is due at NOW, in order. */
void timers_fire(struct timers *t, nsec_t now);

#endif
