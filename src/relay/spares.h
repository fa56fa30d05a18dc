/*
 * What the flows of one loop share, for a flow needs it only while it runs: memory to read into,
 * and pipes. A flow that waits owns what it could not deliver and nothing else.
 */
#ifndef SOCKIT_RELAY_SPARES_H
#define SOCKIT_RELAY_SPARES_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Empty pipes that are kept for the next flow that wants one. */
enum { SPARES_PIPES = 16 };

struct spares {
	uint8_t *buf; /* SIZE bytes */
	size_t size;
	int pipes[SPARES_PIPES][2];
	size_t pipe_count;
	size_t users;
};

/* With a buffer of SIZE bytes. NULL without memory. */
struct spares *spares_new(size_t size) MUST_CHECK;

/* After all of its flows. NULL is allowed. */
void spares_free(struct spares *s);

/* One more who may want a pipe, and one less: after the last none is kept. */
void spares_join(struct spares *s);
void spares_leave(struct spares *s);

/* Keep no pipes: descriptors are short. */
void spares_drop_pipes(struct spares *s);

/* An empty pipe, of ROOM bytes if the kernel grants that many. 0 or a negative errno. */
int spares_take_pipe(struct spares *s, int room, int ends[2]) MUST_CHECK;

/* Take an empty pipe back; ENDS are -1 then. */
void spares_give_pipe(struct spares *s, int ends[2]);

#endif
