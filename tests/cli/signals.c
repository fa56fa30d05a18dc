/* INT, TERM and HUP end sockit and are seen by the shell; what was ignored stays ignored. */
#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

static void expect_killed(struct child *child, int signal_number)
{
	child_signal(child, signal_number);
	child_finish_within(child, 5);
	if (child->signal != signal_number)
		child_blame(child, "signal %d was expected to end it", signal_number);
}

Test(signals, end_a_listener_that_waits)
{
	for (size_t i = 0; i < ARRAY_LEN(ending); i++) {
		struct place place;
		struct child child = sockit_listen(&(struct plan){ 0 }, NET_V4, &place);

		expect_killed(&child, ending[i]);
	}
}

static void end_a_session(enum role role, enum net net)
{
	for (size_t i = 0; i < ARRAY_LEN(ending); i++) {
		struct session s = session_start(role, &(struct plan){ .in = { END_PIPE } }, net);

		child_feed(&s.child, "alive");
		peer_expect(s.fd, "alive");
		expect_killed(&s.child, ending[i]);
		peer_expect_end(s.fd);
		close(s.fd);
		close(s.child.in);
	}
}

Test(signals, end_a_session)
{
	session_each(end_a_session);
}

/* connect does not drain: the first signal ends it, whatever is still to be delivered. */
Test(signals, end_a_session_whose_stdout_is_stalled)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);
	struct data data = data_binary(1, 64 << 20);

	source_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_LEAVE });
	clock_pause(0.2);
	expect_killed(&s.child, SIGTERM);
}

static void ignored_stays_ignored(enum role role, enum net net)
{
	for (size_t i = 0; i < ARRAY_LEN(ending); i++) {
		struct plan plan = { .in = { END_PIPE }, .ignored_signal = ending[i] };
		struct session s = session_start(role, &plan, net);

		child_feed(&s.child, "before");
		peer_expect(s.fd, "before");
		child_signal(&s.child, ending[i]);
		child_feed(&s.child, "after");
		peer_expect(s.fd, "after");
		child_end_input(&s.child);
		peer_expect_end(s.fd);
		close(s.fd);
		child_expect(&s.child, 0);
	}
}

Test(signals, that_were_ignored_stay_ignored)
{
	session_each(ignored_stays_ignored);
}

enum { STRIDE = 2 << 20 };

/* Stopping and going on at any moment loses nothing. */
static void stop_and_go(enum role role, enum net net)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	struct data up = data_binary(1, 32 << 20), down = data_binary(2, 32 << 20);
	struct mover *sink, *out, *source;

	sink = sink_start(&(struct flow){ .fd = s.fd, .data = up, .end = FLOW_LEAVE });
	out = sink_start(&(struct flow){ .fd = s.child.out, .data = down, .end = FLOW_CLOSE });
	source = source_start(&(struct flow){ .fd = s.fd, .data = down, .end = FLOW_LEAVE });
	source_start(&(struct flow){ .fd = s.child.in, .data = up, .end = FLOW_CLOSE });
	/* It cannot end by itself meanwhile: its peer does not end before the last stop. */
	for (uint64_t next = STRIDE; next < down.size; next += STRIDE) {
		child_freeze(&s.child);
		child_thaw(&s.child);
		mover_await(out, next);
	}
	mover_finish(source);
	peer_shut(s.fd);
	mover_expect_whole(sink, "upload");
	mover_expect_whole(out, "download");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(signals, that_stop_and_continue_lose_nothing)
{
	session_each(stop_and_go);
}
