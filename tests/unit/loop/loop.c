/* loop/loop: the order of a turn, and what a callback may do to it. */
#include "loop/loop.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "sys/call.h"

/* What happened, a letter each. */
static char story[256];

static void note(char letter)
{
	size_t len = strlen(story);

	cr_assert(len + 1 < sizeof story, "goes on for ever: %s", story);
	story[len] = letter;
}

static struct loop *the_loop;

static struct loop *begin(void)
{
	struct err err;

	memset(story, 0, sizeof story);
	the_loop = loop_new(&err);
	cr_assert_not_null(the_loop);
	return the_loop;
}

/* Something that notes its letter and then does one thing. */
struct actor {
	struct watch watch;
	struct timer timer;
	struct deferred deferred;
	char letter;
	unsigned ready; /* last seen */
	void (*then)(struct actor *self);
	struct actor *other;
	int times;
};

static void act(struct actor *a)
{
	note(a->letter);
	a->times++;
	if (a->then)
		a->then(a);
}

static void actor_ready(struct watch *watch, unsigned ready)
{
	struct actor *a = CONTAINER_OF(watch, struct actor, watch);

	a->ready = ready;
	act(a);
}

static void actor_timer(struct timer *timer)
{
	act(CONTAINER_OF(timer, struct actor, timer));
}

static void actor_deferred(struct deferred *deferred)
{
	act(CONTAINER_OF(deferred, struct actor, deferred));
}

static struct actor actor(char letter, int fd, void (*then)(struct actor *))
{
	return (struct actor){ .watch = { .fd = fd, .ready = actor_ready },
		               .timer.fire = actor_timer,
		               .deferred.call = actor_deferred,
		               .letter = letter,
		               .then = then };
}

static void then_stop(struct actor *a)
{
	(void)a;
	loop_stop(the_loop);
}

static void then_unwatch_other(struct actor *a)
{
	loop_unwatch(&a->other->watch);
}

static void then_unwatch_self(struct actor *a)
{
	loop_unwatch(&a->watch);
}

static void then_defer_self_twice(struct actor *a)
{
	if (a->times < 3)
		loop_defer(the_loop, &a->deferred);
	else
		loop_stop(the_loop);
}

static void then_cancel_other(struct actor *a)
{
	loop_defer_cancel(the_loop, &a->other->deferred);
}

static void run(void)
{
	struct err err;

	cr_assert_eq(loop_run(the_loop, &err), 0, "%s", err.detail);
}

