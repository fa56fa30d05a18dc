/*
 * Work that blocks, in threads, for a loop that does not. So many jobs are worked on at a time, in
 * the order in which they were given, and each for so long: the thread of a job that takes longer
 * is left behind, another takes its place, and it cleans up after itself when it comes back.
 */
#ifndef SOCKIT_LOOP_POOL_H
#define SOCKIT_LOOP_POOL_H

#include "loop/loop.h"

struct pool; /* opaque */

enum pool_outcome {
	POOL_DONE, /* the job is the caller's again */
	POOL_LATE, /* it is not, and never will be */
};

/* Part of the caller's struct, which must be on the heap and say what it is by these three. */
struct pool_job {
	void (*work)(struct pool_job *job); /* in a thread */
	/* In the loop, once. Of one that is late, only what WORK does not change may be read. */
	void (*ended)(struct pool_job *job, enum pool_outcome outcome);
	/* Free one that nobody waits for any more; maybe in a thread. */
	void (*drop)(struct pool_job *job);

	/* private */
	struct pool_job *next, *previous;
	nsec_t began;
	bool late; /* its thread was left behind */
	bool told; /* and its owner knows */
	bool back; /* and its thread came back before that */
};

/* For THREADS jobs at a time, LIMIT for each. NULL without memory or descriptors. */
struct pool *pool_new(struct loop *loop, unsigned threads, nsec_t limit, struct err *err);

/* Give JOB: 0 when ENDED will be called. -1 when there is no thread at all; JOB is dropped then. */
int pool_give(struct pool *pool, struct pool_job *job, struct err *err) MUST_CHECK;

/*
 * Leave, as the process is about to end: jobs that have not ended are dropped, at once or when
 * their threads come back, and threads that wait for work go on waiting. NULL is allowed.
 */
void pool_free(struct pool *pool);

#endif
