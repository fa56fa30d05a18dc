/*
 * relay/flow with something in it: a pace that holds it, and a protocol's answers among its bytes.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "relay/flow.h"
#include "relay/relay.h"
#include "stream/socket.h"
#include "unit/relay/rig.h"

enum { SIZE = 300000 };

static void hear(struct telnet *t, uint8_t verb, uint8_t option)
{
	const uint8_t said[] = { 255, verb, option };
	uint8_t out[3];

	cr_assert_eq(t->decode.pass(&t->decode, said, sizeof said, out), 0);
}

static void put_between(struct rig *rig, struct flow_between between)
{
	flow_close(&rig->flow);
	flow_init(&rig->flow, rig->from, rig->to, &between);
	cr_assert_eq(rig->flow.way, &flow_way_copy);
}

/* Whatever the kernel could do alone: the bytes are counted, and all arrive. */
Test(between, a_paced_flow_loses_nothing)
{
	static const enum kind pairs[][2] = { { FILE_, TCP }, { PIPE, TCP },    { TCP, PIPE },
		                              { TCP, FILE_ }, { LOCAL, NULL_ }, { TCP, LOCAL } };

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		for (unsigned seed = 0; seed < 2; seed++) {
			struct pace pace = { .rate = 20 << 20 };
			struct rig rig;

			srand(seed);
			rig_up(&rig, pairs[i][0], pairs[i][1], 2 << 20);
			put_between(&rig, (struct flow_between){ .pace = &pace });
			rig_observe(seed > 0);
			int64_t began = clock_now();
			rig_pump(&rig);
			double took = clock_since(began);
			cr_assert(took > 0.08 && took < 1 * clock_slack(), "%s: %.3f s",
			          kind_names[pairs[i][0]], took);
			sys_observe(NULL);
			cr_assert_eq(rig.flow.way, &flow_way_copy);
			rig_expect_whole(&rig, pairs[i][0], pairs[i][1]);
			rig_down(&rig);
		}
	}
}

/* A held flow waits for nothing but the time, and then goes on by itself. */
Test(between, a_held_flow_waits_for_time_alone)
{
	struct pace pace = { .line_delay = NSEC_PER_SEC / 20 };
	struct rig rig;
	char got[16] = "";

	rig_up(&rig, PIPE, LOCAL, 0);
	put_between(&rig, (struct flow_between){ .pace = &pace });
	must((int)write(rig.feed, "one\ntwo\n", 8), "write");
	rig_turn(&rig);
	cr_assert(rig.flow.held);
	cr_assert(rig.flow.held_until > clock_now());
	cr_assert_eq(rig.flow.want_from | rig.flow.want_to, 0);
	cr_assert(!flow_is_idle(&rig.flow));
	cr_assert_eq(read(rig.drain, got, sizeof got - 1), 4);
	cr_assert_str_eq(got, "one\n");
	while (rig.flow.held)
		rig_turn(&rig);
	cr_assert_eq(read(rig.drain, got, sizeof got - 1), 4);
	cr_assert_str_eq(got, "two\n");
	/* Nothing is held back that nobody has sent yet. */
	cr_assert(flow_is_idle(&rig.flow));
	rig_down(&rig);
}

/* What was taken before the end is sent in its time. */
Test(between, ending_the_source_of_a_held_flow_delivers_what_was_read)
{
	struct pace pace = { .line_delay = NSEC_PER_SEC / 50 };
	struct rig rig;

	rig_up(&rig, PIPE, LOCAL, 0);
	put_between(&rig, (struct flow_between){ .pace = &pace });
	must((int)write(rig.feed, "1\n2\n3\n", 6), "write");
	rig_turn(&rig);
	flow_end_source(&rig.flow);
	cr_assert_eq(rig.flow.state, FLOW_RUNNING);
	while (rig.flow.state == FLOW_RUNNING)
		rig_turn(&rig);
	cr_assert_eq(rig.flow.state, FLOW_ENDED);
	cr_assert_eq(rig.flow.given, 6);
	rig_down(&rig);
}

