/*
 * listen --forward: one connection joined to another, every byte, both ways, and the end of one is
 * that of the other.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/joint.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/sockit.h"

/* Both ways at once, each in its own thread. */
static void exchange(const struct joint *j, uint64_t up, uint64_t down)
{
	struct data to = data_binary(1, up), from = data_binary(2, down);
	struct mover *movers[] = {
		sink_start(&(struct flow){ .fd = must(dup(j->server), "dup"), .data = to }),
		sink_start(&(struct flow){ .fd = must(dup(j->client), "dup"), .data = from }),
		source_start(&(struct flow){
			.fd = must(dup(j->client), "dup"), .data = to, .end = FLOW_SHUT }),
		source_start(&(struct flow){
			.fd = must(dup(j->server), "dup"), .data = from, .end = FLOW_SHUT }),
	};

	for (size_t i = 0; i < ARRAY_LEN(movers); i++)
		mover_expect_whole(movers[i], i == 0 ? "what the target got" : "what came back");
}

Test(forward, all_pairings_both_ways_at_once)
{
	for (enum net from = 0; from < NET_COUNT; from++) {
		for (enum net to = 0; to < NET_COUNT; to++) {
			struct joint j = joint_start(from, to, NULL);

			exchange(&j, 6 << 20, 5 << 20);
			joint_part(&j);
			joint_finish(&j, 0);
		}
	}
}

Test(forward, much_both_ways)
{
	struct joint j = joint_start(NET_V4, NET_V4, NULL);

	exchange(&j, 256 << 20, 200 << 20);
	joint_part(&j);
	joint_finish(&j, 0);
}

Test(forward, moves_at_a_rate)
{
	struct joint j = joint_start(NET_V4, NET_V4, WORDS("--rate", "20M"));

	exchange(&j, 4 << 20, 3 << 20);
	joint_part(&j);
	joint_finish(&j, 0);
}

/* Whoever ends first, the other direction goes on. */
Test(forward, an_end_is_passed_on_and_no_more)
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		for (int first = 0; first < 2; first++) {
			struct joint j = joint_start(net, net, NULL);
			int a = first ? j.server : j.client, b = first ? j.client : j.server;

			peer_send(a, "question");
			peer_shut(a);
			peer_expect(b, "question");
			peer_expect_end(b);
			peer_send(b, "answer");
			peer_expect(a, "answer");
			peer_expect_nothing(a, 0.05);
			peer_shut(b);
			peer_expect_end(a);
			joint_part(&j);
			joint_finish(&j, 0);
		}
	}
}

/*
 * What is sent while the target is not there yet waits; and who has gone by then is served all the
 * same.
 */
Test(forward, what_was_sent_early_arrives)
{
	struct joint j = joint_open(NET_V4, NET_V4, NULL, 0);

	j.client = peer_connect(&j.place);
	peer_send(j.client, "early");
	close(j.client);
	j.client = -1;
	j.server = peer_accept(j.listener);
	peer_expect(j.server, "early");
	peer_expect_end(j.server);
	joint_part(&j);
	joint_finish(&j, 0);
}

Test(forward, a_reset_of_one_side_is_one_of_the_other)
{
	for (int first = 0; first < 2; first++) {
		struct joint j = joint_start(NET_V4, NET_V6, NULL);

		peer_send(j.client, "begun");
		peer_expect(j.server, "begun");
		peer_reset(first ? j.server : j.client);
		peer_expect_reset(first ? j.client : j.server);
		close(first ? j.client : j.server);
		child_expect(&j.child, 1);
		child_says(&j.child, "Connection reset by peer");
		close(j.listener);
	}
}

/*
 * A target that answers without having read all, and goes: its answer comes before the reset,
 * although what the client sends meets that first.
 */
