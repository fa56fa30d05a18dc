/* -C, --rate and --line-delay where boundaries are kept: what is sent, and when. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/sockit.h"

/* sockit connected to a datagram socket of the test's, with its input held by the test. */
struct paced {
	struct place place;
	struct child child;
	int fd;
};

static struct paced begin(enum net net, const char *const *args)
{
	struct paced p;

	p.fd = dgram_bind(net, &p.place);
	p.child = child_start(&(struct plan){ .args = WORDS("connect", p.place.word, "--send-only"),
	                                      .more = args,
	                                      .in = { END_PIPE } });
	return p;
}

static void finish(struct paced *p)
{
	child_expect(&p->child, 0);
	child_said_nothing(&p->child);
	close(p->fd);
}

static void expect_all(int fd, const char *const *texts)
{
	for (; *texts; texts++)
		dgram_expect(fd, *texts);
}

static void expect_at_least(const struct child *child, double seconds, int64_t since)
{
	if (clock_since(since) < seconds)
		child_blame(child, "took only %.3f s, not %.3f", clock_since(since), seconds);
}

static void newlines_get_their_return(enum net net)
{
	struct paced p = begin(net, WORDS("-C"));

	child_feed(&p.child, "a\nb\r\nc\r");
	dgram_expect(p.fd, "a\r\nb\r\nc\r");
	/* The return that was sent already is this newline's. */
	child_feed(&p.child, "\n\n");
	dgram_expect(p.fd, "\n\r\n");
	child_end_input(&p.child);
	finish(&p);
}

Test(datagram_pace, newlines_get_their_return_udp)
{
	newlines_get_their_return(NET_V4);
}

Test(datagram_pace, newlines_get_their_return_unix)
{
	newlines_get_their_return(NET_UNIX);
}

/* What has grown does not exceed a datagram. */
Test(datagram_pace, a_chunk_is_cut_after_it_has_grown)
{
	struct paced p = begin(NET_V4, WORDS("-C", "--datagram-size", "3"));

	child_feed(&p.child, "ab\ncd\n");
	child_end_input(&p.child);
	expect_all(p.fd, WORDS("ab\r", "\ncd", "\r\n"));
	finish(&p);
}

Test(datagram_pace, a_line_keeps_its_end_with_crlf)
{
	struct paced p = begin(NET_V4, WORDS("-C", "--delim", "line"));

	child_feed(&p.child, "a\n\nb\r\nno end");
	child_end_input(&p.child);
	expect_all(p.fd, WORDS("a\r\n", "\r\n", "b\r\n", "no end"));
	finish(&p);
}

Test(datagram_pace, what_comes_is_not_changed)
{
	struct place place;
	int fd = dgram_bind(NET_V4, &place);
	struct child child = child_start(&(struct plan){
		.args = WORDS("connect", place.word, "-C", "--replies", "1"), .in = { END_PIPE } });

	child_feed(&child, "x\n");
	dgram_answer_first(fd);
	dgram_expect(fd, "x\r\n");
	dgram_send_text(fd, "y\n");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "y\n");
	close(fd);
}

/* An empty line is one as well; nothing waits after the last. The pauses are no idleness. */
static void a_pause_after_each(const char *const *args, const char *const *expected)
{
	int64_t start = clock_now();
	struct paced p = begin(NET_V4, args);

	child_feed(&p.child, "a\n\nb\n");
	child_end_input(&p.child);
	expect_all(p.fd, expected);
	expect_at_least(&p.child, 0.8, start);
	finish(&p);
}

Test(datagram_pace, a_pause_after_each_line)
{
	a_pause_after_each(WORDS("--line-delay", "0.4", "-i", "0.3", "--delim", "line"),
	                   WORDS("a", "", "b"));
}

Test(datagram_pace, a_chunk_ends_with_its_line)
{
	a_pause_after_each(WORDS("--line-delay", "0.4", "-i", "0.3"), WORDS("a\n", "\n", "b\n"));
}

