/*
 * `sockit connect -u` and its kin: boundaries in and out, what ends an exchange, and with which
 * status.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/data.h"
#include "harness/dgram.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* sockit connected to a datagram socket of the test's. */
struct exchange {
	struct place place;
	struct child child;
	int fd;
};

static struct exchange begin(enum net net, const char *const *args, enum end_kind in)
{
	struct exchange x;

	x.fd = dgram_bind(net, &x.place);
	x.child = child_start(&(struct plan){
		.args = WORDS("connect", x.place.word), .more = args, .in = { in } });
	return x;
}

/* The same, and FED is its standard input. */
static struct exchange begin_fed(enum net net, const char *const *args, const char *fed)
{
	struct exchange x = begin(net, args, END_PIPE);

	child_feed(&x.child, fed);
	child_end_input(&x.child);
	return x;
}

static void expect_seconds(const struct child *child, double least, double most)
{
	if (child->seconds < least || child->seconds > most * clock_slack())
		child_blame(child, "took %.3f s instead of %.3f to %.3f", child->seconds, least,
		            most);
}

static void question_and_late_answer(enum net net)
{
	struct exchange x = begin_fed(net, NULL, "x");

	dgram_answer_first(x.fd);
	dgram_expect(x.fd, "x");
	clock_pause(1.5);
	dgram_send_text(x.fd, "late");
	child_expect(&x.child, 0);
	cr_assert_str_eq(child_out(&x.child), "late");
	cr_assert_str_empty(child_err(&x.child));
	expect_seconds(&x.child, 3.4, 4.5);
	close(x.fd);
}

Test(datagrams, an_answer_after_one_and_a_half_seconds_is_printed_v4)
{
	question_and_late_answer(NET_V4);
}

Test(datagrams, an_answer_after_one_and_a_half_seconds_is_printed_v6)
{
	question_and_late_answer(NET_V6);
}

Test(datagrams, an_answer_after_one_and_a_half_seconds_is_printed_unix)
{
	question_and_late_answer(NET_UNIX);
}

Test(datagrams, no_answer_is_no_failure)
{
	struct exchange x = begin_fed(NET_V4, WORDS("--reply-timeout", "0.3"), "x");

	child_expect(&x.child, 0);
	child_said_nothing(&x.child);
	expect_seconds(&x.child, 0.29, 1);
}

/* Each datagram begins the wait anew. */
Test(datagrams, the_wait_is_counted_from_the_last_datagram)
{
	struct exchange x = begin_fed(NET_V4, WORDS("--reply-timeout", "0.5"), "x");

	dgram_answer_first(x.fd);
	for (int i = 0; i < 4; i++) {
		clock_pause(0.3);
		dgram_send_text(x.fd, "y");
	}
	child_expect(&x.child, 0);
	cr_assert_str_eq(child_out(&x.child), "yyyy");
}

/*
 * The last reply and a further datagram are there in the same moment: whichever is looked at first,
 * no more goes out than is told.
 */
Test(datagrams, nothing_is_sent_after_all_replies_came)
{
	struct exchange x = begin(NET_V4, WORDS("--replies", "1", "-v"), END_PIPE);
	char more[16];

	child_feed(&x.child, "one");
	dgram_answer_first(x.fd);
	dgram_expect(x.fd, "one");
	child_freeze(&x.child);
	dgram_send_text(x.fd, "reply");
	child_feed(&x.child, "behind the end");
	child_thaw(&x.child);
	child_expect(&x.child, 0);
	cr_assert_str_eq(child_out(&x.child), "reply");
	bool came = recv(x.fd, more, sizeof more, MSG_DONTWAIT) >= 0;
	child_says(&x.child, came ? "sent 2 datagrams" : "sent 1 datagram ");
	close(x.fd);
}

static void refused(enum net net, const char *says)
{
	struct place place;
	struct child child;

	dgram_nowhere(net, &place);
	child = child_start(
		&(struct plan){ .args = WORDS("connect", place.word), .in = { END_PIPE } });
	child_feed(&child, "x");
	/* At once, and although its stdin is still open. */
	child_expect(&child, 1);
	child_says(&child, says);
	expect_seconds(&child, 0, 0.5);
}

Test(datagrams, a_closed_port_is_told_at_once)
{
	refused(NET_V4, "Connection refused after 1 datagrams sent and 0 received");
	refused(NET_V6, "Connection refused after 1 datagrams sent and 0 received");
}

