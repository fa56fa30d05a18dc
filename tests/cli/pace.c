/* --rate and --line-delay of both commands: how fast bytes go, and that nothing else suffers. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

enum { MEBIBYTE = 1 << 20 };

static void expect_between(const struct session *s, const char *what, double least, double most,
                           double seconds)
{
	if (seconds < least || seconds > most * clock_slack())
		child_blame(&s->child, "%s: %.3f s is not within %.2f-%.2f", what, seconds, least,
		            most);
}

static void upload_is_limited(enum role role, enum net net)
{
	const char *path = scratch_path("upload");
	struct data data = data_binary(1, MEBIBYTE / 2);
	struct plan plan = { .args = WORDS("--rate", "1M"), .in = { END_FILE, .path = path } };

	data_save(&data, path);
	struct session s = session_start(role, &plan, net);
	int64_t start = clock_now();
	struct mover *sink = sink_start(&(struct flow){ .fd = s.fd, .data = data });

	mover_await(sink, MEBIBYTE / 4);
	expect_between(&s, "the first half", 0.2, 0.7, clock_since(start));
	mover_expect_whole(sink, "the upload");
	expect_between(&s, "the upload", 0.45, 1.0, clock_since(start));
	child_expect(&s.child, 0);
}

Test(pace, rate_limits_what_is_sent)
{
	session_each(upload_is_limited);
}

static void download_is_limited(enum role role, enum net net)
{
	struct data data = data_binary(1, MEBIBYTE / 2);
	const char *path = scratch_path("download");
	struct plan plan = { .args = WORDS("--rate", "1MiB"), .out = { END_FILE, .path = path } };
	struct session s = session_start(role, &plan, net);
	int64_t start = clock_now();

	mover_expect_whole(
		source_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_CLOSE }),
		"the download");
	child_expect(&s.child, 0);
	expect_between(&s, "the download", 0.45, 1.0, clock_since(start));
	data_expect_file(&data, path, "", "the download");
}

Test(pace, rate_limits_what_is_received)
{
	session_each(download_is_limited);
}

/* Each way for itself: a busy direction does not use up what the other may. */
Test(pace, rate_is_for_each_direction)
{
	struct data up = data_binary(1, MEBIBYTE / 2), down = data_binary(2, MEBIBYTE / 2);
	struct plan plan = { .args = WORDS("--rate", "1M"),
		             .in = { END_PIPE },
		             .out = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);
	int64_t start = clock_now();
	struct mover *sink =
		sink_start(&(struct flow){ .fd = s.fd, .data = up, .end = FLOW_LEAVE });
	struct mover *out = sink_start(&(struct flow){ .fd = s.child.out, .data = down });

	source_start(&(struct flow){ .fd = s.fd, .data = down, .end = FLOW_SHUT });
	source_start(&(struct flow){ .fd = s.child.in, .data = up, .end = FLOW_CLOSE });
	mover_expect_whole(sink, "the upload");
	mover_expect_whole(out, "the download");
	expect_between(&s, "both", 0.45, 0.95, clock_since(start));
	child_expect(&s.child, 0);
	close(s.fd);
}

