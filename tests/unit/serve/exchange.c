/*
 * serve/exchange: one read and one write a readiness, nothing lost when either is short, ends kept.
 */
#include "serve/exchange.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/data.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "serve/classic.h"
#include "stream/socket.h"
#include "sys/call.h"

static struct exchange_scratch scratch;
static const struct service_setup setup;

/* An exchange over one of a pair of sockets; the other is the test's. */
struct rig {
	struct stream *stream;
	struct exchange *x;
	struct addr peer;
	int fd;
};

static struct rig rig_of(const struct service *service)
{
	struct rig rig;
	struct err err;
	int fds[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), "socketpair");
	cr_assert_eq(addr_local(&rig.peer, "x", false, &err), 0);
	rig.stream = stream_socket_new(fds[1], &rig.peer, SOCK_STREAM);
	rig.fd = fds[0];
	rig.x = exchange_new(rig.stream, &rig.peer, service, &setup);
	cr_assert(rig.stream && rig.x);
	return rig;
}

static struct rig rig_tcp(const struct service *service)
{
	static struct place place;
	int listener = peer_listen(NET_V4, &place);
	struct rig rig;

	rig.fd = peer_connect(&place);
	rig.peer = addr_loopback(AF_INET, 1);
	rig.stream = stream_socket_new(peer_accept(listener), &rig.peer, SOCK_STREAM);
	rig.x = exchange_new(rig.stream, &rig.peer, service, &setup);
	close(listener);
	return rig;
}

static void rig_end(struct rig *rig)
{
	exchange_free(rig->x);
	stream_close(rig->stream);
	close(rig->fd);
}

static enum exchange_wait run(struct rig *rig, nsec_t now)
{
	return exchange_run(rig->x, &scratch, now);
}

static void expect_end(const struct rig *rig, enum exchange_end end, int error)
{
	int is;

	cr_assert_eq(exchange_end(rig->x, &is), end);
	cr_assert_eq(is, error, "%s", strerror(is));
}

/* Counts calls, and makes reads and writes short where asked to. */
static unsigned calls[SYS_OP_COUNT];
static intptr_t most = INTPTR_MAX;
static int count_calls(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	calls[call->op]++;
	if ((call->op == SYS_RECV || call->op == SYS_SEND) && call->arg[2] > most)
		call->arg[2] = most;
	return 0;
}
static struct sys_observer observer = { .before = count_calls };

Test(exchange, a_request_costs_one_read_and_one_write)
{
	struct rig rig = rig_of(&service_echo);

	sys_observe(&observer);
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	cr_assert_eq(calls[SYS_RECV] + calls[SYS_SEND], 0);
	for (unsigned i = 1; i <= 10; i++) {
		peer_send(rig.fd, "ping");
		cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
		peer_expect(rig.fd, "ping");
		cr_assert(calls[SYS_RECV] == i && calls[SYS_SEND] == i);
	}
	sys_observe(NULL);
	cr_assert(exchange_received(rig.x) == 40 && exchange_sent(rig.x) == 40);
	rig_end(&rig);
}

Test(exchange, the_end_of_the_client_ends_it_without_more_calls)
{
	struct rig rig = rig_of(&service_echo);

	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	peer_send(rig.fd, "bye");
	peer_shut(rig.fd);
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	sys_observe(&observer);
	cr_assert_eq(run(&rig, 1), EXCHANGE_OVER);
	sys_observe(NULL);
	cr_assert(calls[SYS_RECV] == 1 && calls[SYS_SHUTDOWN] == 0);
	expect_end(&rig, EXCHANGE_ENDED, 0);
	peer_expect(rig.fd, "bye");
	rig_end(&rig);
}

