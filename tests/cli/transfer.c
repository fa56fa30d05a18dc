/* Streams that do not simply flow: slow, one byte at a time, stalled, idle, interactive. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/side.h"
#include "harness/sockit.h"

enum { MEBIBYTE = 1 << 20 };

/* How one side of a pair is fed and drained. */
struct rhythm {
	const char *name;
	uint64_t size;
	struct flow pace, drain;
	enum end_kind in, out;
};

static const struct rhythm rhythms[] = {
	{ "slow reader",
	  2 * MEBIBYTE,
	  { 0 },
	  { .chunk = 8192, .pause = 0.001 },
	  END_FILE,
	  END_PIPE },
	{ "slow reader of a socket",
	  2 * MEBIBYTE,
	  { 0 },
	  { .chunk = 8192, .pause = 0.001 },
	  END_PIPE,
	  END_SOCKET },
	{ "slow writer", 200000, { .chunk = 1000, .pause = 0.001 }, { 0 }, END_PIPE, END_PIPE },
	{ "bursts", 4 * MEBIBYTE, { .chunk = 300000, .pause = 0.01 }, { 0 }, END_PIPE, END_FILE },
	{ "1-byte writes", 5000, { .chunk = 1 }, { 0 }, END_PIPE, END_PIPE },
	{ "1-byte writes to a socket", 5000, { .chunk = 1 }, { 0 }, END_SOCKET, END_SOCKET },
	{ "1-byte reads", 70000, { 0 }, { .chunk = 1 }, END_PIPE, END_PIPE },
};

static struct side make_side(const struct rhythm *rhythm, uint64_t seed)
{
	return (struct side){
		.name = rhythm->name,
		.in = rhythm->in,
		.out = rhythm->out,
		.data = data_binary(seed, rhythm->size),
		.pace = rhythm->pace,
		.drain = rhythm->drain,
	};
}

/* Both sides have the rhythm, in both directions at once. */
static void transfer(const struct rhythm *rhythm, enum net net)
{
	struct side listening = make_side(rhythm, 1);
	struct side connecting = make_side(rhythm, 2);
	struct plan plan = side_plan(&listening, NULL);
	struct place place;
	struct child child = sockit_listen(&plan, net, &place);

	side_begin(&listening, &child, &connecting);
	plan = side_plan(&connecting, NULL);
	child = sockit_connect(&plan, &place);
	side_begin(&connecting, &child, &listening);
	side_expect_whole(&connecting, &listening);
	side_expect_whole(&listening, &connecting);
}

static void transfer_all(enum net net)
{
	for (size_t i = 0; i < ARRAY_LEN(rhythms); i++)
		transfer(&rhythms[i], net);
}

Test(transfer, in_every_rhythm_over_ipv4)
{
	transfer_all(NET_V4);
}

Test(transfer, in_every_rhythm_over_ipv6)
{
	transfer_all(NET_V6);
}

Test(transfer, in_every_rhythm_over_unix)
{
	transfer_all(NET_UNIX);
}

static struct mover *send_on(int fd, const struct data *data)
{
	return source_start(&(struct flow){ .fd = fd, .data = *data, .end = FLOW_LEAVE });
}

static struct mover *take_from(int fd, const struct data *data)
{
	return sink_start(&(struct flow){ .fd = fd, .data = *data, .end = FLOW_LEAVE });
}

static void stalled_stdout(enum role role, enum net net)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	struct data upload = data_binary(1, 20 * MEBIBYTE), flood = data_binary(2, 64 * MEBIBYTE);
	struct mover *from_peer = send_on(s.fd, &flood), *to_peer, *out;

	/* stdout takes nothing until the whole upload has arrived. */
	to_peer = take_from(s.fd, &upload);
	source_start(&(struct flow){ .fd = s.child.in, .data = upload, .end = FLOW_CLOSE });
	mover_expect_whole(to_peer, "the upload beside a stalled stdout");
	out = take_from(s.child.out, &flood);
	mover_expect_whole(from_peer, "the flood");
	close(s.fd);
	mover_expect_whole(out, "stdout after its stall");
	child_expect(&s.child, 0);
}

Test(transfer, a_stalled_stdout_does_not_stop_sending)
{
	session_each(stalled_stdout);
}

static void stalled_peer(enum role role, enum net net)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	struct data upload = data_binary(1, 20 * MEBIBYTE), answer = data_binary(2, 20 * MEBIBYTE);
	struct mover *feeding, *out, *to_peer;

	/* The peer takes nothing until stdout has had the whole answer. */
	feeding =
		source_start(&(struct flow){ .fd = s.child.in, .data = upload, .end = FLOW_CLOSE });
	out = take_from(s.child.out, &answer);
	mover_expect_whole(send_on(s.fd, &answer), "the answer");
	mover_await(out, answer.size);
	to_peer = take_from(s.fd, &upload);
	mover_expect_whole(to_peer, "the upload after its stall");
	mover_finish(feeding);
	close(s.fd);
	mover_expect_whole(out, "stdout");
	child_expect(&s.child, 0);
}