static void make_pipe(int ends[2])
{
	must(pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
}

Test(loop, a_watch_tells_what_is_ready)
{
	int ends[2];
	struct actor in = actor('i', -1, then_stop), out = actor('o', -1, then_stop);

	begin();
	make_pipe(ends);
	in.watch.fd = ends[0];
	out.watch.fd = ends[1];
	loop_watch(the_loop, &in.watch, READY_IN);
	loop_watch(the_loop, &out.watch, READY_OUT);
	run();
	cr_assert_str_eq(story, "o");
	cr_assert_eq(out.ready, READY_OUT);
	loop_unwatch(&out.watch);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	run();
	cr_assert_str_eq(story, "oi");
	cr_assert_eq(in.ready, READY_IN);
	/* The end: nobody writes any more. */
	close(ends[1]);
	run();
	cr_assert(in.ready & READY_TROUBLE);
	loop_unwatch(&in.watch);
	close(ends[0]);
	loop_free(the_loop);
}

Test(loop, interest_0_waits_for_trouble_alone)
{
	int ends[2];
	struct actor a = actor('a', -1, then_stop), limit = actor('t', -1, then_stop);

	begin();
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	a.watch.fd = ends[0];
	loop_watch(the_loop, &a.watch, 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	loop_timer(the_loop, &limit.timer, loop_now(the_loop) + 20 * NSEC_PER_MSEC);
	run();
	cr_assert_str_eq(story, "t");
	close(ends[1]);
	run();
	cr_assert_str_eq(story, "ta");
	cr_assert(a.ready & READY_TROUBLE);
	loop_unwatch(&a.watch);
	loop_free(the_loop);
	close(ends[0]);
}

Test(loop, interest_can_change_before_and_after_it_is_armed)
{
	int ends[2];
	struct actor a = actor('a', -1, then_stop);

	begin();
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	a.watch.fd = ends[0];
	loop_watch(the_loop, &a.watch, READY_IN);
	loop_watch(the_loop, &a.watch, READY_OUT);
	run();
	cr_assert_eq(a.ready, READY_OUT);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	loop_watch(the_loop, &a.watch, READY_IN);
	run();
	cr_assert_eq(a.ready, READY_IN);
	loop_watch(the_loop, &a.watch, READY_IN | READY_OUT);
	run();
	cr_assert_eq(a.ready, READY_IN | READY_OUT);
	loop_unwatch(&a.watch);
	loop_unwatch(&a.watch);
	loop_free(the_loop);
	close(ends[0]);
	close(ends[1]);
}

/* Deferred calls come first, then timers, then what is ready. */
Test(loop, a_turn_has_an_order)
{
	int ends[2];
	struct actor d = actor('d', -1, NULL), e = actor('e', -1, NULL), t = actor('t', -1, NULL);
	struct actor w = actor('w', -1, then_stop);

	begin();
	make_pipe(ends);
	w.watch.fd = ends[1];
	loop_watch(the_loop, &w.watch, READY_OUT);
	loop_timer(the_loop, &t.timer, loop_now(the_loop));
	loop_defer(the_loop, &d.deferred);
	loop_defer(the_loop, &e.deferred);
	loop_defer(the_loop, &d.deferred);
	run();
	cr_assert_str_eq(story, "detw");
	loop_unwatch(&w.watch);
	loop_free(the_loop);
}

Test(loop, a_deferred_call_that_queues_itself_runs_once_a_turn)
{
	int ends[2];
	struct actor d = actor('d', -1, then_defer_self_twice), w = actor('w', -1, NULL);

	begin();
	make_pipe(ends);
	w.watch.fd = ends[1];
	loop_watch(the_loop, &w.watch, READY_OUT);
	loop_defer(the_loop, &d.deferred);
	run();
	cr_assert_str_eq(story, "dwdwd");
	loop_unwatch(&w.watch);
	loop_free(the_loop);
}

Test(loop, a_deferred_call_can_be_cancelled_by_the_one_before)
{
	struct actor a = actor('a', -1, then_cancel_other), b = actor('b', -1, NULL);
	struct actor c = actor('c', -1, then_stop);

	begin();
	a.other = &b;
	loop_defer(the_loop, &a.deferred);
	loop_defer(the_loop, &b.deferred);
	loop_defer(the_loop, &c.deferred);
	run();
	cr_assert_str_eq(story, "ac");
	/* The last one cancelled: the queue's end must move. */
	memset(story, 0, sizeof story);
	loop_defer(the_loop, &b.deferred);
	loop_defer_cancel(the_loop, &b.deferred);
	loop_defer_cancel(the_loop, &b.deferred);
	loop_defer(the_loop, &c.deferred);
	run();
	cr_assert_str_eq(story, "c");
	loop_free(the_loop);
}

static void then_unwatch_other_and_stop(struct actor *a)
{
	loop_unwatch(&a->other->watch);
	loop_stop(the_loop);
}

/* Both are ready in the same batch: one that was unwatched is not called any more. */
Test(loop, unwatching_takes_an_event_back)
{
	int ends[2];
	struct actor a = actor('a', -1, then_unwatch_other_and_stop);
	struct actor b = actor('b', -1, then_unwatch_other_and_stop);

	begin();
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	a.watch.fd = ends[0];
	b.watch.fd = ends[1];
	a.other = &b;
	b.other = &a;
	loop_watch(the_loop, &a.watch, READY_OUT);
	loop_watch(the_loop, &b.watch, READY_OUT);
	run();
	cr_assert_eq(strlen(story), 1, "%s", story);
	loop_unwatch(&a.watch);
	loop_unwatch(&b.watch);
	loop_free(the_loop);
}

static int a_file(void)
{
	FILE *file = tmpfile();

	cr_assert_not_null(file);
	return fileno(file);
}

/* epoll refuses regular files, poll says that they are always ready: the loop hides it. */
Test(loop, regular_files_are_ready_every_turn)
{
	struct actor f = actor('f', a_file(), NULL), limit = actor('t', -1, then_stop);

	begin();
	loop_watch(the_loop, &f.watch, READY_IN);
	loop_timer(the_loop, &limit.timer, loop_now(the_loop) + 1);
	run();
	cr_assert(f.times >= 1);
	cr_assert(f.ready & READY_IN);
	/* Without interest it is not called, and the loop sleeps. */
	loop_watch(the_loop, &f.watch, 0);
	int times = f.times;
	loop_timer(the_loop, &limit.timer, loop_now(the_loop) + 10 * NSEC_PER_MSEC);
	run();
	cr_assert_eq(f.times, times);
	loop_watch(the_loop, &f.watch, READY_OUT);
	loop_timer(the_loop, &limit.timer, loop_now(the_loop) + 1);
	run();
	cr_assert(f.times > times);
	cr_assert(f.ready & READY_OUT);
	loop_unwatch(&f.watch);
	loop_free(the_loop);
}

Test(loop, of_two_files_one_may_unwatch_itself_or_the_other)
{
	for (int which = 0; which < 2; which++) {
		struct actor a =
			actor('a', a_file(), which ? then_unwatch_other : then_unwatch_self);
		struct actor b =
			actor('b', a_file(), which ? then_unwatch_other : then_unwatch_self);
		struct actor limit = actor('t', -1, then_stop);

		begin();
		a.other = &b;
		b.other = &a;
		loop_watch(the_loop, &a.watch, READY_IN);
		loop_watch(the_loop, &b.watch, READY_IN);
		loop_timer(the_loop, &limit.timer, loop_now(the_loop) + 1);
		run();
		/* The one that is left is called every turn. */
		if (which)
			cr_assert((a.times == 0) != (b.times == 0), "%s", story);
		else
			cr_assert(a.times == 1 && b.times == 1, "%s", story);
		loop_unwatch(&a.watch);
		loop_unwatch(&b.watch);
		loop_free(the_loop);
	}
}

Test(loop, timers_wait_for_their_time)
{
	struct actor t = actor('t', -1, then_stop);
	int64_t began = clock_now();

	begin();
	loop_timer(the_loop, &t.timer, loop_now(the_loop) + 30 * NSEC_PER_MSEC);
	run();
	cr_assert(clock_since(began) >= 0.03);
	cr_assert(clock_since(began) < 1);
	/* Cancelled in time it never fires. */
	struct actor stop = actor('s', -1, then_stop);
	loop_timer(the_loop, &t.timer, loop_now(the_loop) + 1 * NSEC_PER_MSEC);
	loop_timer_cancel(the_loop, &t.timer);
	loop_timer(the_loop, &stop.timer, loop_now(the_loop) + 5 * NSEC_PER_MSEC);
	run();
	cr_assert_str_eq(story, "ts");
	loop_free(the_loop);
}

static void then_raise(struct actor *a)
{
	(void)a;
	raise(SIGTERM);
}

/* Caught ones are delivered only while the loop waits, and end it. */
Test(loop, a_signal_ends_it)
{
	struct actor d = actor('d', -1, then_raise);
	struct err err;

	begin();
	loop_defer(the_loop, &d.deferred);
	cr_assert_eq(loop_run(the_loop, &err), -1);
	cr_assert_eq(err.domain, ERR_SIGNAL);
	cr_assert_eq(err.code, SIGTERM);
	loop_free(the_loop);
}

Test(loop, an_ignored_signal_stays_ignored)
{
	struct actor d = actor('d', -1, then_raise), t = actor('t', -1, then_stop);

	signal(SIGTERM, SIG_IGN);
	begin();
	loop_defer(the_loop, &d.deferred);
	loop_timer(the_loop, &t.timer, loop_now(the_loop) + 20 * NSEC_PER_MSEC);
	run();
	cr_assert_str_eq(story, "dt");
	loop_free(the_loop);
}

static int refuse_watching(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_EPOLL_CTL || call->op == SYS_POLL ? ENOMEM : 0;
}

Test(loop, what_cannot_be_waited_for_ends_it_with_a_local_error)
{
	struct sys_observer observer = { .before = refuse_watching };
	struct actor a = actor('a', -1, NULL);
	struct err err;
	int ends[2];

	begin();
	make_pipe(ends);
	a.watch.fd = ends[0];
	sys_observe(&observer);
	loop_watch(the_loop, &a.watch, READY_IN);
	cr_assert_eq(loop_run(the_loop, &err), -1);
	sys_observe(NULL);
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, ENOMEM);
	loop_unwatch(&a.watch);
	loop_free(the_loop);
}

enum { MANY = 600 };
static int many_called;

static void then_unwatch_self_and_count(struct actor *a)
{
	loop_unwatch(&a->watch);
	if (++many_called == MANY)
		loop_stop(the_loop);
}

Test(loop, many_watches_at_once)
{
	static struct actor actors[MANY];
	struct actor limit = actor('t', -1, then_stop);
	int ends[2];

	begin();
	for (int i = 0; i < MANY / 2; i++) {
		must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
		for (int j = 0; j < 2; j++) {
			struct actor *a = &actors[2 * i + j];

			*a = actor('\0', ends[j], then_unwatch_self_and_count);
			loop_watch(the_loop, &a->watch, READY_OUT);
		}
	}
	loop_timer(the_loop, &limit.timer, loop_now(the_loop) + 20 * NSEC_PER_SEC);
	run();
	/* Once each: a turn more calls nobody. */
	loop_timer(the_loop, &limit.timer, loop_now(the_loop));
	run();
	for (int i = 0; i < MANY; i++)
		cr_assert_eq(actors[i].times, 1, "watch %d was called %d times", i,
		             actors[i].times);
	loop_free(the_loop);
}

static size_t unheard;

static void heard(struct watch *watch, unsigned ready)
{
	cr_assert_eq(ready, READY_OUT);
	loop_unwatch(watch);
	if (--unheard == 0)
		loop_stop(the_loop);
}

/* It takes few events at once, not few descriptors. */
Test(loop, for_few_hears_many_as_well)
{
	struct watch watches[50];
	struct err err;
	int ends[2];

	the_loop = loop_new_for_few(&err);
	cr_assert_not_null(the_loop);
	unheard = ARRAY_LEN(watches);
	for (size_t i = 0; i < ARRAY_LEN(watches); i++) {
		must(pipe2(ends, O_CLOEXEC), "pipe2");
		watches[i] = (struct watch){ .ready = heard, .fd = ends[1] };
		loop_watch(the_loop, &watches[i], READY_OUT);
	}
	cr_assert_eq(loop_run(the_loop, &err), 0);
	cr_assert_eq(unheard, 0);
	loop_free(the_loop);
}
