/*
 * What ends an exchange of datagrams: replies, limits, the end of a connection, a stalled output.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/sockit.h"

static int fd;
static struct place place;
static struct child child;

static void begin(enum net net, struct plan plan)
{
	fd = dgram_bind(net, &place);
	plan.more = plan.args;
	plan.args = WORDS("connect", place.word);
	child = child_start(&plan);
}

static void expect_seconds(double least, double most)
{
	if (child.seconds < least || child.seconds > most * clock_slack())
		child_blame(&child, "took %.3f s instead of %.3f to %.3f", child.seconds, least,
		            most);
}

Test(datagram_ends, as_many_replies_as_asked_for_end_it)
{
	begin(NET_V4, (struct plan){ .args = WORDS("--replies", "2"), .in = { END_PIPE } });
	child_feed(&child, "x");
	dgram_answer_first(fd);
	child_freeze(&child);
	for (int i = 0; i < 3; i++)
		dgram_send_text(fd, "r");
	child_thaw(&child);
	/* Its stdin is still open. */
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "rr");
	expect_seconds(0, 1);
}

Test(datagram_ends, fewer_replies_are_status_4)
{
	begin(NET_V4, (struct plan){ .args = WORDS("--replies", "3", "--reply-timeout", "0.4"),
	                             .in = { END_PIPE } });
	child_feed(&child, "x");
	dgram_answer_first(fd);
	dgram_send_text(fd, "r");
	child_end_input(&child);
	child_expect(&child, 4);
	cr_assert_str_eq(child_out(&child), "r");
	child_says(&child, "1 of 3 replies came (--replies), after 1 datagrams sent");
}

Test(datagram_ends, send_only_ends_when_everything_is_sent)
{
	begin(NET_V4, (struct plan){ .args = WORDS("--send-only"), .in = { END_PIPE } });
	child_feed(&child, "x");
	dgram_answer_first(fd);
	dgram_send_text(fd, "not wanted");
	dgram_expect(fd, "x");
	child_end_input(&child);
	child_expect(&child, 0);
	child_said_nothing(&child);
	expect_seconds(0, 1);
}

static void sends_nothing(const char *option)
{
	begin(NET_UNIX, (struct plan){ .args = WORDS(option, "-i", "0.4"), .in = { END_PIPE } });
	must(write(child.in, "stays", 5) == 5 ? 0 : -1, "write");
	child_expect(&child, 4);
	child_says(&child, "no datagram for 0.4 s (--idle-timeout)");
	expect_seconds(0.39, 1);
	peer_expect_nothing(fd, 0);
	close(fd);
}

Test(datagram_ends, without_stdin_nothing_is_sent_and_nothing_but_a_limit_ends_it)
{
	sends_nothing("-d");
	sends_nothing("--recv-only");
}

Test(datagram_ends, quit_after_eof_is_an_end_the_user_chose)
{
	begin(NET_V4, (struct plan){ .args = WORDS("-v", "-q", "0.5"), .in = { END_PIPE } });
	child_feed(&child, "x");
	child_end_input(&child);
	dgram_answer_first(fd);
	for (int i = 0; i < 4; i++) {
		clock_pause(0.1);
		dgram_send_text(fd, "r");
	}
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "rrrr");
	child_says(&child, "ended by --quit-after-eof");
	child_says(&child, "end of standard input after 1 byte in 1 datagram\n");
	child_says(&child, "sent 1 datagram with 1 byte, received 4 datagrams with 4 bytes, in");
	expect_seconds(0.49, 0.8);
}

Test(datagram_ends, the_deadline_says_so)
{
	begin(NET_V4, (struct plan){ .args = WORDS("--deadline", "0.3"), .in = { END_PIPE } });
	child_expect(&child, 4);
	child_says(&child, "cut by --deadline at 0.3 s, after 0 datagrams sent and 0 received");
}

Test(datagram_ends, a_signal_ends_it)
{
	begin(NET_V4, (struct plan){ .args = WORDS("-d", "-v") });
	child_await_err(&child, "connected");
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

/* It was there in time, and sockit was not. */
Test(datagram_ends, an_answer_that_came_while_sockit_was_stopped_counts)
{
	begin(NET_V4, (struct plan){ .args = WORDS("--reply-timeout", "0.3"), .in = { END_PIPE } });
	child_feed(&child, "x");
	child_end_input(&child);
	dgram_answer_first(fd);
	child_freeze(&child);
	dgram_send_text(fd, "in time");
	clock_pause(0.5);
	child_thaw(&child);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "in time");
}

/* Datagrams are still sent although nobody takes what came. */
Test(datagram_ends, a_stalled_output_does_not_stop_sending)
{
	static char big[20000];
	char got[16];

	begin(NET_V4, (struct plan){ .args = WORDS("--reply-timeout", "0.2"),
	                             .in = { END_PIPE },
	                             .out = { END_PIPE } });
	child_feed(&child, "0");
	dgram_answer_first(fd);
	for (int i = 0; i < 5; i++)
		dgram_send(fd, big, sizeof(big));
	dgram_expect(fd, "0");
	for (int i = 0; i < 10; i++) {
		child_feed(&child, "more");
		dgram_expect(fd, "more");
	}
	/*
	 * Stalled, it does not take what has come for nothing; nor this, which it has not yet
	 * received.
	 */
	dgram_send(fd, big, sizeof(big));
	child_end_input(&child);
	cr_assert(child_runs_for(&child, 0.5), "ended with %d before all was written",
	          child.status);
	for (size_t left = 6 * sizeof(big); left > 0;) {
		ssize_t n;

		cr_assert(peer_poll(child.out, POLLIN, clock_after(PATIENCE)));
		n = read(child.out, got, sizeof(got));
		cr_assert(n > 0, "the output ended %zu bytes early", left);
		left -= (size_t)n;
	}
	child_expect(&child, 0);
}