/* Whatever the sizes of reads and writes, what comes back is what went. */
static void echo_whole(bool tcp, intptr_t at_most)
{
	struct rig rig = tcp ? rig_tcp(&service_echo) : rig_of(&service_echo);
	struct data data = data_binary(3, at_most < 100 ? 50000 : 3000000);
	static char out[100000], in[100000];
	uint64_t sent = 0, got = 0;
	enum exchange_wait wait;
	bool ended = false;

	most = at_most;
	sys_observe(&observer);
	wait = run(&rig, 1);
	while (wait != EXCHANGE_OVER) {
		size_t n = data.size - sent < sizeof out ? (size_t)(data.size - sent) : sizeof out;
		data_fill(&data, sent, out, n);
		ssize_t done = n ? write(rig.fd, out, n) : 0;
		sent += done > 0 ? (uint64_t)done : 0;
		if (sent == data.size && !ended) {
			ended = true;
			peer_shut(rig.fd);
		}
		wait = run(&rig, 1);
		/* A slow reader. */
		if (rand() % 4 == 0 && (done = read(rig.fd, in, sizeof in)) > 0) {
			cr_assert_eq(data_compare(&data, got, in, (size_t)done), (size_t)done);
			got += (uint64_t)done;
		}
	}
	sys_observe(NULL);
	for (ssize_t n; (n = read(rig.fd, in, sizeof in)) > 0; got += (uint64_t)n)
		cr_assert_eq(data_compare(&data, got, in, (size_t)n), (size_t)n);
	expect_end(&rig, EXCHANGE_ENDED, 0);
	cr_assert(exchange_sent(rig.x) == data.size && exchange_received(rig.x) == data.size);
	rig_end(&rig);
	/* On TCP the last of it may still be on its way. */
	cr_assert(got == data.size || tcp, "%llu", (unsigned long long)got);
}

Test(exchange, short_reads_and_writes_lose_nothing)
{
	static const intptr_t sizes[] = { 1, 7, 1000, INTPTR_MAX };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		echo_whole(false, sizes[i]);
		echo_whole(true, sizes[i]);
	}
}

Test(exchange, what_a_client_does_not_read_is_not_read_from_it_either)
{
	struct rig rig = rig_of(&service_echo);
	static char block[65536];
	uint64_t received;

	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	do
		(void)!write(rig.fd, block, sizeof block);
	while (run(&rig, 1) == EXCHANGE_INPUT);
	received = exchange_received(rig.x);
	sys_observe(&observer);
	for (int i = 0; i < 10; i++)
		cr_assert_eq(run(&rig, 1), EXCHANGE_OUTPUT);
	sys_observe(NULL);
	cr_assert(calls[SYS_RECV] == 0 && calls[SYS_SEND] == 10);
	cr_assert(exchange_received(rig.x) == received && received - exchange_sent(rig.x) <= 65536);
	rig_end(&rig);
}

/* Services of the test's own. */
static unsigned steps;
static bool saw_end;

/* Answers a line at a time, with the line; unfinished ones stay where they are. */
static enum service_next lines_step(void *state, struct service_turn *turn)
{
	uint8_t *end = turn->in_len ? memchr(turn->in, '\n', turn->in_len) : NULL;

	(void)state;
	steps++;
	saw_end = turn->in_ended;
	if (!end)
		return SERVICE_READ;
	turn->used = (size_t)(end - turn->in) + 1;
	memcpy(turn->room, turn->in, turn->used);
	turn->give = turn->room;
	turn->give_len = turn->used;
	return SERVICE_AGAIN;
}
static const struct service lines = { .name = "lines", .over = SERVICE_STREAM, .step = lines_step };

Test(exchange, unused_input_is_kept_in_one_piece)
{
	struct rig rig = rig_of(&lines);
	char one[2] = "x", text[5004];

	memset(text, 'x', 5000);
	memcpy(text + 5000, "\na\n", 4);
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	for (int i = 0; i < 5000; i++) {
		peer_send(rig.fd, one);
		cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	}
	peer_send(rig.fd, "\na\nb");
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	cr_assert_eq(exchange_sent(rig.x), 5003);
	peer_expect(rig.fd, text);
	peer_send(rig.fd, "c\n");
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	cr_assert_eq(exchange_sent(rig.x), 5006);
	peer_expect(rig.fd, "bc\n");
	peer_shut(rig.fd);
	cr_assert_eq(run(&rig, 1), EXCHANGE_OVER);
	cr_assert(saw_end);
	rig_end(&rig);
}

/* Waits for input or for time, which has it use a part. */
static enum service_next late_step(void *state, struct service_turn *turn)
{
	unsigned *at = state;

	if (turn->in_len > 0 && ++*at == 1)
		turn->wake = 100;
	if (*at == 2)
		turn->used = 2;
	if (*at == 3)
		cr_assert(turn->in_len == 4 && memcmp(turn->in, "cdef", 4) == 0);
	return SERVICE_READ;
}
static const struct service late = {
	.name = "late",
	.over = SERVICE_STREAM,
	.state_size = sizeof(unsigned),
	.step = late_step,
};

