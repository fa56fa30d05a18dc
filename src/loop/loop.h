/*
 * Readiness and time: one loop drives everything that waits. Nothing here blocks but the wait
 * itself, and that only where nothing is deferred.
 */
#ifndef SOCKIT_LOOP_LOOP_H
#define SOCKIT_LOOP_LOOP_H

#include <stdbool.h>

#include "base/err.h"
#include "loop/poller.h"
#include "loop/timers.h"

struct loop; /* opaque */

/* A descriptor to wait for. The caller's; must stay in place while it is watched. */
struct watch {
	/* READY_* as it is; called once a turn of the loop. A descriptor that cannot be waited for
	 * (a regular file) is called with what it is interested in, every turn. */
	void (*ready)(struct watch *watch, unsigned ready);
	int fd;

	/*
	 * When the kernel cannot wait for it, it is no longer watched and called with READY_LOST;
	 * without this, loop_run ends.
	 */
	bool may_be_lost;

	/* private */
	bool added : 1, always : 1, listed : 1;
	unsigned char interest, armed;
	struct loop *loop; /* NULL: not watched */
	struct watch *next,
		*previous; /* of those whose interest has changed, or are always ready */
};

/* Something to do before the next wait. */
struct deferred {
	void (*call)(struct deferred *deferred);

	/* private */
	struct deferred *next;
	bool queued;
};

struct loop *loop_new(struct err *err) MUST_CHECK;

/* The same for some descriptors, of one connection: it needs no call before it waits (poll(2)). */
struct loop *loop_new_for_few(struct err *err) MUST_CHECK;
void loop_free(struct loop *loop);

/* Monotonic time, read once a turn. */
nsec_t loop_now(const struct loop *loop);

/* How often it has turned. */
unsigned loop_turns(const struct loop *loop);

/*
 * Watch W with INTEREST (READY_IN, READY_OUT, both, or 0 for trouble alone), now or anew.
 * READY_SHARED with it must stay. The kernel is told at the next wait, and only of what changed.
 */
void loop_watch(struct loop *loop, struct watch *w, unsigned interest);

/* The errno of the last READY_LOST. */
int loop_lost_error(const struct loop *loop);

/* Before its descriptor is closed. Does nothing when W is not watched. */
void loop_unwatch(struct watch *w);

/*
 * The same where the descriptor is closed next and no other refers to its socket, which spares a
 * call.
 */
void loop_unwatch_closing(struct watch *w);

void loop_timer(struct loop *loop, struct timer *timer, nsec_t at);
void loop_timer_cancel(struct loop *loop, struct timer *timer);
void loop_defer(struct loop *loop, struct deferred *d);
void loop_defer_cancel(struct loop *loop, struct deferred *d);

/* Call CALL between two turns when SIGUSR1 was caught. Once a process, in its first thread. */
void loop_on_usr1(struct loop *loop, void (*call)(void *context), void *context);

/*
 * Turn until loop_stop. -1 with ERR_SIGNAL when INT, TERM or HUP was caught, in the thread that
 * they come to, or with ERR_LOCAL when waiting itself fails. It may be turned again after a signal,
 * which ends it once.
 */
int loop_run(struct loop *loop, struct err *err) MUST_CHECK;
void loop_stop(struct loop *loop);

#endif