/* A server on IPv4 alone is missed when this machine is asked, which is ::1 first. */
Test(datagrams, the_other_family_is_hinted_at)
{
	struct place place;
	int fd = dgram_bind(NET_V4, &place);
	struct plan plan = { .args = WORDS("connect", "-u", place.port), .in = { END_PIPE } };
	struct child child = child_start(&plan);

	child_feed(&child, "x");
	child_expect(&child, 1);
	child_says(&child, "hint: it was sent to the IPv6 address; -4");
	plan.more = WORDS("-4", "--send-only");
	child = child_start(&plan);
	child_feed(&child, "y");
	dgram_expect(fd, "y");
	child_end_input(&child);
	child_expect(&child, 0);
}

Test(datagrams, nobody_at_a_unix_path_is_told)
{
	struct place place;
	struct child child;

	dgram_nowhere(NET_UNIX, &place);
	child = sockit_expect(WORDS("connect", place.word), 1);
	child_says(&child, "Connection refused");
	unlink(place.host);
	child = sockit_expect(WORDS("connect", "-u", place.host), 1);
	child_says(&child, "No such file");
}

Test(datagrams, a_closed_port_is_told_to_a_sender_that_does_not_read)
{
	struct place place;
	struct child child;

	dgram_nowhere(NET_V4, &place);
	child = child_start(&(struct plan){ .args = WORDS("connect", "--send-only", place.word),
	                                    .in = { END_PIPE } });
	child_feed(&child, "x");
	child_end_input(&child);
	child_expect(&child, 1);
	child_says(&child, "Connection refused after 1 datagrams sent");
}

/* The peer goes away in the middle: what it had answered is delivered, then comes the refusal. */
Test(datagrams, a_refusal_in_mid_stream_comes_after_what_was_received)
{
	struct exchange x = begin(NET_V4, NULL, END_PIPE);

	child_feed(&x.child, "one");
	dgram_answer_first(x.fd);
	dgram_expect(x.fd, "one");
	child_freeze(&x.child);
	dgram_send_text(x.fd, "answer");
	close(x.fd);
	child_thaw(&x.child);
	child_feed(&x.child, "two");
	child_expect(&x.child, 1);
	cr_assert_str_eq(child_out(&x.child), "answer");
	child_says(&x.child, "after 2 datagrams sent and 1 received");
}

Test(datagrams, lines_are_datagrams_and_empty_ones_too)
{
	struct exchange x =
		begin_fed(NET_V4, WORDS("--delim", "line", "--replies", "3"), "one\n\nthree");

	dgram_answer_first(x.fd);
	dgram_expect(x.fd, "one");
	dgram_expect(x.fd, "");
	dgram_expect(x.fd, "three");
	dgram_send_text(x.fd, "first");
	dgram_send_text(x.fd, "");
	dgram_send_text(x.fd, "last");
	child_expect(&x.child, 0);
	cr_assert_str_eq(child_out(&x.child), "first\n\nlast\n");
	expect_seconds(&x.child, 0, 1);
}

Test(datagrams, a_line_longer_than_a_datagram_is_an_error_after_what_came_before)
{
	struct exchange x = begin_fed(NET_V4, WORDS("--delim", "line", "--datagram-size", "5"),
	                              "ok\ntoo long\n");

	dgram_answer_first(x.fd);
	dgram_expect(x.fd, "ok");
	child_expect(&x.child, 7);
	child_says(&x.child, "line 2 has more than the 5 bytes");
	child_says(&x.child, "--datagram-size");
	peer_expect_nothing(x.fd, 0.05);
}

Test(datagrams, lengths_stand_in_front_both_ways)
{
	static const char fed[] = "\0\0\0\3abc\0\0\0\0\0\0\0\1z";
	struct exchange x = begin(NET_V6, WORDS("--delim", "len", "--replies", "2"), END_PIPE);

	for (size_t i = 0; i < sizeof(fed) - 1; i++) {
		must((int)write(x.child.in, fed + i, 1), "write");
		clock_pause(0.001);
	}
	dgram_answer_first(x.fd);
	dgram_expect(x.fd, "abc");
	dgram_expect(x.fd, "");
	dgram_expect(x.fd, "z");
	dgram_send_text(x.fd, "");
	dgram_send_text(x.fd, "yes");
	child_expect(&x.child, 0);
	cr_assert_eq(x.child.text[1].size, 11);
	cr_assert_arr_eq(child_out(&x.child), "\0\0\0\0\0\0\0\3yes", 11);
}

