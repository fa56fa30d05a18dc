/* loop/loop, where it never really waits. */
#include "loop/loop.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "harness/fail.h"

/* A descriptor that is ready all the time does not keep a signal out. */
static unsigned busy_turns;
static void busy(struct watch *watch, unsigned ready)
{
	(void)watch;
	(void)ready;
	if (++busy_turns == 10)
		raise(SIGTERM);
	cr_assert(busy_turns < 10000);
}

Test(loop_busy, a_busy_loop_hears_signals)
{
	struct err err;
	struct loop *busy_loop = loop_new(&err);
	int ends[2];
	struct watch watch = { .ready = busy };

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	watch.fd = ends[1];
	loop_watch(busy_loop, &watch, READY_OUT);
	cr_assert_eq(loop_run(busy_loop, &err), -1);
	cr_assert_eq(err.domain, ERR_SIGNAL);
	cr_assert_eq(err.code, SIGTERM);
	loop_unwatch(&watch);
	loop_free(busy_loop);
}

static struct loop *spinning;

static void spin(struct deferred *deferred)
{
	if (++busy_turns == 10)
		raise(SIGTERM);
	cr_assert(busy_turns < 10000);
	loop_defer(spinning, deferred);
}

static void spin_slowly(struct deferred *deferred)
{
	if (++busy_turns == 1)
		raise(SIGTERM);
	cr_assert(busy_turns < 10);
	usleep(25000);
	loop_defer(spinning, deferred);
}

/* A loop that has nothing to do but AGAIN, which defers itself and raises TERM, ends by that. */
static void expect_heard(void (*again)(struct deferred *deferred))
{
	struct deferred deferred = { .call = again };
	struct err err;

	spinning = loop_new(&err);
	loop_defer(spinning, &deferred);
	cr_assert_eq(loop_run(spinning, &err), -1);
	cr_assert_eq(err.code, SIGTERM);
	loop_free(spinning);
}

Test(loop_busy, one_that_is_busy_with_itself_hears_signals)
{
	expect_heard(spin);
}

Test(loop_busy, turns_that_take_long_hold_no_signal_up)
{
	expect_heard(spin_slowly);
}
