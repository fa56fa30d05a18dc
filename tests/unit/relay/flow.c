/*
 * relay/flow and its ways: which one is taken, and that each byte arrives, also by calls that come
 * short.
 */
#include "relay/flow.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "stream/stdio.h"
#include "unit/relay/rig.h"

/* What the kernel can do alone it does. */
struct way_row {
	enum kind from, to;
	const struct flow_way *first, *last;
};

static const struct way_row ways[] = {
	{ FILE_, TCP, &flow_way_sendfile, &flow_way_through },
	{ FILE_, LOCAL, &flow_way_sendfile, &flow_way_through },
	{ APPEND, TCP, &flow_way_sendfile, &flow_way_through },
	{ PIPE, TCP, &flow_way_copy, &flow_way_through },
	{ PIPE, LOCAL, &flow_way_copy, &flow_way_through },
	{ TCP, PIPE, &flow_way_splice, &flow_way_splice },
	{ LOCAL, PIPE, &flow_way_splice, &flow_way_splice },
	{ TCP, FILE_, &flow_way_copy, &flow_way_through },
	{ LOCAL, FILE_, &flow_way_copy, &flow_way_through },
	{ TCP, NULL_, &flow_way_copy, &flow_way_through },
	{ TCP, APPEND, &flow_way_copy, &flow_way_copy },
	{ TCP, NOWHERE, &flow_way_copy, &flow_way_copy },
	{ TCP, LOCAL, &flow_way_copy, &flow_way_copy },
};

Test(flow, takes_the_way_that_the_ends_allow)
{
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const struct way_row *row = &ways[i];
		struct rig rig;

		rig_up(&rig, row->from, row->to, 3000000);
		cr_assert_eq(rig.flow.way, row->first, "%s to %s begins with %s",
		             kind_names[row->from], kind_names[row->to], rig.flow.way->name);
		rig_pump(&rig);
		rig_expect_whole(&rig, row->from, row->to);
		cr_assert_eq(rig.flow.way, row->last, "%s to %s ends with %s",
		             kind_names[row->from], kind_names[row->to], rig.flow.way->name);
		rig_down(&rig);
	}
}

Test(flow, every_size_arrives_whole)
{
	static const uint64_t sizes[] = {
		0, 1, 4096, 65535, 65536, 65537, 1048575, 1048576, 1048577
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		for (size_t j = 0; j < ARRAY_LEN(sizes); j++) {
			struct rig rig;

			rig_up(&rig, ways[i].from, ways[i].to, sizes[j]);
			rig_pump(&rig);
			rig_expect_whole(&rig, ways[i].from, ways[i].to);
			rig_down(&rig);
		}
	}
}

Test(flow, short_calls_change_nothing)
{
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		for (unsigned seed = 1; seed <= 3; seed++) {
			struct rig rig;

			srand(seed);
			rig_up(&rig, ways[i].from, ways[i].to, 1400000 + seed);
			rig_observe(true);
			rig_pump(&rig);
			sys_observe(NULL);
			rig_expect_whole(&rig, ways[i].from, ways[i].to);
			rig_down(&rig);
		}
	}
}

/*
 * Where the kernel refuses, by whatever errno says so, and wherever in the stream: copying goes on.
 */
Test(flow, a_refused_way_becomes_a_copy)
{
	static const struct {
		enum kind from, to;
		enum sys_op op;
	} rows[] = {
		{ FILE_, TCP, SYS_SENDFILE }, { FILE_, TCP, SYS_SPLICE },
		{ TCP, PIPE, SYS_SPLICE },    { LOCAL, PIPE, SYS_SPLICE },
		{ TCP, FILE_, SYS_SPLICE },   { TCP, NULL_, SYS_SPLICE },
		{ PIPE, TCP, SYS_SPLICE },
	};
	static const int errors[] = { EINVAL, ENOSYS, EOPNOTSUPP };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t j = 0; j < ARRAY_LEN(errors); j++) {
			for (unsigned at = 1; at <= 4; at++) {
				struct rig rig;

				rig_up(&rig, rows[i].from, rows[i].to, 2000000);
				rig_observe(false);
				rig_watch.refuse = rows[i].op;
				rig_watch.error = errors[j];
				rig_watch.refuse_at = at;
				rig_pump(&rig);
				sys_observe(NULL);
				rig_expect_whole(&rig, rows[i].from, rows[i].to);
				cr_assert(at > 1 || rig_watch.of[rows[i].op] >= at);
				if (rig_watch.of[rows[i].op] >= at)
					cr_assert_eq(rig.flow.way, &flow_way_copy);
				rig_down(&rig);
			}
		}
	}
}

/* Urgent data stops a splice as an end does, and to take it for one would lose what comes after. */
Test(flow, urgent_data_stops_nothing)
{
	static const uint64_t after[] = { 1, 1000000, 2000000 };

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		for (size_t j = 0; ways[i].from == TCP && j < ARRAY_LEN(after); j++) {
			struct rig rig;

			rig_up(&rig, TCP, ways[i].to, 2000000);
			rig.urgent_at = after[j];
			rig_pump(&rig);
			cr_assert_eq(rig.urgent_at, 0, "no urgent data was sent");
			rig_expect_whole(&rig, TCP, ways[i].to);
			rig_down(&rig);
		}
	}
}