Test(datagram_pace, the_end_does_not_wait_for_the_pause)
{
	struct paced p = begin(NET_V4, WORDS("--line-delay", "1h", "--delim", "line"));

	child_feed(&p.child, "a\n");
	child_end_input(&p.child);
	dgram_expect(p.fd, "a");
	finish(&p);
}

/* The first datagram goes at once, and each waits for what those before it cost. */
static void rate_limits(enum net net)
{
	static char text[7 * 101 + 1];
	int64_t start = clock_now();
	struct paced p = begin(net, WORDS("--rate", "1000", "--delim", "line", "-i", "0.05"));

	for (int i = 0; i < 7; i++)
		memcpy(text + i * 101,
		       "1234567890123456789012345678901234567890123456789012345678"
		       "901234567890123456789012345678901234567890\n",
		       101);
	child_feed(&p.child, text);
	child_end_input(&p.child);
	for (int i = 0; i < 7; i++)
		dgram_expect_bytes(p.fd, text, 100);
	expect_at_least(&p.child, 0.58, start);
	finish(&p);
}

Test(datagram_pace, rate_limits_udp)
{
	rate_limits(NET_V4);
}

Test(datagram_pace, rate_limits_unix)
{
	rate_limits(NET_UNIX);
}

/* At a byte in an hour it would never end otherwise. */
Test(datagram_pace, an_empty_datagram_costs_nothing)
{
	struct paced p = begin(NET_V4, WORDS("--rate", "1", "--delim", "line"));

	child_feed(&p.child, "\n\n\n\n\n\n\n\n\n\nlonger than a byte\n");
	child_end_input(&p.child);
	for (int i = 0; i < 10; i++)
		dgram_expect(p.fd, "");
	dgram_expect(p.fd, "longer than a byte");
	finish(&p);
}

/* Replies come while what is to be sent is held. */
Test(datagram_pace, a_reply_does_not_wait)
{
	struct place place;
	int fd = dgram_bind(NET_V4, &place);
	struct child child = child_start(
		&(struct plan){ .args = WORDS("connect", place.word, "--line-delay", "1h",
	                                      "--delim", "line", "--replies", "1"),
	                        .in = { END_PIPE } });

	child_feed(&child, "a\nb\n");
	dgram_answer_first(fd);
	dgram_expect(fd, "a");
	dgram_send_text(fd, "reply");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "reply\n");
	close(fd);
}

Test(datagram_pace, answers_of_a_listener)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-u", "-C", "--line-delay", "0.4", "--delim", "line",
	                                      "--max-datagrams", "2", "-i", "0.3"),
	                        .in = { END_PIPE } },
		NET_V4, &place);
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
	int64_t start = clock_now();

	must(connect(fd, (const struct sockaddr *)&place.address, place.address_size), "connect");
	child_feed(&child, "a\nb\nc\n");
	dgram_send_text(fd, "?");
	expect_all(fd, WORDS("a\r\n", "b\r\n", "c\r\n"));
	expect_at_least(&child, 0.8, start);
	dgram_send_text(fd, "!");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "?\n!\n");
	close(fd);
}

Test(datagram_pace, a_connection_that_keeps_boundaries)
{
	struct place place;
	int listener = dgram_listen(&place);
	struct child child = child_start(&(struct plan){
		.args = WORDS("connect", place.word, "-C", "--rate", "1M"), .in = { END_PIPE } });
	int fd = peer_accept(listener);

	child_feed(&child, "a\n");
	dgram_expect(fd, "a\r\n");
	child_end_input(&child);
	close(fd);
	child_expect(&child, 0);
	close(listener);
}

/* It will not have what the pace holds: that is told at once. */
Test(datagram_pace, a_peer_that_goes_fails_what_is_held)
{
	struct place place;
	int listener = dgram_listen(&place);
	struct child child = child_start(&(struct plan){
		.args = WORDS("connect", place.word, "--line-delay", "1h"), .in = { END_PIPE } });
	int fd = peer_accept(listener);

	child_feed(&child, "a\nb\n");
	dgram_expect(fd, "a\n");
	close(fd);
	child_expect(&child, 1);
	child_says(&child, "Connection reset by peer");
	close(listener);
}