Test(forward, an_answer_before_a_reset_arrives)
{
	struct joint j = joint_start(NET_V4, NET_V4, NULL);

	peer_send(j.client, "a part");
	peer_await_unread(j.server, 6);
	proc_await_idle(j.child.pid);
	child_signal(&j.child, SIGSTOP);
	peer_send(j.client, "and more");
	peer_send(j.server, "too large");
	close(j.server);
	child_signal(&j.child, SIGCONT);
	peer_expect(j.client, "too large");
	peer_expect_reset(j.client);
	close(j.client);
	joint_finish(&j, 1);
}

/* Also one who had ended what it sends, and waits for the answer. */
Test(forward, a_client_that_does_not_wait_for_the_answer_is_noticed)
{
	struct joint j = joint_start(NET_V4, NET_V4, NULL);

	peer_send(j.client, "question");
	peer_shut(j.client);
	peer_expect(j.server, "question");
	peer_expect_end(j.server);
	peer_reset(j.client);
	peer_expect_hangup(j.server);
	close(j.server);
	joint_finish(&j, 1);
}

Test(forward, a_target_that_cannot_be_reached_ends_it)
{
	struct joint j = joint_open(NET_V4, NET_V4, NULL, 0);

	close(j.listener);
	j.client = peer_connect(&j.place);
	peer_expect_reset(j.client);
	close(j.client);
	child_expect(&j.child, 1);
	child_says(&j.child, "cannot connect to");
	child_says(&j.child, "Connection refused");
}

Test(forward, limits_reset_both_sides)
{
	static const char *const limits[] = { "--idle-timeout", "--deadline" };

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct joint j = joint_start(NET_V4, NET_V4, WORDS(limits[i], "0.3"));

		peer_send(j.client, "x");
		peer_expect(j.server, "x");
		peer_expect_reset(j.client);
		peer_expect_reset(j.server);
		joint_part(&j);
		close(j.listener);
		child_expect(&j.child, 4);
		child_says(&j.child, limits[i]);
	}
}

/* Both have ended, and the target has read nothing of what it was sent. */
Test(forward, waiting_for_acknowledgements_is_bounded)
{
	struct joint j = joint_start(NET_V4, NET_V4, WORDS("-w", "0.5"));

	peer_shut(j.server);
	mover_finish(source_start(&(struct flow){ .fd = must(dup(j.client), "dup"),
	                                          .data = data_binary(1, 400000),
	                                          .end = FLOW_SHUT }));
	child_expect(&j.child, 4);
	child_says(&j.child, "it has not acknowledged the last");
	joint_part(&j);
	close(j.listener);
}

/* A sink that takes nothing holds back its source, and nothing else. */
Test(forward, a_direction_that_stalls_does_not_stall_the_other)
{
	struct joint j = joint_start(NET_V4, NET_V4, NULL);
	struct data much = data_binary(3, 64 << 20), down = data_binary(4, 8 << 20);
	struct mover *source = source_start(
		&(struct flow){ .fd = must(dup(j.client), "dup"), .data = much, .end = FLOW_SHUT });
	struct mover *back =
		sink_start(&(struct flow){ .fd = must(dup(j.client), "dup"), .data = down });

	peer_await_unread(j.server, 1 << 16);
	mover_finish(source_start(&(struct flow){
		.fd = must(dup(j.server), "dup"), .data = down, .end = FLOW_SHUT }));
	mover_expect_whole(back, "what came back");
	if (!getenv("SOCKIT_ASAN"))
		cr_expect_lt(proc_peak_kib(j.child.pid), 48u << 10);
	struct mover *sink =
		sink_start(&(struct flow){ .fd = must(dup(j.server), "dup"), .data = much });
	mover_expect_whole(source, "what the client sent");
	mover_expect_whole(sink, "what the target got");
	joint_part(&j);
	joint_finish(&j, 0);
}

