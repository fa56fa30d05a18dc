/*
 * What the flows of one loop share, for a flow needs it only while it runs: memory to read into, and pipes. A
 * flow that waits owns what it could not deliver and nothing else.
 */
#ifndef SOCKIT_RELAY_SHARED_H
#define SOCKIT_RELAY_SHARED_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Empty pipes that are kept for the next flow that wants one. */
enum { SHARED_PIPES = 16 };

struct shared {
	uint8_t *buf; /* SIZE bytes */
	size_t size;
	int pipes[SHARED_PIPES][2];
	size_t pipe_count;
};

/* With a buffer of SIZE bytes. NULL without memory. */
struct shared *shared_new(size_t size) MUST_CHECK;

/* After all of its flows. NULL is allowed. */
void shared_free(struct shared *s);

/* An empty pipe, of ROOM bytes if the kernel grants that many. 0 or a negative errno. */
int shared_take_pipe(struct shared *s, int room, int ends[2]) MUST_CHECK;

/* Take an empty pipe back; ENDS are -1 then. */
void shared_give_pipe(struct shared *s, int ends[2]);

#endif
