/* relay/flow and relay/shared: flows between sockets that own nothing while they wait. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/peer.h"
#include "relay/flow.h"
#include "unit/relay/rig.h"

static const enum kind pairings[][2] = { { TCP, TCP },
	                                 { TCP, LOCAL },
	                                 { LOCAL, TCP },
	                                 { LOCAL, LOCAL } };

static struct spares *shared;

static void up(struct rig *rig, size_t pairing, uint64_t size)
{
	rig_up(rig, pairings[pairing][0], pairings[pairing][1], size);
	shared = spares_new(FLOW_FULL_READ);
	cr_assert_not_null(shared);
	flow_share(&rig->flow, shared);
}

static void down(struct rig *rig)
{
	rig_down(rig);
	spares_free(shared);
}

static void expect_whole(struct rig *rig, size_t pairing)
{
	rig_pump(rig);
	rig_expect_whole(rig, pairings[pairing][0], pairings[pairing][1]);
	cr_assert_null(rig->flow.buf, "memory is kept");
	cr_assert_eq(rig->flow.pipe[0], -1, "a pipe is kept");
}

Test(flow_shared, every_size_arrives_whole)
{
	static const uint64_t sizes[] = { 0, 1, 4096, 65535, 65536, 65537, 1048577, 5000000 };

	for (size_t i = 0; i < ARRAY_LEN(pairings); i++) {
		for (size_t j = 0; j < ARRAY_LEN(sizes); j++) {
			struct rig rig;

			up(&rig, i, sizes[j]);
			expect_whole(&rig, i);
			down(&rig);
		}
	}
}

Test(flow_shared, short_calls_change_nothing)
{
	for (size_t i = 0; i < ARRAY_LEN(pairings); i++) {
		for (unsigned seed = 1; seed <= 3; seed++) {
			struct rig rig;

			srand(seed);
			up(&rig, i, 400000 + seed);
			rig_observe(true);
			rig_pump(&rig);
			sys_observe(NULL);
			expect_whole(&rig, i);
			down(&rig);
		}
	}
}

Test(flow_shared, urgent_data_stops_nothing)
{
	for (uint64_t after = 1; after < 6000000; after += 1999999) {
		struct rig rig;

		up(&rig, 0, 5999998);
		rig.urgent_at = after;
		expect_whole(&rig, 0);
		cr_assert_eq(rig.urgent_at, 0, "no urgent data was sent");
		down(&rig);
	}
}

Test(flow_shared, much_is_spliced)
{
	for (size_t i = 0; i < ARRAY_LEN(pairings); i++) {
		struct rig rig;

		up(&rig, i, 8000000);
		rig_observe(false);
		expect_whole(&rig, i);
		sys_observe(NULL);
		cr_assert_geq(rig_watch.of[SYS_SPLICE], 8);
		cr_assert_leq(rig_watch.of[SYS_SEND], 20, "%u writes", rig_watch.of[SYS_SEND]);
		cr_assert_leq(rig_watch.of[SYS_PIPE2], 1);
		down(&rig);
	}
}

/* No pipe, no splice, wherever in the stream: copying goes on. */
Test(flow_shared, without_pipes_it_copies)
{
	static const struct {
		enum sys_op op;
		int error;
	} rows[] = { { SYS_PIPE2, EMFILE },
		     { SYS_PIPE2, ENFILE },
		     { SYS_SPLICE, EINVAL },
		     { SYS_SPLICE, EOPNOTSUPP },
		     { SYS_SPLICE, ENOSYS } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (unsigned at = 1; at <= 4; at++) {
			struct rig rig;

			up(&rig, i % ARRAY_LEN(pairings), 3000000);
			rig_observe(false);
			rig_watch.refuse = rows[i].op;
			rig_watch.error = rows[i].error;
			rig_watch.refuse_at = at;
			rig_pump(&rig);
			sys_observe(NULL);
			expect_whole(&rig, i % ARRAY_LEN(pairings));
			down(&rig);
		}
	}
}

/* What the sink did not take is kept, once, and nothing more is read meanwhile. */
Test(flow_shared, a_slow_sink_costs_what_it_has_not_taken)
{
	struct rig rig;
	uint64_t before = 0;

	up(&rig, 0, 64 << 20);
	for (int idle = 0; idle < 50; idle++) {
		rig_feed(&rig);
		rig_turn(&rig);
		cr_assert_neq(rig.flow.buf, shared->buf, "the shared buffer is kept");
		idle = rig.flow.taken > before ? 0 : idle;
		before = rig.flow.taken;
	}
	cr_assert_neq(rig.flow.want_to, 0);
	cr_assert_leq(rig.flow.end - rig.flow.begin + rig.flow.piped, (size_t)FLOW_CHUNK);
	expect_whole(&rig, 0);
	down(&rig);
}

static void drop_what_came(int fd)
{
	static char bytes[65536];

	while (read(fd, bytes, sizeof bytes) > 0)
		continue;
}

/* A small request after much has been moved is copied again. */
Test(flow_shared, small_things_are_copied)
{
	struct rig rig;

	up(&rig, 0, 64 << 20);
	for (int i = 0; i < 100 || !flow_is_idle(&rig.flow); i++) {
		if (i < 100)
			rig_feed(&rig);
		rig_turn(&rig);
		drop_what_came(rig.drain);
	}
	for (int i = 0; i < 2; i++) {
		peer_send(rig.feed, "small");
		cr_assert(peer_poll(rig.from->fd, POLLIN, clock_after(PATIENCE)));
		rig_observe(false);
		flow_wake(&rig.flow, READY_IN, 0);
		sys_observe(NULL);
		peer_expect(rig.drain, "small");
	}
	cr_assert_eq(rig_watch.of[SYS_RECV], 1, "the second is one read");
	cr_assert_eq(rig_watch.of[SYS_SEND], 1, "and one write");
	cr_assert_eq(rig_watch.of[SYS_SPLICE], 0);
	down(&rig);
}

Test(flow_shared, begins_with_what_it_is_given)
{
	struct rig rig;
	char got[9] = "";

	up(&rig, 0, 0);
	cr_assert_eq(flow_begin_with(&rig.flow, "a header", 8), 0);
	rig.flow.want_to = READY_OUT;
	flow_wake(&rig.flow, 0, READY_OUT);
	cr_assert(peer_poll(rig.drain, POLLIN, clock_after(PATIENCE)));
	cr_assert_eq(read(rig.drain, got, 8), 8);
	cr_assert_str_eq(got, "a header");
	cr_assert_eq(rig.flow.given, 8);
	cr_assert_eq(rig.flow.taken, 0);
	cr_assert_null(rig.flow.buf);
	down(&rig);
}