Test(exchange, what_time_has_used_does_not_come_again)
{
	struct rig rig = rig_of(&late);

	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	peer_send(rig.fd, "abcd");
	cr_assert_eq(run(&rig, 2), EXCHANGE_INPUT);
	peer_send(rig.fd, "ef");
	cr_assert_eq(run(&rig, 100), EXCHANGE_INPUT);
	cr_assert_eq(exchange_received(rig.x), 6);
	rig_end(&rig);
}

Test(exchange, input_that_is_never_used_is_bounded)
{
	struct rig rig = rig_of(&lines);
	static char block[65536];
	enum exchange_wait wait = run(&rig, 1);

	memset(block, 'x', sizeof block);
	while (wait == EXCHANGE_INPUT) {
		(void)!write(rig.fd, block, sizeof block);
		wait = run(&rig, 1);
	}
	cr_assert_eq(wait, EXCHANGE_OVER);
	expect_end(&rig, EXCHANGE_FAILED, ENOBUFS);
	cr_assert_eq(exchange_received(rig.x), SERVICE_ROOM);
	rig_end(&rig);
}

static enum service_next greeting_step(void *state, struct service_turn *turn)
{
	(void)state;
	turn->give = (const uint8_t *)"hello\r\n";
	turn->give_len = 7;
	return SERVICE_END;
}
static const struct service greeting = {
	.name = "greeting",
	.over = SERVICE_STREAM,
	.step = greeting_step,
};

/* What the client still sends must not cause a reset, which destroys what it was sent. */
Test(exchange, after_the_end_of_the_service_input_is_thrown_away)
{
	struct rig rig = rig_tcp(&greeting);

	peer_send(rig.fd, "who are you?");
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	peer_expect(rig.fd, "hello\r\n");
	peer_expect_end(rig.fd);
	cr_assert(exchange_wake(rig.x) > 1 && exchange_wake(rig.x) < 10 * NSEC_PER_SEC);
	cr_assert_eq(run(&rig, 2), EXCHANGE_INPUT);
	peer_send(rig.fd, "well?");
	cr_assert_eq(run(&rig, 3), EXCHANGE_INPUT);
	cr_assert_eq(exchange_received(rig.x), 0);
	peer_shut(rig.fd);
	cr_assert_eq(run(&rig, 4), EXCHANGE_OVER);
	expect_end(&rig, EXCHANGE_ENDED, 0);
	rig_end(&rig);
}

Test(exchange, a_client_that_does_not_end_is_waited_for_a_while)
{
	struct rig rig = rig_of(&greeting);

	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	cr_assert_eq(run(&rig, exchange_wake(rig.x) - 1), EXCHANGE_INPUT);
	cr_assert_eq(run(&rig, exchange_wake(rig.x)), EXCHANGE_OVER);
	expect_end(&rig, EXCHANGE_ENDED, 0);
	rig_end(&rig);
}

static enum service_next script_step(void *state, struct service_turn *turn)
{
	unsigned *at = state;

	switch ((*at)++) {
	case 0:
		turn->wake = 100;
		return SERVICE_WAIT;
	case 1:
		cr_assert_null(turn->name);
		return SERVICE_NAME;
	case 2:
		turn->wake = 200;
		turn->give = (const uint8_t *)turn->name;
		turn->give_len = strlen(turn->name);
		return SERVICE_READ;
	case 3:
		cr_assert(turn->in_len == 0 && turn->now >= 200);
		return SERVICE_SHUT;
	}
	return SERVICE_RESET;
}
static const struct service script = {
	.name = "script",
	.over = SERVICE_STREAM,
	.state_size = sizeof(unsigned),
	.step = script_step,
};

