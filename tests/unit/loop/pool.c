/* loop/pool: blocking work in threads, with a limit, and leaving early. */
#include "loop/pool.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdatomic.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "sys/call.h"

struct job {
	struct pool_job job;
	double seconds;
	int number;
};

/* What happened to the jobs of a test, which outlives them. */
static struct {
	struct loop *loop;
	atomic_int working, most, worked, dropped;
	int done, late, last, want;
	bool ordered;
} seen;

static void work(struct pool_job *job)
{
	int now = atomic_fetch_add(&seen.working, 1) + 1, most = atomic_load(&seen.most);

	while (now > most && !atomic_compare_exchange_weak(&seen.most, &most, now))
		continue;
	clock_pause(CONTAINER_OF(job, struct job, job)->seconds);
	atomic_fetch_sub(&seen.working, 1);
	atomic_fetch_add(&seen.worked, 1);
}

static void drop(struct pool_job *job)
{
	atomic_fetch_add(&seen.dropped, 1);
	free(CONTAINER_OF(job, struct job, job));
}

static void ended(struct pool_job *job, enum pool_outcome outcome)
{
	struct job *j = CONTAINER_OF(job, struct job, job);

	seen.ordered = seen.ordered && j->number == seen.last + 1;
	seen.last = j->number;
	if (outcome == POOL_DONE) {
		seen.done++;
		free(j);
	} else {
		seen.late++;
	}
	if (seen.done + seen.late == seen.want)
		loop_stop(seen.loop);
}

static struct pool *make_pool(unsigned threads, double limit, int want)
{
	struct err err;
	struct pool *pool;

	seen.loop = loop_new(&err);
	cr_assert_not_null(seen.loop);
	seen.want = want;
	seen.ordered = true;
	pool = pool_new(seen.loop, threads, (nsec_t)(limit * 1e9), &err);
	cr_assert_not_null(pool);
	return pool;
}

static int try_give(struct pool *pool, double seconds, struct err *err)
{
	static int number;
	struct job *j = calloc(1, sizeof(*j));

	cr_assert_not_null(j);
	*j = (struct job){ { work, ended, drop }, seconds, ++number };
	return pool_give(pool, &j->job, err);
}

static void give(struct pool *pool, double seconds)
{
	struct err err;

	cr_assert_eq(try_give(pool, seconds, &err), 0);
}

static void run(void)
{
	struct err err;

	cr_assert_eq(loop_run(seen.loop, &err), 0);
}

static bool all_worked(void *arg)
{
	return atomic_load(&seen.worked) >= *(int *)arg;
}

static bool all_dropped(void *arg)
{
	return atomic_load(&seen.dropped) >= *(int *)arg;
}

Test(pool, one_thread_works_in_order)
{
	struct pool *pool = make_pool(1, 10, 100);

	for (int i = 0; i < 100; i++)
		give(pool, 0);
	run();
	cr_assert_eq(seen.done, 100);
	cr_assert(seen.ordered);
	cr_assert_eq(atomic_load(&seen.most), 1);
	pool_free(pool);
	loop_free(seen.loop);
}

Test(pool, works_on_as_many_at_a_time_as_it_may)
{
	struct pool *pool = make_pool(8, 10, 24);
	int64_t start = clock_now();

	for (int i = 0; i < 24; i++)
		give(pool, 0.1);
	run();
	cr_assert_eq(seen.done, 24);
	cr_assert_eq(atomic_load(&seen.most), 8);
	cr_assert(clock_since(start) < 1.2, "%.2f s", clock_since(start));
	pool_free(pool);
	loop_free(seen.loop);
}

/* The late one is told at its limit; the other does not wait for its thread. */
Test(pool, leaves_behind_what_takes_too_long)
{
	struct pool *pool = make_pool(1, 0.2, 2);
	int64_t start = clock_now();
	int two = 2, one = 1;

	give(pool, 1);
	give(pool, 0);
	run();
	cr_assert_eq(seen.late, 1);
	cr_assert_eq(seen.done, 1);
	cr_assert(clock_since(start) >= 0.2 && clock_since(start) < 0.8, "%.2f s",
	          clock_since(start));
	cr_assert_eq(atomic_load(&seen.dropped), 0, "dropped while its thread works");
	cr_assert(clock_watch(all_worked, &two, clock_after(PATIENCE)));
	cr_assert(clock_watch(all_dropped, &one, clock_after(PATIENCE)));
	/* And goes on. */
	seen.want = 3;
	give(pool, 0);
	run();
	cr_assert_eq(seen.done, 2);
	pool_free(pool);
	loop_free(seen.loop);
}

/* The limit counts from when a thread takes the job, not from when it was given. */
Test(pool, waiting_for_a_thread_does_not_count)
{
	struct pool *pool = make_pool(1, 0.3, 4);

	for (int i = 0; i < 4; i++)
		give(pool, 0.15);
	run();
	cr_assert_eq(seen.done, 4);
	cr_assert_eq(seen.late, 0);
	pool_free(pool);
	loop_free(seen.loop);
}

/* Those that are worked on are dropped by their threads, the others at once. */
Test(pool, may_be_left_at_any_time)
{
	struct pool *pool = make_pool(2, 10, 0);
	int all = 10;

	for (int i = 0; i < 10; i++)
		give(pool, 0.2);
	pool_free(pool);
	loop_free(seen.loop);
	cr_assert(atomic_load(&seen.dropped) >= 8);
	cr_assert(clock_watch(all_dropped, &all, clock_after(PATIENCE)));
	cr_assert_eq(seen.done + seen.late, 0);
	pool_free(NULL);
}

static int no_thread(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_THREAD ? EAGAIN : 0;
}

static int no_second_thread(struct sys_observer *self, struct sys_call *call)
{
	static int threads;

	(void)self;
	return call->op == SYS_THREAD && threads++ > 0 ? EAGAIN : 0;
}

Test(pool, without_any_thread_it_fails)
{
	struct sys_observer observer = { .before = no_thread };
	struct pool *pool = make_pool(4, 10, 1);
	struct err err;

	sys_observe(&observer);
	cr_assert_eq(try_give(pool, 0, &err), -1);
	sys_observe(NULL);
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, EAGAIN);
	cr_assert_eq(atomic_load(&seen.dropped), 1);
	give(pool, 0);
	run();
	cr_assert_eq(seen.done, 1);
	pool_free(pool);
	loop_free(seen.loop);
}

Test(pool, with_fewer_threads_it_is_slower)
{
	static struct sys_observer observer = { .before = no_second_thread };
	struct pool *pool = make_pool(4, 10, 5);

	sys_observe(&observer);
	for (int i = 0; i < 5; i++)
		give(pool, 0.01);
	run();
	sys_observe(NULL);
	cr_assert_eq(seen.done, 5);
	cr_assert_eq(atomic_load(&seen.most), 1);
	pool_free(pool);
	loop_free(seen.loop);
}
