/*
 * Many clients at once for a while, against a server that gives back what it gets: of random sizes,
 * with pauses, some of whom go away in the middle with a reset. Those who do not are to have every
 * byte.
 */
#ifndef HARNESS_SIEGE_H
#define HARNESS_SIEGE_H

#include <stdint.h>

#include "harness/child.h"
#include "harness/place.h"

/* Clients at once, at most. */
enum { SIEGE_MOST = 500 };

struct siege {
	/* Set by the test. */
	const struct place *place;
	unsigned clients; /* at once; one that is done is followed by another */
	double seconds;
	uint64_t longest; /* bytes that one sends at most */
	/* Set by siege_run. */
	uint64_t whole, resets, bytes;
};

/* 100 clients for 2 seconds; with SOCKIT_LONG 500 for 10, with SOCKIT_BIG for 60. */
struct siege siege_of(const struct place *place);

/*
 * Fails the test when one that was not reset by the siege did not get what it sent, and then the
 * end.
 */
void siege_run(struct siege *siege);

/*
 * Wait until the server has as few descriptors as BEFORE, and no children: what they were is in the
 * reason why the test fails.
 */
unsigned siege_descriptors(const struct child *server);
void siege_expect_left_nothing(const struct child *server, unsigned before);

#endif