Test(exchange, time_names_and_deadlines_are_waited_for)
{
	struct rig rig = rig_of(&script);

	cr_assert_eq(run(&rig, 1), EXCHANGE_TIME);
	cr_assert_eq(exchange_wake(rig.x), 100);
	cr_assert_eq(run(&rig, 99), EXCHANGE_TIME);
	cr_assert_eq(run(&rig, 100), EXCHANGE_NAME);
	cr_assert_eq(run(&rig, 101), EXCHANGE_NAME);
	exchange_named(rig.x, "host.example");
	cr_assert_eq(run(&rig, 102), EXCHANGE_INPUT);
	cr_assert_eq(exchange_wake(rig.x), 200);
	peer_expect(rig.fd, "host.example");
	cr_assert_eq(run(&rig, 199), EXCHANGE_INPUT);
	cr_assert_eq(run(&rig, 200), EXCHANGE_INPUT);
	peer_expect_end(rig.fd);
	/* For as long as it takes. */
	cr_assert_eq(exchange_wake(rig.x), NSEC_NEVER);
	peer_send(rig.fd, "more");
	cr_assert_eq(run(&rig, 300), EXCHANGE_INPUT);
	peer_shut(rig.fd);
	cr_assert_eq(run(&rig, 400), EXCHANGE_OVER);
	rig_end(&rig);
}

static enum service_next reset_step(void *state, struct service_turn *turn)
{
	(void)state;
	return turn->in_len ? SERVICE_RESET : SERVICE_READ;
}
static const struct service resetting = {
	.name = "reset",
	.over = SERVICE_STREAM,
	.step = reset_step,
};

Test(exchange, a_reset_is_one)
{
	struct rig rig = rig_tcp(&resetting);
	char buf[1];

	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	peer_send(rig.fd, "x");
	peer_await_unread(rig.stream->fd, 1);
	cr_assert_eq(run(&rig, 1), EXCHANGE_OVER);
	expect_end(&rig, EXCHANGE_RESET, 0);
	exchange_free(rig.x);
	stream_close(rig.stream);
	peer_expect_hangup(rig.fd);
	cr_assert(read(rig.fd, buf, 1) == -1 && errno == ECONNRESET);
	close(rig.fd);
}

Test(exchange, a_client_that_is_gone_is_told_as_a_reset)
{
	struct rig rig = rig_of(&service_echo);

	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	peer_send(rig.fd, "x");
	close(rig.fd);
	cr_assert_eq(run(&rig, 1), EXCHANGE_OVER);
	expect_end(&rig, EXCHANGE_FAILED, ECONNRESET);
	exchange_free(rig.x);
	stream_close(rig.stream);
}

Test(exchange, draining_an_idle_client_takes_a_moment_only)
{
	struct rig rig = rig_of(&service_echo);

	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	peer_send(rig.fd, "too late");
	exchange_drain(rig.x);
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	cr_assert(exchange_wake(rig.x) <= NSEC_PER_SEC / 5);
	peer_expect_end(rig.fd);
	cr_assert_eq(run(&rig, exchange_wake(rig.x)), EXCHANGE_OVER);
	expect_end(&rig, EXCHANGE_ENDED, 0);
	rig_end(&rig);
}

Test(exchange, draining_sends_what_is_owed)
{
	struct rig rig = rig_of(&service_echo);
	static char block[65536], in[65536];
	uint64_t got = 0;
	enum exchange_wait wait = run(&rig, 1);

	while (wait == EXCHANGE_INPUT) {
		(void)!write(rig.fd, block, sizeof block);
		wait = run(&rig, 1);
	}
	exchange_drain(rig.x);
	uint64_t owed = exchange_received(rig.x);
	while (wait == EXCHANGE_OUTPUT) {
		ssize_t n = read(rig.fd, in, sizeof in);

		got += n > 0 ? (uint64_t)n : 0;
		wait = run(&rig, 1);
	}
	cr_assert_eq(wait, EXCHANGE_INPUT);
	for (ssize_t n; (n = read(rig.fd, in, sizeof in)) > 0;)
		got += (uint64_t)n;
	cr_assert_eq(got, owed);
	peer_expect_end(rig.fd);
	rig_end(&rig);
}

static enum service_next endless_step(void *state, struct service_turn *turn)
{
	(void)state;
	steps++;
	turn->give = (const uint8_t *)"again\n";
	turn->give_len = 6;
	return SERVICE_AGAIN;
}
static const struct service endless = {
	.name = "endless",
	.over = SERVICE_STREAM,
	.endless = true,
	.step = endless_step,
};

Test(exchange, a_service_without_end_leaves_others_their_turn_and_ends_when_drained)
{
	struct rig rig = rig_of(&endless);

	cr_assert_eq(run(&rig, 1), EXCHANGE_OUTPUT);
	cr_assert(steps > 0 && steps < 100, "%u", steps);
	exchange_drain(rig.x);
	cr_assert_eq(run(&rig, 1), EXCHANGE_INPUT);
	rig_end(&rig);
}