Test(between, answers_do_not_wait_for_the_pace)
{
	struct pace pace = { .line_delay = 3600 * NSEC_PER_SEC };
	struct telnet telnet;
	struct rig rig;
	char got[16];

	telnet_init(&telnet);
	rig_up(&rig, PIPE, LOCAL, 0);
	put_between(&rig, (struct flow_between){
				  .tap = &telnet.encode, .pace = &pace, .telnet = &telnet });
	must((int)write(rig.feed, "one\ntwo\n", 8), "write");
	rig_turn(&rig);
	hear(&telnet, 253, 1);
	cr_assert(flow_answer(&rig.flow));
	cr_assert(rig.flow.held);
	cr_assert_eq(read(rig.drain, got, sizeof got), 7);
	cr_assert_arr_eq(got, "one\n\377\374\001", 7);
	rig_down(&rig);
}

/* What the other side makes of the bytes so far: data, and the answers that came among it. */
struct reader {
	struct telnet telnet;
	struct data data;
	uint64_t at;
	unsigned answers;
	int state; /* of the answers, by the test's own count */
};

static void read_all(struct rig *rig, struct reader *r)
{
	static uint8_t in[65536], out[65536];
	ssize_t n;

	while ((n = read(rig->drain, in, sizeof in)) > 0) {
		size_t made = r->telnet.decode.pass(&r->telnet.decode, in, (size_t)n, out);

		cr_assert_eq(data_compare(&r->data, r->at, out, made), made, "after %llu",
		             (unsigned long long)r->at);
		r->at += made;
		for (ssize_t i = 0; i < n; i++) {
			r->answers += r->state == 1 && (in[i] == 252 || in[i] == 254);
			r->state = r->state == 0 && in[i] == 255;
		}
	}
}

static void run_with_answers(unsigned seed, struct pace *pace)
{
	struct reader reader = { .data = data_binary(7, SIZE) };
	struct telnet telnet;
	struct rig rig;
	unsigned asked = 0;

	srand(seed);
	telnet_init(&telnet);
	telnet_init(&reader.telnet);
	rig_up(&rig, PIPE, LOCAL, SIZE);
	put_between(&rig, (struct flow_between){
				  .tap = &telnet.encode, .pace = pace, .telnet = &telnet });
	rig_observe(true);
	while (rig.flow.state == FLOW_RUNNING) {
		rig_feed(&rig);
		if (asked < 500 && rand() % 2) {
			hear(&telnet, asked % 2 ? 253 : 251, (uint8_t)(asked / 2));
			asked++;
			(void)flow_answer(&rig.flow);
		}
		rig_turn(&rig);
		if (rand() % 3 == 0)
			read_all(&rig, &reader);
	}
	sys_observe(NULL);
	cr_assert_eq(rig.flow.state, FLOW_ENDED);
	cr_assert(!telnet_has_answers(&telnet));
	read_all(&rig, &reader);
	cr_assert_eq(reader.at, SIZE);
	cr_assert(asked > 20);
	cr_assert_eq(reader.answers, asked);
	rig_down(&rig);
}

/* By writes of any length, so that a doubled 255 is often cut in two. */
Test(between, answers_stand_between_whole_sequences)
{
	for (unsigned seed = 1; seed <= 30; seed++) {
		struct pace pace = { .rate = 10 << 20 };

		run_with_answers(seed, seed % 3 ? NULL : &pace);
	}
}

/* A sink that takes one byte a call, and none in every other. */
struct grudging {
	struct stream stream;
	char got[16];
	size_t size;
	bool refuses;
};

static struct io grudging_write(struct stream *s, const void *buf, size_t size)
{
	struct grudging *g = CONTAINER_OF(s, struct grudging, stream);

	(void)size;
	g->refuses = !g->refuses;
	if (g->refuses)
		return (struct io){ .kind = IO_WANT_WRITE };
	cr_assert(g->size < sizeof g->got);
	g->got[g->size++] = *(const char *)buf;
	return io_done(1);
}

static const struct stream_ops grudging_ops = { .write = grudging_write };

static void wake_until_answered(struct flow *f, const struct telnet *telnet)
{
	for (int i = 0; i < 20 && telnet_has_answers(telnet); i++) {
		cr_assert_eq(f->state, FLOW_RUNNING);
		cr_assert(f->want_to & READY_OUT, "forgotten");
		flow_wake(f, 0, READY_OUT);
	}
	cr_assert(!telnet_has_answers(telnet));
}

enum then { NOTHING_MORE, THE_END, MORE_DATA, THENS };