/* A file of /proc has no size and gives sendfile nothing. */
Test(flow, a_file_of_proc_is_read_whole)
{
	struct rig rig;
	char got[65536];

	rig_up(&rig, FILE_, TCP, 1);
	stream_close(rig.from);
	int fd = must(open("/proc/self/status", O_RDONLY | O_CLOEXEC), "proc");
	dup2(fd, 0);
	close(fd);
	struct err err;
	rig.from = stream_standard_new(0, &err);
	flow_init(&rig.flow, rig.from, rig.to, NULL);
	while (rig.flow.state == FLOW_RUNNING)
		rig_turn(&rig);
	cr_assert_eq(rig.flow.state, FLOW_ENDED);
	cr_assert(rig.flow.given > 100);
	cr_assert_eq(read(rig.drain, got, sizeof got), (ssize_t)rig.flow.given);
	rig_down(&rig);
}

Test(flow, an_idle_one_waits_for_its_source_alone)
{
	struct rig rig;

	rig_up(&rig, PIPE, TCP, 5);
	rig_turn(&rig);
	cr_assert(flow_is_idle(&rig.flow));
	cr_assert_eq(rig.flow.want_from, READY_IN);
	cr_assert_eq(rig.flow.want_to, 0);
	/* Nothing that it does not wait for wakes it. */
	rig_observe(false);
	flow_wake(&rig.flow, 0, READY_OUT);
	flow_wake(&rig.flow, READY_OUT, READY_IN);
	cr_assert_eq(rig_watch.of[SYS_READ], 0);
	sys_observe(NULL);
	rig_down(&rig);
}

/* A sink that takes nothing stops the reading: memory is bounded. */
Test(flow, a_stalled_sink_stops_the_source)
{
	static const enum kind sources[] = { PIPE, LOCAL, TCP };

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		struct rig rig;
		uint64_t taken = 0;

		rig_up(&rig, sources[i], sources[i] == PIPE ? LOCAL : PIPE, UINT64_C(1) << 30);
		for (int idle = 0; idle < 50;) {
			rig_feed(&rig);
			rig_turn(&rig);
			idle = rig.flow.taken == taken ? idle + 1 : 0;
			taken = rig.flow.taken;
			cr_assert(taken < 8 << 20, "took %llu bytes", (unsigned long long)taken);
		}
		cr_assert(!flow_is_idle(&rig.flow));
		cr_assert_eq(rig.flow.want_from, 0, "%s: would spin on a source that is ready",
		             kind_names[sources[i]]);
		cr_assert(rig.flow.want_to != 0);
		rig_down(&rig);
	}
}

/* What came before a failure of the source is delivered; then the failure is told. */
Test(flow, a_reset_comes_after_what_was_received)
{
	static const enum kind sinks[] = { PIPE, FILE_, NULL_, LOCAL, NOWHERE };

	for (size_t i = 0; i < ARRAY_LEN(sinks); i++) {
		struct rig rig;

		rig_up(&rig, TCP, sinks[i], 100);
		cr_assert_eq(rig.data.size, 100);
		char bytes[100];
		data_fill(&rig.data, 0, bytes, sizeof bytes);
		cr_assert_eq(write(rig.feed, bytes, sizeof bytes), sizeof bytes);
		clock_pause(0.001);
		rig_turn(&rig);
		peer_reset(rig.feed);
		rig.feed = -1;
		while (rig.flow.state == FLOW_RUNNING)
			rig_turn(&rig);
		cr_assert_eq(rig.flow.state, FLOW_FROM_FAILED);
		cr_assert_eq(rig.flow.error, ECONNRESET);
		cr_assert_eq(rig.flow.given, 100, "%s", kind_names[sinks[i]]);
		rig_down(&rig);
	}
}

Test(flow, a_sink_that_fails_is_told_as_such)
{
	static const enum kind sources[] = { TCP, LOCAL, FILE_, PIPE };

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		enum kind to = sources[i] == TCP || sources[i] == LOCAL ? PIPE : LOCAL;
		struct rig rig;

		rig_up(&rig, sources[i], to, 100000);
		close(rig.drain);
		rig.drain = -1;
		while (rig.flow.state == FLOW_RUNNING) {
			rig_feed(&rig);
			rig_turn(&rig);
		}
		cr_assert_eq(rig.flow.state, FLOW_TO_FAILED, "%s", kind_names[sources[i]]);
		cr_assert_eq(rig.flow.error, EPIPE, "%s: %s", kind_names[sources[i]],
		             strerror(rig.flow.error));
		rig_down(&rig);
	}
}

Test(flow, ending_the_source_delivers_what_was_read)
{
	struct rig rig;

	rig_up(&rig, PIPE, TCP, 10);
	char bytes[10];
	data_fill(&rig.data, 0, bytes, sizeof bytes);
	cr_assert_eq(write(rig.feed, bytes, sizeof bytes), sizeof bytes);
	rig_turn(&rig);
	flow_end_source(&rig.flow);
	cr_assert_eq(rig.flow.state, FLOW_ENDED);
	cr_assert_eq(rig.flow.given, 10);
	rig_down(&rig);
}

