/*
 * Threads that feed and drain descriptors while the test does something else, so that no order of
 * steps in a test can deadlock. A thread that makes no progress for PATIENCE gives up with
 * ETIMEDOUT.
 */
#ifndef HARNESS_MOVER_H
#define HARNESS_MOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/data.h"

enum flow_end {
	FLOW_CLOSE, /* close the descriptor when done */
	FLOW_SHUT,  /* shut its sending direction */
	FLOW_LEAVE, /* leave it as it is */
};

struct flow {
	int fd;           /* non-blocking; the mover's until it is finished */
	struct data data; /* a source writes all of it; a sink reads until the end of the stream */
	uint64_t from;    /* position in `data` to start at */
	size_t chunk;     /* bytes a call; 0: 64 KiB */
	double pause;     /* seconds between calls */
	enum flow_end end;
};

struct mover;

struct moved {
	uint64_t position; /* in the data: `from` and the bytes moved since */
	bool wrong;        /* a sink: the byte at `position` was not the expected one */
	bool ended;        /* a source: all written; a sink: the end of the stream was read */
	int error;         /* errno that ended it early; 0: none */
	int64_t at;        /* when it ended */
};

struct mover *source_start(const struct flow *flow);
struct mover *sink_start(const struct flow *flow);

/* Wait until it has moved up to POSITION or has ended. Fails the test when it ended earlier. */
void mover_await(struct mover *mover, uint64_t position);

/* Wait for its end and free it. */
struct moved mover_finish(struct mover *mover);

/* mover_finish(), and fail the test unless the whole of the data was moved, and nothing else. */
struct moved mover_expect_whole(struct mover *mover, const char *what);

#endif
