/* INT, TERM and HUP end sockit and are seen by the shell; what was ignored stays ignored. */
#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/joint.h"
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
		struct plan plan = { .args = WORDS("-v"), .in = { END_PIPE } };
		struct session s = session_start(role, &plan, net);

		child_feed(&s.child, "alive");
		peer_expect(s.fd, "alive");
		expect_killed(&s.child, ending[i]);
		child_says(&s.child, "closed (signal): sent 5 bytes, received 0 bytes");
		peer_expect_end(s.fd);
		close(s.fd);
		close(s.child.in);
	}
}

Test(signals, end_a_session)
{
	session_each(end_a_session);
}

/* What is cut is told, whoever is behind the connection; after the end of a program. */
static void expect_cut(const char *const *args, const char *const *lines)
{
	struct place place;
	struct child child = sockit_listen(&(struct plan){ .args = args }, NET_V4, &place);
	int fd = peer_connect(&place);

	child_await_err(&child, lines[0]);
	peer_send(fd, "four");
	peer_expect(fd, "four");
	expect_killed(&child, SIGTERM);
	lines_in_order(child_err(&child), lines);
	close(fd);
}

Test(signals, end_a_program_with_its_connection)
{
	expect_cut(WORDS("-v", "--exec", "--", "cat"),
	           WORDS("connection from", "ended with status 143",
	                 "closed (signal): sent 4 bytes, received 4 bytes"));
	expect_cut(WORDS("-v", "-t", "--exec", "--", "cat"),
	           WORDS("connection from", "ended with status 143",
	                 "closed (signal): sent 4 bytes, received 4 bytes"));
}

Test(signals, end_a_forward)
{
	struct joint j = joint_start(NET_V4, NET_UNIX, WORDS("-v"));

	peer_send(j.client, "up");
	peer_expect(j.server, "up");
	expect_killed(&j.child, SIGTERM);
	child_says(&j.child, "closed (signal): sent 0 bytes, received 2 bytes");
	joint_part(&j);
}

Test(signals, end_packets)
{
	struct place place;
	int listener = dgram_listen(&place);
	struct plan plan = { .args = WORDS("connect", place.word, "-v"), .in = { END_PIPE } };
	struct child child = child_start(&plan);
	int fd = peer_accept(listener);

	child_feed(&child, "x");
	dgram_expect(fd, "x");
	expect_killed(&child, SIGINT);
	child_says(&child, "closed (signal): sent 1 datagram with 1 byte");
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
