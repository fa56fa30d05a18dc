/*
 * Many clients at once for a while, who say lines that tell who says them and which of them it is,
 * to a server that writes them down: with pauses, some of whom go away in the middle with a reset.
 * Of those who do not, every line is to be there, whole, once and in its order; of the others what
 * is there is the beginning.
 */
#ifndef HARNESS_SIEGE_LINES_H
#define HARNESS_SIEGE_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/place.h"

struct siege_lines {
	/* Set by the test. */
	const struct place *place;
	int written;        /* what the server writes, all of them together; -1: */
	const char *folder; /* it writes each one's to a file here */
	bool tagged; /* a number and a blank stand in front of each line, the same for one client */
	/* Set by siege_lines_run. */
	uint64_t whole, resets, lines;
};

/*
 * 100 clients for 2 seconds; with SOCKIT_LONG 500 for 10, with SOCKIT_BIG for 60. Fails the test
 * when something is missing.
 */
void siege_lines_run(struct siege_lines *siege);

#endif