/* The end is told right after the last byte, also at the lowest rate. */
Test(pace, the_end_does_not_wait)
{
	struct plan plan = { .args = WORDS("--rate", "1"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);
	int64_t start = clock_now();

	child_feed(&s.child, "ab");
	child_end_input(&s.child);
	peer_expect(s.fd, "ab");
	int64_t last = clock_now();
	peer_expect_end(s.fd);
	expect_between(&s, "the end", 0, 0.6, clock_since(last));
	expect_between(&s, "two bytes", 0.9, 1.6, clock_since(start));
	close(s.fd);
	child_expect(&s.child, 0);
}

static void lines_are_apart(enum role role, enum net net)
{
	struct plan plan = { .args = WORDS("--line-delay", "0.3", "--idle-timeout", "0.1"),
		             .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	child_feed(&s.child, "one\ntwo\nthr");
	child_feed(&s.child, "ee");
	child_end_input(&s.child);
	peer_expect(s.fd, "one\n");
	int64_t start = clock_now();
	peer_expect_nothing(s.fd, 0.2);
	peer_expect(s.fd, "two\n");
	expect_between(&s, "the second line", 0.25, 0.8, clock_since(start));
	start = clock_now();
	peer_expect_nothing(s.fd, 0.2);
	peer_expect(s.fd, "three");
	peer_expect_end(s.fd);
	expect_between(&s, "the third line", 0.25, 0.8, clock_since(start));
	close(s.fd);
	child_expect(&s.child, 0);
}

Test(pace, line_delay_waits_between_lines)
{
	session_each(lines_are_apart);
}

Test(pace, the_end_does_not_wait_for_the_line)
{
	struct plan plan = { .args = WORDS("--line-delay", "1h", "-C"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	child_feed(&s.child, "line\n");
	child_end_input(&s.child);
	peer_expect(s.fd, "line\r\n");
	peer_expect_end(s.fd);
	close(s.fd);
	child_expect(&s.child, 0);
}

/* While it waits: no CPU, the other direction goes on, and a telnet peer gets its answer. */
static void others_do_not_wait(enum role role, enum net net)
{
	struct data data = data_lines(2, 8 * MEBIBYTE);
	struct plan plan = { .args = WORDS("--line-delay", "1h", "--rate", "1G", "-t"),
		             .in = { END_PIPE },
		             .out = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	child_feed(&s.child, "one\ntwo\n");
	peer_expect(s.fd, "one\n");
	peer_send(s.fd, "\377\375\001");
	peer_expect(s.fd, "\377\374\001");
	struct mover *out =
		sink_start(&(struct flow){ .fd = s.child.out, .data = data, .end = FLOW_LEAVE });
	source_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_LEAVE });
	mover_await(out, data.size);
	proc_await_idle(s.child.pid);
	double before = proc_cpu_seconds(s.child.pid);
	unsigned long switches = proc_switches(s.child.pid);
	child_runs_for(&s.child, 0.3);
	cr_expect(proc_cpu_seconds(s.child.pid) - before < 0.015, "uses the CPU");
	cr_expect(proc_switches(s.child.pid) - switches < 3, "wakes up");
	child_signal(&s.child, SIGTERM);
	child_expect(&s.child, 128 + SIGTERM);
	close(s.fd);
}

Test(pace, a_wait_stalls_nothing_else)
{
	session_each(others_do_not_wait);
}

Test(pace, deadline_holds_in_a_wait)
{
	struct plan plan = { .args = WORDS("--line-delay", "1h", "--deadline", "0.3"),
		             .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	child_feed(&s.child, "one\ntwo\n");
	child_expect(&s.child, 4);
	child_says(&s.child, "deadline");
	child_says(&s.child, "4 bytes sent");
	expect_between(&s, "the deadline", 0.28, 1.2, s.child.seconds);
	close(s.fd);
}

/* Idleness counts from where the wait was over. */
Test(pace, idle_timeout_holds_after_the_waits)
{
	struct plan plan = { .args = WORDS("--line-delay", "0.3", "-i", "0.2"),
		             .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	child_feed(&s.child, "one\ntwo\n");
	child_expect(&s.child, 4);
	child_says(&s.child, "idle");
	child_says(&s.child, "8 bytes sent");
	expect_between(&s, "the end", 0.45, 1.5, s.child.seconds);
	close(s.fd);
}

/* Bytes are left that it can never have: that is told at once, not after the wait. */
static void peer_goes(enum role role, enum net net, bool ends_first)
{
	struct plan plan = { .args = WORDS("--line-delay", "1h"), .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	child_feed(&s.child, "one\ntwo\n");
	peer_expect(s.fd, "one\n");
	if (ends_first) {
		peer_shut(s.fd);
		proc_await_idle(s.child.pid);
		double before = proc_cpu_seconds(s.child.pid);
		child_runs_for(&s.child, 0.2);
		cr_expect(proc_cpu_seconds(s.child.pid) - before < 0.015, "uses the CPU");
	}
	if (net == NET_UNIX)
		close(s.fd);
	else
		peer_reset(s.fd);
	child_expect(&s.child, 1);
}

static void peer_goes_after_its_end(enum role role, enum net net)
{
	peer_goes(role, net, true);
}

Test(pace, a_peer_that_goes_in_a_wait_is_noticed)
{
	session_each(peer_goes_after_its_end);
	peer_goes(CONNECT, NET_V4, false);
	peer_goes(LISTEN, NET_V6, false);
}

/* What stood in the buffer when the peer failed is written at its pace, and then that is told. */
Test(pace, a_reset_comes_after_what_was_received)
{
	struct plan plan = { .args = WORDS("--rate", "20"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	peer_send(s.fd, "ten bytes.");
	child_feed(&s.child, "x");
	peer_expect(s.fd, "x");
	peer_reset(s.fd);
	child_expect(&s.child, 1);
	cr_assert_str_eq(child_out(&s.child), "ten bytes.");
}