Test(datagrams, an_input_that_ends_in_the_middle_of_a_datagram_is_an_error)
{
	struct exchange x = begin(NET_V4, WORDS("--delim", "len"), END_PIPE);

	must((int)write(x.child.in, "\0\0\0\1a\0\0\0\5bcd", 12), "write");
	child_end_input(&x.child);
	dgram_expect(x.fd, "a");
	child_expect(&x.child, 7);
	child_says(&x.child, "ends in the middle of datagram 2");
}

/* No --datagram-size helps. */
Test(datagrams, a_length_that_udp_does_not_have_is_an_error)
{
	struct exchange x = begin(NET_V4, WORDS("--delim", "len"), END_PIPE);

	must((int)write(x.child.in, "\0\1\0\0", 4), "write");
	child_expect(&x.child, 7);
	child_says(&x.child, "datagram 1 has 65536 bytes, a datagram has at most 65507");
	child_silent_about(&x.child, "--datagram-size");
}

Test(datagrams, a_chunk_is_cut_at_the_size_of_a_datagram)
{
	struct exchange x = begin_fed(NET_V4, WORDS("--datagram-size", "4", "--reply-timeout", "0"),
	                              "aaaabbbbc");

	dgram_expect(x.fd, "aaaa");
	dgram_expect(x.fd, "bbbb");
	dgram_expect(x.fd, "c");
	child_expect(&x.child, 0);
}

/*
 * SIZE bytes from a file, as many as do not fit into any buffer, as datagrams of EACH of them, of
 * which sockit is to leave DROPPED out at the end.
 */
static void from_file(const char *const *args, struct data data, size_t each, size_t dropped)
{
	const char *path = scratch_path("input");
	struct place place;
	int fd = dgram_bind(NET_UNIX, &place);
	struct child child;
	char want[1024];

	data_save(&data, path);
	child = child_start(&(struct plan){ .args = WORDS("connect", "--send-only", place.word),
	                                    .more = args,
	                                    .in = { END_FILE, .path = path } });
	for (uint64_t at = 0; at < data.size; at += each) {
		size_t n = data.size - at < each ? data.size - at : each;

		data_fill(&data, at, want, n);
		dgram_expect_bytes(fd, want, n - dropped);
	}
	child_expect(&child, 0);
}

Test(datagrams, chunks_of_a_long_file_have_one_size)
{
	from_file(WORDS("--datagram-size", "1000"), data_binary(1, 600500), 1000, 0);
}

Test(datagrams, lines_of_a_long_file_stay_whole)
{
	from_file(WORDS("--delim", "line"), data_lines(1, 64 << 14), 64, 1);
}

Test(datagrams, the_longest_datagram_there_is)
{
	static char longest[65507];
	struct exchange x = begin(NET_V4, WORDS("--delim", "len", "--replies", "1"), END_PIPE);

	memset(longest, 'x', sizeof(longest));
	must((int)write(x.child.in, "\0\0\377\343", 4), "write");
	for (size_t at = 0; at < sizeof(longest);) {
		ssize_t n = write(x.child.in, longest + at, sizeof(longest) - at);

		at += n > 0 ? (size_t)n : 0;
	}
	dgram_answer_first(x.fd);
	dgram_expect_bytes(x.fd, longest, sizeof(longest));
	dgram_send(x.fd, longest, sizeof(longest));
	child_expect(&x.child, 0);
	cr_assert_eq(x.child.text[1].size, 4 + sizeof(longest));
}

Test(datagrams, one_that_no_socket_takes_is_explained)
{
	static char line[65509];
	struct exchange x =
		begin(NET_V4, WORDS("--delim", "line", "--datagram-size", "64K"), END_PIPE);

	memset(line, 'x', sizeof(line) - 1);
	for (size_t at = 0; at < sizeof(line) - 1;) {
		ssize_t n = write(x.child.in, line + at, sizeof(line) - 1 - at);

		at += n > 0 ? (size_t)n : 0;
	}
	child_end_input(&x.child);
	child_expect(&x.child, 7);
	child_says(&x.child, "Message too long (a datagram of 65508 bytes)");
	child_says(&x.child, "--datagram-size");
}
