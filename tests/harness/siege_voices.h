/*
 * Many clients at once for a while, of a server that sends what each says to all the others. Some
 * speak, each with a voice that is heard in every byte, of whom half end what they send half-way;
 * some listen from the beginning to the end; the others come, end what they send at once or later,
 * rest, and leave, many with a reset. Everybody is to hear each voice without a gap from where he
 * came in, and who stays, all of it.
 */
#ifndef HARNESS_SIEGE_VOICES_H
#define HARNESS_SIEGE_VOICES_H

#include <stdint.h>

#include "harness/place.h"

struct siege_voices {
	const struct place *place; /* set by the test */
	/* Set by siege_voices_run. */
	uint64_t came, resets, said, heard; /* clients beside those who stay; bytes */
};

/*
 * 100 clients for 2 seconds; with SOCKIT_LONG 500 for 10, with SOCKIT_BIG for 60. Fails the test
 * when something is missing.
 */
void siege_voices_run(struct siege_voices *siege);

#endif