Test(datagram_ends, a_full_disk_is_status_7)
{
	begin(NET_V4, (struct plan){ .in = { END_PIPE }, .out = { END_FULL } });
	child_feed(&child, "x");
	dgram_answer_first(fd);
	dgram_send_text(fd, "r");
	child_expect(&child, 7);
	child_says(&child, "No space left on device");
}

Test(datagram_ends, a_reader_that_has_left_ends_it_quietly)
{
	begin(NET_V4, (struct plan){ .in = { END_PIPE }, .out = { END_PIPE } });
	close(child.out);
	child.out = -1;
	child_feed(&child, "x");
	dgram_answer_first(fd);
	dgram_send_text(fd, "r");
	child_expect(&child, 128 + SIGPIPE);
	child_said_nothing(&child);
}

static void begin_packets(const char *const *args)
{
	int listener = dgram_listen(&place);

	child = child_start(&(struct plan){
		.args = WORDS("connect", place.word), .more = args, .in = { END_PIPE } });
	fd = peer_accept(listener);
	close(listener);
}

Test(datagram_ends, seqpacket_keeps_boundaries_and_has_an_end)
{
	begin_packets(WORDS("--delim", "line"));
	child_feed(&child, "one\n\nthree\n");
	dgram_expect(fd, "one");
	dgram_expect(fd, "");
	dgram_expect(fd, "three");
	dgram_send_text(fd, "a");
	dgram_send_text(fd, "");
	dgram_send_text(fd, "c");
	child_end_input(&child);
	/* sockit's end is seen, and there is no hidden timer behind it. */
	dgram_expect(fd, "");
	cr_assert(child_runs_for(&child, 2.3), "ended before its peer");
	dgram_send_text(fd, "late");
	close(fd);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "a\n\nc\nlate\n");
}

Test(datagram_ends, the_end_of_a_seqpacket_peer_is_found_while_stdin_is_idle)
{
	begin_packets(NULL);
	child_feed(&child, "x");
	dgram_expect(fd, "x");
	close(fd);
	child_expect(&child, 0);
}

/* What stdin still gives in that same moment is not sent, and that is told. */
Test(datagram_ends, a_seqpacket_peer_that_is_gone_while_stdin_gives_more_is_an_error)
{
	begin_packets(NULL);
	child_feed(&child, "x");
	dgram_expect(fd, "x");
	child_freeze(&child);
	peer_shut(fd);
	child_thaw(&child);
	child_feed(&child, "y");
	dgram_expect(fd, "y");
	child_freeze(&child);
	close(fd);
	child_feed(&child, "z");
	child_thaw(&child);
	child_expect(&child, 1);
	child_says(&child, "Connection reset by peer after 2 datagrams sent");
}

Test(datagram_ends, a_half_closed_seqpacket_still_takes_what_stdin_gives)
{
	begin_packets(NULL);
	dgram_send_text(fd, "all I say");
	peer_shut(fd);
	child_feed(&child, "x");
	dgram_expect(fd, "x");
	cr_assert(child_runs_for(&child, 0.1));
	child_feed(&child, "y");
	dgram_expect(fd, "y");
	child_end_input(&child);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "all I say");
}

Test(datagram_ends, recv_only_shuts_the_sending_side_of_a_seqpacket_at_once)
{
	begin_packets(WORDS("--recv-only", "-v"));
	dgram_expect(fd, "");
	dgram_send_text(fd, "late");
	close(fd);
	child_expect(&child, 0);
	child_says(&child, "closed (both sides ended)");
	cr_assert_str_eq(child_out(&child), "late");
}

Test(datagram_ends, events_count_datagrams)
{
	json_t *event;

	begin(NET_V4, (struct plan){ .args = WORDS("--json", "--replies", "2", "--delim", "line"),
	                             .in = { END_PIPE } });
	child_feed(&child, "a\nbb\n\n");
	dgram_answer_first(fd);
	dgram_send_text(fd, "four");
	dgram_send_text(fd, "");
	child_expect(&child, 0);
	event = events_where(events_parse(child_err(&child)), "event", "closed");
	cr_assert_not_null(event);
	cr_assert_eq(json_integer_value(json_object_get(event, "sent_datagrams")), 3);
	cr_assert_eq(json_integer_value(json_object_get(event, "sent_bytes")), 3);
	cr_assert_eq(json_integer_value(json_object_get(event, "received_datagrams")), 2);
	cr_assert_eq(json_integer_value(json_object_get(event, "received_bytes")), 4);
}

/* Only Unix has datagrams that are longer than what sockit takes. */
Test(datagram_ends, a_datagram_that_is_cut_is_told)
{
	static char big[100000];

	begin(NET_UNIX, (struct plan){ .args = WORDS("--replies", "1"), .in = { END_PIPE } });
	child_feed(&child, "x");
	dgram_answer_first(fd);
	dgram_send(fd, big, sizeof(big));
	child_expect(&child, 0);
	cr_assert_eq(child.text[1].size, 65536);
	child_says(&child, "a datagram of 100000 bytes was cut to its first 65536");
}

Test(datagram_ends, control_bytes_do_not_reach_a_terminal)
{
	begin(NET_V4, (struct plan){ .args = WORDS("--replies", "1"),
	                             .in = { END_PIPE },
	                             .out = { END_PTY } });
	child_feed(&child, "x");
	dgram_answer_first(fd);
	dgram_send_text(fd, "\033[2Jshown\303");
	child_expect(&child, 0);
	cr_assert_str_eq(child_tty(&child), "\\x1b[2Jshown\\xc3");
}
