/*
 * sockit against nc.openbsd, ncat and socat, as client and as server, with data both ways and the
 * two directions ending in either order or together.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/side.h"
#include "harness/sockit.h"
#include "harness/tool.h"

enum order { TOGETHER, SOCKIT_FIRST, TOOL_FIRST, ORDERS };

static const char *const order_names[ORDERS] = { "together", "sockit ends first",
	                                         "tool ends first" };
static const uint64_t sizes[] = { 0, 1, 65537, 4 << 20 };

/*
 * What a peer itself loses, with a client of any kind: a server of these two ends as soon as its
 * client's stream has ended, and throws away what its stdin still has to give. It is given nothing,
 * then.
 */
static bool loses_the_rest(enum tool tool, bool tool_listens, enum order order)
{
	static const bool server_quits[TOOL_COUNT] = { [TOOL_NC] = true, [TOOL_NCAT] = true };

	return server_quits[tool] && tool_listens && order != TOOL_FIRST;
}

struct meeting {
	enum tool tool;
	bool tool_listens;
	enum net net;
	enum order order;
	uint64_t size;
};

static void start_both(const struct meeting *m, struct side *ours, struct side *theirs)
{
	struct plan our_plan = side_plan(ours, NULL), their_plan = side_plan(theirs, NULL);
	struct child our_child, their_child;
	struct place place;

	if (m->tool_listens) {
		their_child = tool_listen(m->tool, &their_plan, m->net, &place);
		our_child = sockit_connect(&our_plan, &place);
	} else {
		our_child = sockit_listen(&our_plan, m->net, &place);
		their_child = tool_connect(m->tool, &their_plan, &place);
	}
	side_begin(ours, &our_child, theirs);
	side_begin(theirs, &their_child, ours);
}

/* One side sends all and ends; the other has sent half, and goes on only then. */
static void let_end_first(struct side *first, struct side *second)
{
	side_await(second, first->data.size);
	side_await(first, second->data.size / 2);
	/* The end itself cannot be seen arriving in another program: give it the time. */
	clock_pause(0.03);
	side_release(second);
}

static void meet(const struct meeting *m)
{
	struct side ours = { .in = END_PIPE, .out = END_PIPE, .hold = m->order == TOOL_FIRST };
	struct side theirs = { .in = END_PIPE, .out = END_PIPE, .hold = m->order == SOCKIT_FIRST };
	bool loses = loses_the_rest(m->tool, m->tool_listens, m->order);
	char our_name[128], their_name[128];

	snprintf(our_name, sizeof(our_name), "what sockit got from %s, %s, %s, %s",
	         tool_names[m->tool], m->tool_listens ? "listening" : "connecting",
	         net_names[m->net], order_names[m->order]);
	snprintf(their_name, sizeof(their_name), "what %s got", tool_names[m->tool]);
	ours.name = our_name;
	theirs.name = their_name;
	ours.data = data_binary(1, m->size);
	theirs.data = data_binary(2, loses ? 0 : m->size);
	start_both(m, &ours, &theirs);
	if (m->order == SOCKIT_FIRST)
		let_end_first(&ours, &theirs);
	if (m->order == TOOL_FIRST)
		let_end_first(&theirs, &ours);
	side_expect_whole(&ours, &theirs);
	side_expect_whole(&theirs, &ours);
}

static void meet_all(enum tool tool, bool tool_listens)
{
	struct meeting m = { .tool = tool, .tool_listens = tool_listens };

	for (m.order = 0; m.order < ORDERS; m.order++) {
		if (loses_the_rest(tool, tool_listens, m.order))
			fprintf(stderr,
			        "LOSS %s as a server, %s: quits when its client's stream ends\n",
			        tool_names[tool], order_names[m.order]);
		for (m.net = 0; m.net < NET_COUNT; m.net++)
			for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
				m.size = sizes[i];
				meet(&m);
			}
	}
}

Test(peers, nc_openbsd_listens)
{
	meet_all(TOOL_NC, true);
}

Test(peers, nc_openbsd_connects)
{
	meet_all(TOOL_NC, false);
}

Test(peers, ncat_listens)
{
	meet_all(TOOL_NCAT, true);
}

Test(peers, ncat_connects)
{
	meet_all(TOOL_NCAT, false);
}

Test(peers, socat_listens)
{
	meet_all(TOOL_SOCAT, true);
}

Test(peers, socat_connects)
{
	meet_all(TOOL_SOCAT, false);
}
