/*
 * How fast bytes may go: so many a second, or with a pause after each line, or both. It only
 * counts; time and bytes are the caller's.
 */
#ifndef SOCKIT_RELAY_PACE_H
#define SOCKIT_RELAY_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/unit.h"

/*
 * After a time without bytes so much of the rate has been saved up, and no more; where there is
 * more to send, the waits are so long. At rates that are lower, both are the time of one byte.
 */
#define PACE_BURST (100 * NSEC_PER_MSEC)
#define PACE_WAIT (10 * NSEC_PER_MSEC)

struct pace {
	uint64_t rate;     /* bytes a second; 0: as fast as it goes */
	nsec_t line_delay; /* after a newline, before the next byte; 0: none */

	/* private */
	bool begun;
	nsec_t paid; /* the rate since then is saved up */
	nsec_t line_until;
};

/*
 * How many of the N bytes, more than 0, may go at NOW: the first ones. When none may, 0, and *until
 * is when to ask again.
 */
size_t pace_allow(struct pace *p, nsec_t now, const uint8_t *bytes, size_t n, nsec_t *until);

/* These N bytes, of those that were allowed, have gone at NOW. */
void pace_passed(struct pace *p, nsec_t now, const uint8_t *bytes, size_t n);

/*
 * The same for a datagram of N bytes, which goes whole: what it has more than was saved up is
 * waited for after it. An empty one takes nothing of the rate. ENDS_LINE: the line delay follows
 * it.
 */
bool pace_allow_whole(struct pace *p, nsec_t now, size_t n, nsec_t *until);
void pace_passed_whole(struct pace *p, nsec_t now, size_t n, bool ends_line);

#endif