Test(transfer, a_peer_that_does_not_read_does_not_stop_receiving)
{
	session_each(stalled_peer);
}

/*
 * After a bulk phase, in which SO_RCVLOWAT may have been raised: requests shorter than any
 * low-water mark, whose sender waits for the answer. Ten of them must not take ten timeouts.
 */
static void ask_and_answer(enum role role, enum net net)
{
	enum { BULK = 32 * MEBIBYTE, REQUEST = 300000, ROUNDS = 10 };
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	struct data data = data_binary(1, BULK + ROUNDS * REQUEST), part = data;
	struct mover *out = take_from(s.child.out, &data);
	int64_t start = 0;

	for (int i = 0; i <= ROUNDS; i++) {
		part.size = BULK + (uint64_t)i * REQUEST;
		mover_finish(source_start(&(struct flow){
			.fd = s.fd,
			.data = part,
			.from = i ? part.size - REQUEST : 0,
			.end = FLOW_LEAVE,
		}));
		mover_await(out, part.size);
		child_feed(&s.child, "ok\n");
		peer_expect(s.fd, "ok\n");
		if (i == 0)
			start = clock_now();
	}
	cr_expect_lt(clock_since(start), 0.5 * clock_slack(), "%.2f s for ten requests",
	             clock_since(start));
	close(s.fd);
	mover_expect_whole(out, "bulk and requests");
	child_end_input(&s.child);
	child_finish(&s.child);
}

Test(transfer, a_request_after_a_bulk_phase_is_delivered_at_once)
{
	session_each(ask_and_answer);
}

static void ping_pong(enum role role, enum net net)
{
	enum { ROUNDS = 500 };
	struct session s = session_start(
		role, &(struct plan){ .in = { END_SOCKET }, .out = { END_SOCKET } }, net);
	int64_t start = clock_now();

	for (int i = 0; i < ROUNDS; i++) {
		child_feed(&s.child, "?");
		peer_expect(s.fd, "?");
		peer_send(s.fd, "!");
		peer_expect(s.child.out, "!");
	}
	cr_expect_lt(clock_since(start), 1 * clock_slack(), "%.2f s for %d round trips",
	             clock_since(start), ROUNDS);
	close(s.fd);
	close(s.child.in);
	child_finish(&s.child);
}

Test(transfer, one_byte_goes_there_and_back_at_once)
{
	session_each(ping_pong);
}

/* No CPU, and no wake-up either. */
static void idle_costs_nothing(enum role role, enum net net)
{
	struct session s = session_start(role, &(struct plan){ .in = { END_PIPE } }, net);
	double before, used;
	unsigned long switches;

	child_feed(&s.child, "busy first");
	peer_expect(s.fd, "busy first");
	proc_await_idle(s.child.pid);
	before = proc_cpu_seconds(s.child.pid);
	switches = proc_switches(s.child.pid);
	child_runs_for(&s.child, 0.5);
	used = proc_cpu_seconds(s.child.pid) - before;
	switches = proc_switches(s.child.pid) - switches;
	cr_expect(used < 0.015, "%.3f s of CPU while idle", used);
	cr_expect(switches < 3, "woke up %lu times while idle", switches);
	close(s.fd);
	child_end_input(&s.child);
	child_finish(&s.child);
}

Test(transfer, idle_sockit_uses_no_cpu)
{
	session_each(idle_costs_nothing);
}

/* The peer has ended, stdin is idle: the ended side must not be polled in a circle. */
static void half_closed_idle_costs_nothing(enum role role, enum net net)
{
	struct session s = session_start(role, &(struct plan){ .in = { END_PIPE } }, net);
	double before, used;

	peer_shut(s.fd);
	proc_await_idle(s.child.pid);
	before = proc_cpu_seconds(s.child.pid);
	child_runs_for(&s.child, 0.5);
	used = proc_cpu_seconds(s.child.pid) - before;
	cr_expect(used < 0.015, "%.3f s of CPU while half-closed and idle", used);
	child_end_input(&s.child);
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(transfer, half_closed_idle_sockit_uses_no_cpu)
{
	session_each(half_closed_idle_costs_nothing);
}

/* Nor when all that is left is a stdout that nobody reads, or a peer that does not. */
static void stalled_costs_nothing(enum role role, enum net net)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	struct data flood = data_binary(2, 64 * MEBIBYTE);
	double before, used;

	send_on(s.fd, &flood);
	source_start(&(struct flow){ .fd = s.child.in, .data = flood, .end = FLOW_LEAVE });
	clock_pause(0.3);
	before = proc_cpu_seconds(s.child.pid);
	child_runs_for(&s.child, 0.5);
	used = proc_cpu_seconds(s.child.pid) - before;
	cr_expect(used < 0.025, "%.3f s of CPU while both directions are stalled", used);
	child_signal(&s.child, SIGKILL);
	child_finish(&s.child);
}

Test(transfer, stalled_sockit_uses_no_cpu)
{
	stalled_costs_nothing(CONNECT, NET_V4);
	stalled_costs_nothing(LISTEN, NET_UNIX);
}
