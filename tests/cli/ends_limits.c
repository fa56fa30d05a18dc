/* sockit-connect(1), 'Ends of a stream': limits that cut a stream say so, a test a sentence. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/mover.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static void expect_cut(struct session *s, double after)
{
	child_expect(&s->child, 4);
	if (s->child.seconds < after * 0.9 || s->child.seconds > after + 1 * clock_slack())
		child_blame(&s->child, "cut after %.2f s instead of %.2f", s->child.seconds, after);
	if (!*child_err(&s->child))
		child_blame(&s->child, "does not say why");
	close(s->fd);
}

static void idle_is_cut(enum role role, enum net net)
{
	struct plan plan = { .args = WORDS("--idle-timeout", "300ms"), .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	peer_send(s.fd, "hello");
	expect_cut(&s, 0.3);
	cr_assert_str_eq(child_out(&s.child), "hello");
	child_says(&s.child, "idle");
}

Test(limits, idle_timeout_says_so_and_gives_4)
{
	session_each(idle_is_cut);
}

/* Either direction counts: it trickles one way, then the other, longer than the limit in all. */
Test(limits, idle_timeout_leaves_a_busy_stream_alone)
{
	struct plan plan = { .args = WORDS("-i", "0.5"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);
	struct flow trickle = {
		.data = data_lines(1, 8), .chunk = 1, .pause = 0.1, .end = FLOW_CLOSE
	};
	char sent[9] = "";

	trickle.fd = s.child.in;
	mover_finish(source_start(&trickle));
	data_fill(&trickle.data, 0, sent, 8);
	peer_expect(s.fd, sent);
	trickle.fd = s.fd;
	mover_finish(source_start(&trickle));
	child_expect(&s.child, 0);
	cr_assert_eq(s.child.text[1].size, 8);
}

static void deadline_cuts(enum role role, enum net net)
{
	struct plan plan = { .args = WORDS("--deadline", "0.4"), .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	struct data data = data_lines(2, 1 << 20);

	/* It cuts a stream in full flow as well. */
	source_start(&(struct flow){
		.fd = s.fd, .data = data, .chunk = 10, .pause = 0.01, .end = FLOW_LEAVE });
	expect_cut(&s, 0.4);
	child_says(&s.child, "deadline");
}

Test(limits, deadline_says_so_and_gives_4)
{
	session_each(deadline_cuts);
}

static void nobody_takes_stdout(enum role role, enum net net)
{
	struct plan plan = {
		.args = WORDS("--deadline", "0.4"),
		.in = { END_PIPE },
		.out = { END_PIPE },
	};
	struct session s = session_start(role, &plan, net);
	struct data data = data_binary(2, 64 << 20);

	source_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_LEAVE });
	expect_cut(&s, 0.4);
}

Test(limits, deadline_holds_although_nobody_reads_stdout)
{
	session_each(nobody_takes_stdout);
}

static void end_was_chosen(enum role role, enum net net)
{
	struct plan plan = { .args = WORDS("-v", "--quit-after-eof", "300ms"), .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	child_feed(&s.child, "sent");
	child_end_input(&s.child);
	peer_expect(s.fd, "sent");
	peer_expect_end(s.fd);
	peer_send(s.fd, "in time");
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "in time");
	if (s.child.seconds < 0.25)
		child_blame(&s.child, "did not wait");
	child_says(&s.child, "quit-after-eof");
	close(s.fd);
}

Test(limits, quit_after_eof_is_an_end_the_user_chose)
{
	session_each(end_was_chosen);
}

Test(limits, quit_after_eof_is_silent_without_v)
{
	struct plan plan = { .args = WORDS("-q", "0.1") };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	child_expect(&s.child, 0);
	child_said_nothing(&s.child);
	close(s.fd);
}

Test(limits, quit_after_eof_with_unacknowledged_bytes_is_4)
{
	struct data data = data_binary(1, 200000);
	const char *path = scratch_path("unacknowledged");
	struct session s;

	data_save(&data, path);
	s = session_start_narrow(
		&(struct plan){ .args = WORDS("-q", "0.3"), .in = { END_FILE, .path = path } },
		NET_V4);
	expect_cut(&s, 0.3);
}

/* Of which the peer has not even taken all. */
Test(limits, quit_after_eof_with_unsent_bytes_is_4)
{
	struct session s = session_start_narrow(
		&(struct plan){ .args = WORDS("-q", "0.3", "--sockopt", "sndbuf=4096"),
	                        .in = { END_PIPE } },
		NET_V4);

	mover_finish(source_start(&(struct flow){
		.fd = s.child.in, .data = data_binary(1, 60000), .end = FLOW_CLOSE }));
	expect_cut(&s, 0.3);
}

/* What a pace holds back belongs to stdin. */
Test(limits, quit_after_eof_waits_for_what_a_rate_holds_back)
{
	struct session s = session_start(
		CONNECT,
		&(struct plan){ .args = WORDS("-q", "0.1", "--rate", "10K"), .in = { END_PIPE } },
		NET_V4);
	struct data data = data_lines(1, 5000);

	mover_finish(
		source_start(&(struct flow){ .fd = s.child.in, .data = data, .end = FLOW_CLOSE }));
	mover_expect_whole(
		sink_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_LEAVE }),
		"what was held back");
	child_expect(&s.child, 0);
	close(s.fd);
}

/* It is counted from the end of stdin, not from the start. */
Test(limits, quit_after_eof_waits_for_stdin)
{
	struct plan plan = { .args = WORDS("-q", "0.1"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	if (!child_runs_for(&s.child, 0.4))
		child_blame(&s.child, "ended before its stdin");
	child_end_input(&s.child);
	child_expect(&s.child, 0);
	close(s.fd);
}