/*
 * An answer that comes in the middle of a sequence waits for its rest. It is not forgotten when
 * that was the last of the data; the end of the source, and more data, wait for the rest of the
 * answer.
 */
Test(between, answers_that_had_no_room_come_whole)
{
	for (enum then then = 0; then < THENS; then++) {
		struct grudging sink = { .stream = { .ops = &grudging_ops,
			                             .nature = STREAM_SOCKET } };
		struct telnet telnet;
		struct rig rig;

		telnet_init(&telnet);
		rig_up(&rig, PIPE, NOWHERE, 0);
		rig.to = &sink.stream;
		put_between(&rig,
		            (struct flow_between){ .tap = &telnet.encode, .telnet = &telnet });
		must((int)write(rig.feed, "\377", 1), "write");
		flow_wake(&rig.flow, READY_IN, 0);
		flow_wake(&rig.flow, 0, READY_OUT);
		cr_assert_eq(sink.size, 1);
		hear(&telnet, 253, 1);
		(void)flow_answer(&rig.flow);
		for (int i = 0; i < 20 && sink.size < 3; i++)
			flow_wake(&rig.flow, 0, READY_OUT);
		if (then == THE_END)
			flow_end_source(&rig.flow);
		if (then == MORE_DATA)
			must((int)write(rig.feed, "x", 1), "write");
		flow_wake(&rig.flow, READY_IN, 0);
		wake_until_answered(&rig.flow, &telnet);
		if (then == MORE_DATA)
			flow_wake(&rig.flow, 0, READY_OUT);
		cr_assert_eq(sink.size, then == MORE_DATA ? 6 : 5);
		cr_assert_arr_eq(sink.got, "\377\377\377\374\001x", sink.size);
		cr_assert_eq(rig.flow.state, then == THE_END ? FLOW_ENDED : FLOW_RUNNING);
		rig.to = NULL;
		rig_down(&rig);
	}
}

static void relay_ended(void *context, const struct err *err)
{
	cr_assert_null(err);
	loop_stop(context);
}

/* Without a source the relay itself waits for room, and sends it then. */
Test(between, an_answer_waits_for_room_without_a_source)
{
	struct addr at;
	struct err err;
	struct telnet telnet;
	struct relay *relay;
	int ends[2];
	char got[8];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
	     "socketpair");
	cr_assert_eq(addr_local(&at, "x", false, &err), 0);
	telnet_init(&telnet);
	struct loop *loop = loop_new(&err);
	struct relay_request request = {
		.peer = stream_socket_new(ends[1], &at, SOCK_STREAM),
		.up = { .tap = &telnet.encode, .telnet = &telnet },
		.down = { .tap = &telnet.decode },
		.idle_timeout = NSEC_NEVER,
		.quit_after_eof = NSEC_PER_SEC,
		.deadline = nsec_after(loop_now(loop), 5 * NSEC_PER_SEC),
		.deadline_after = 5 * NSEC_PER_SEC,
	};
	must((int)write(ends[0], "\377\375\001", 3), "write");
	rig_observe(false);
	rig_watch.refuse = SYS_SEND;
	rig_watch.error = EAGAIN;
	rig_watch.refuse_at = 1;
	cr_assert_eq(relay_start(loop, &request, report_new(), relay_ended, loop, &relay, &err), 0);
	/* Another one takes the answer, and ends the stream then. */
	pid_t other = must(fork(), "fork");
	if (other == 0) {
		struct pollfd readable = { .fd = ends[0], .events = POLLIN };

		close(ends[1]);
		_exit(poll(&readable, 1, 3000) == 1 && read(ends[0], got, sizeof got) == 3 &&
		                      memcmp(got, "\377\374\001", 3) == 0
		              ? 0
		              : 1);
	}
	close(ends[0]);
	cr_assert_eq(loop_run(loop, &err), 0);
	sys_observe(NULL);
	cr_assert(rig_watch.of[SYS_SEND] >= 2);
	int status;
	cr_assert_eq(waitpid(other, &status, 0), other);
	cr_assert_eq(status, 0);
	relay_free(relay);
	cr_assert(fcntl(0, F_GETFD) >= 0, "a source that was none was closed");
	stream_close(request.peer);
	loop_free(loop);
}
