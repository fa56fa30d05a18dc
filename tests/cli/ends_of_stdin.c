/* sockit-connect(1), 'Ends of a stream': the end of stdin, a test a sentence. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/sockit.h"

static void read_bytes_are_sent(enum role role, enum net net)
{
	struct session s = session_start(role, &(struct plan){ .in = { END_PIPE } }, net);

	child_feed(&s.child, "question");
	child_end_input(&s.child);
	peer_expect(s.fd, "question");
	peer_expect_end(s.fd);
	peer_send(s.fd, "answer");
	close(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "answer");
}

Test(end_of_stdin, what_was_read_is_sent_then_the_sending_side_is_shut)
{
	session_each(read_bytes_are_sent);
}

static void answer_comes_late(enum role role, enum net net, double seconds)
{
	struct session s =
		session_start(role, &(struct plan){ .in = { END_PIPE }, .out = { END_PIPE } }, net);
	struct data answer = data_binary(3, 1000000);
	struct mover *sink =
		sink_start(&(struct flow){ .fd = s.child.out, .data = answer, .end = FLOW_CLOSE });

	child_feed(&s.child, "request\n");
	child_end_input(&s.child);
	peer_expect(s.fd, "request\n");
	peer_expect_end(s.fd);
	clock_pause(seconds);
	mover_finish(source_start(&(struct flow){ .fd = s.fd, .data = answer, .end = FLOW_CLOSE }));
	mover_expect_whole(sink, "the late answer");
	child_expect(&s.child, 0);
	child_silent_about(&s.child, "sockit");
}

Test(end_of_stdin, receiving_goes_on_until_the_peer_ends_it)
{
	answer_comes_late(CONNECT, NET_V4, 3);
}

Test(end_of_stdin, receiving_goes_on_for_listen_too)
{
	answer_comes_late(LISTEN, NET_V6, 3);
}

/* Longer than the default of -w, which is 8 s. */
Test(end_of_stdin, there_is_no_hidden_timer)
{
	only_when("SOCKIT_LONG");
	answer_comes_late(CONNECT, NET_V4, 15);
}

static void sending_side_stays_open(enum role role, enum net net)
{
	struct session s = session_start(
		role, &(struct plan){ .args = WORDS("--no-half-close"), .in = { END_PIPE } }, net);

	child_feed(&s.child, "all");
	child_end_input(&s.child);
	peer_expect(s.fd, "all");
	peer_expect_nothing(s.fd, 0.2);
	peer_send(s.fd, "answer");
	peer_shut(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "answer");
	peer_expect_end(s.fd);
	close(s.fd);
}

Test(end_of_stdin, no_half_close_keeps_the_sending_side_open)
{
	session_each(sending_side_stays_open);
}

static void no_stdin_at_all(enum role role, enum net net)
{
	static const enum end_kind kinds[] = { END_CLOSED, END_NULL };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct session s = session_start(role, &(struct plan){ .in = { kinds[i] } }, net);

		peer_expect_end(s.fd);
		peer_send(s.fd, "heard");
		close(s.fd);
		child_expect(&s.child, 0);
		cr_assert_str_eq(child_out(&s.child), "heard");
	}
}

Test(end_of_stdin, closed_stdin_and_dev_null_are_ended_streams)
{
	session_each(no_stdin_at_all);
}

/* A server that waits for the end and a client that waits for the server. */
Test(end_of_stdin, two_sockits_that_wait_for_each_other_come_to_an_end)
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		struct place place;
		struct child server = sockit_listen(&(struct plan){ 0 }, net, &place);
		struct child client = sockit_connect(&(struct plan){ 0 }, &place);

		child_expect(&client, 0);
		child_expect(&server, 0);
	}
}