Test(forward, tells_who_is_joined_to_what)
{
	struct joint j = joint_start(NET_V4, NET_V6, WORDS("--json"));
	json_t *events, *event;

	peer_send(j.client, "five!");
	peer_shut(j.client);
	peer_expect(j.server, "five!");
	peer_send(j.server, "ten");
	peer_shut(j.server);
	peer_expect(j.client, "ten");
	joint_part(&j);
	joint_finish(&j, 0);
	events = events_parse(child_err(&j.child));
	event = events_where(events, "event", "forwarded");
	cr_assert_str_eq(json_string_value(json_object_get(event, "from_addr")), "127.0.0.1");
	cr_assert_str_eq(json_string_value(json_object_get(event, "peer_addr")), "::1");
	event = events_where(events, "event", "closed");
	cr_assert_eq(json_integer_value(json_object_get(event, "received_bytes")), 5);
	cr_assert_eq(json_integer_value(json_object_get(event, "sent_bytes")), 3);
	json_decref(events);
}

/* Each option that has no meaning beside it. */
Test(forward, refuses_what_has_no_meaning)
{
	static const char *const rows[][3] = {
		{ "-d" },
		{ "--send-only" },
		{ "--recv-only" },
		{ "--raw" },
		{ "-C" },
		{ "-t" },
		{ "-q", "1" },
		{ "--no-half-close" },
		{ "--on-peer-close", "quit" },
		{ "--sh-exec=x" },
		{ "--line-delay", "1" },
		{ "--session-timeout", "1" },
		{ "--delim=len" },
		{ "--max-sessions", "1" },
		{ "--forward-sockopt=nosuch=1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *words[] = { "listen",   "127.0.0.1:0", "--forward", "127.0.0.1:9",
			                rows[i][0], rows[i][1],    NULL };

		sockit_expect(words, 2);
	}
	static const char *const settings[][2] = {
		{ "bogus=1", "--forward-sockopt: no socket option is called 'bogus'" },
		{ "tcp-keepidle", "--forward-sockopt tcp-keepidle has no value" },
		{ "tcp-keepidle=x", "--forward-sockopt tcp-keepidle: 'x' is not" },
		{ "tcp-fastopen=1", "--forward-sockopt tcp-fastopen has no meaning for a socket" },
	};
	struct child c;

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		c = sockit_expect(WORDS("listen", "127.0.0.1:0", "--forward", "127.0.0.1:9",
		                        "--forward-sockopt", settings[i][0]),
		                  2);
		child_says(&c, settings[i][1]);
	}
	c = sockit_expect(WORDS("listen", "127.0.0.1:0", "--forward", "x"), 2);
	child_says(&c, "hint: HOST:PORT names an endpoint");
	c = sockit_expect(WORDS("listen", "127.0.0.1:0", "--forward", "::1"), 2);
	child_silent_about(&c, "two words");
	c = sockit_expect(WORDS("listen", "udp:127.0.0.1:0", "--forward", "tcp:h:1"), 2);
	child_says(&c, "127.0.0.1 port 0");
	child_says(&c, "h port 1");
	c = sockit_expect(WORDS("listen", "127.0.0.1:0", "--forward", "udp:h:1"), 2);
	child_says(&c, "h port 1");
	c = sockit_expect(
		WORDS("listen", "127.0.0.1:0", "--forward", "h:1", "--accept-proxy-protocol"), 2);
	child_says(&c, "--allow");
	c = sockit_expect(WORDS("listen", "127.0.0.1:0", "--connect-timeout", "1"), 2);
	child_says(&c, "--forward");
	c = sockit_expect(WORDS("listen", "-u", "127.0.0.1:0", "--forward", "h:1", "-i", "1"), 2);
	child_says(&c, "--session-timeout");
}

Test(forward, options_of_either_side)
{
	struct joint j = joint_start(
		NET_V4, NET_V4,
		WORDS("-vv", "--sockopt", "rcvbuf=64K", "--forward-sockopt", "tcp-keepidle=77"));

	joint_part(&j);
	close(j.listener);
	child_finish(&j.child);
	cr_assert(line_with(child_err(&j.child), "rcvbuf", "65536"));
	cr_assert(line_with(child_err(&j.child), "tcp-keepidle", "77"));
}