/* The source has more, and the sink was full. */
Test(flow, ending_the_source_takes_no_more_of_it)
{
	static const enum kind sources[] = { PIPE, LOCAL, TCP };

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		struct rig rig;
		uint64_t taken = 0;

		rig_up(&rig, sources[i], LOCAL, 1 << 30);
		for (int idle = 0; idle < 50; idle++) {
			rig_feed(&rig);
			rig_turn(&rig);
			idle = rig.flow.taken == taken ? idle : 0;
			taken = rig.flow.taken;
		}
		flow_end_source(&rig.flow);
		cr_assert_eq(rig.flow.state, FLOW_RUNNING);
		rig_pump(&rig);
		cr_assert_eq(rig.flow.state, FLOW_ENDED);
		cr_assert_eq(rig.flow.taken, taken, "%s", kind_names[sources[i]]);
		cr_assert_eq(rig.flow.given, taken);
		cr_assert_eq(rig.got, taken);
		rig_down(&rig);
	}
}

/*
 * ARCHITECTURE.md, SO_RCVLOWAT: after 8 full reads on TCP; the first empty wait sets it back to 1.
 */
Test(flow, low_water_is_raised_for_a_bulk_and_lowered_when_it_pauses)
{
	struct rig rig;

	rig_up(&rig, TCP, NULL_, 64 << 20);
	rig_observe(false);
	while (!rig.flow.low_water && rig.fed < rig.data.size) {
		/* As much as the kernels hold, so that each read is a full one. */
		for (uint64_t before = rig.fed + 1; rig.fed != before;) {
			before = rig.fed;
			rig_feed(&rig);
			clock_pause(0.0001);
		}
		rig_turn(&rig);
	}
	cr_assert(rig.flow.low_water, "never raised");
	cr_assert_eq(rig_watch.water, FLOW_LOW_WATER);
	/* The sender pauses: what is waited for comes within a moment. */
	for (int i = 0; i < 1000 && (rig.flow.low_water || rig.flow.taken < rig.fed); i++)
		rig_turn(&rig);
	cr_assert(!rig.flow.low_water);
	cr_assert_eq(rig_watch.water, 1);
	cr_assert_eq(rig.flow.taken, rig.fed, "bytes are left behind the mark");
	sys_observe(NULL);
	rig_down(&rig);
}

/* What was set when it was full for the first time, and nothing later. */
static int unsent_when_full(enum kind from, enum kind to)
{
	struct rig rig;

	rig_up(&rig, from, to, 64 << 20);
	rig_observe(false);
	while (!rig.flow.want_to) {
		rig_feed(&rig);
		rig_turn(&rig);
	}
	int unsent = rig_watch.unsent;
	rig_pump(&rig);
	cr_assert_eq(rig_watch.unsent, unsent);
	sys_observe(NULL);
	rig_expect_whole(&rig, from, to);
	rig_down(&rig);
	return unsent;
}

Test(flow, a_full_sink_over_tcp_is_given_less_to_keep)
{
	cr_assert_eq(unsent_when_full(FILE_, TCP), FLOW_UNSENT);
	cr_assert_eq(unsent_when_full(PIPE, TCP), FLOW_UNSENT);
	cr_assert_eq(unsent_when_full(LOCAL, TCP), FLOW_UNSENT);
	cr_assert_eq(unsent_when_full(FILE_, LOCAL), 0);
}

Test(flow, low_water_is_for_tcp_alone)
{
	struct rig rig;

	rig_up(&rig, LOCAL, NULL_, 20 << 20);
	rig_observe(false);
	rig_pump(&rig);
	sys_observe(NULL);
	cr_assert_eq(rig_watch.water, 0);
	rig_down(&rig);
}

Test(flow, a_tap_sees_all_and_splits_nothing)
{
	static struct tap_escape escape;
	struct rig rig;
	char got[256] = "";
	static const char in[] = "a\x1b[2J \xe2\x82\xac\xe2\x82\n\xc2\x9b.";

	rig_up(&rig, TCP, PIPE, 0);
	tap_escape_init(&escape);
	flow_init(&rig.flow, rig.from, rig.to, &(struct flow_between){ .tap = &escape.tap });
	cr_assert_eq(rig.flow.way, &flow_way_copy);
	for (size_t i = 0; i < sizeof in - 1; i++) {
		cr_assert_eq(write(rig.feed, in + i, 1), 1);
		clock_pause(0.0005);
		rig_turn(&rig);
	}
	close(rig.feed);
	rig.feed = -1;
	while (rig.flow.state == FLOW_RUNNING)
		rig_turn(&rig);
	cr_assert(read(rig.drain, got, sizeof got - 1) > 0);
	cr_assert_str_eq(got, "a\\x1b[2J \xe2\x82\xac\\xe2\\x82\n\\xc2\\x9b.");
	cr_assert_eq(rig.flow.state, FLOW_ENDED);
	rig_down(&rig);
}
