#include "harness/side.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/scratch.h"

/* What an append-mode file holds before. */
static const char kept[] = "kept from before\n";

static struct end output_end(struct side *side)
{
	if (side->out == END_FILE)
		side->out_path = scratch_fresh();
	else if (side->out == END_APPEND) {
		char name[64];

		snprintf(name, sizeof(name), "append-%s-%d", side->name, (int)clock_now());
		side->out_path = scratch_file(name, kept);
	}
	return (struct end){ .kind = side->out, .path = side->out_path };
}

static struct end input_end(struct side *side)
{
	if (side->in == END_FILE) {
		side->in_path = scratch_fresh();
		data_save(&side->data, side->in_path);
	}
	if (side->in == END_NULL && side->data.size)
		fail("/dev/null gives no data");
	return (struct end){ .kind = side->in, .path = side->in_path };
}

struct plan side_plan(struct side *side, const char *const *args)
{
	return (struct plan){ .args = args, .in = input_end(side), .out = output_end(side) };
}

static int feed_fd(const struct side *side)
{
	return side->in == END_PTY ? side->child.tty : side->child.in;
}

static void feed(struct side *side, uint64_t from, uint64_t to, enum flow_end end)
{
	struct flow flow = side->pace;

	if (side->source)
		mover_finish(side->source);
	flow.fd = feed_fd(side);
	flow.data = side->data;
	flow.data.size = to;
	flow.from = from;
	flow.end = end;
	side->source = source_start(&flow);
}

static enum flow_end input_ends(const struct side *side)
{
	if (side->in == END_PTY)
		return FLOW_LEAVE;
	/* The other direction of a stdin that is a socket is nobody's business. */
	return side->in == END_SOCKET ? FLOW_SHUT : FLOW_CLOSE;
}

static void begin_feeding(struct side *side)
{
	uint64_t size = side->data.size;

	if (feed_fd(side) < 0)
		return;
	if (side->hold) {
		feed(side, 0, size / 2, FLOW_LEAVE);
		return;
	}
	feed(side, 0, size, input_ends(side));
}

void side_end_typing(struct side *side)
{
	mover_await(side->source, side->data.size);
	child_type(&side->child, "\004");
}

void side_begin(struct side *side, const struct child *child, const struct side *other)
{
	struct flow flow = side->drain;

	side->child = *child;
	flow.fd = child->out;
	flow.data = other->data;
	flow.end = FLOW_CLOSE;
	if (flow.fd >= 0)
		side->sink = sink_start(&flow);
	begin_feeding(side);
}

void side_release(struct side *side)
{
	mover_await(side->source, side->data.size / 2);
	feed(side, side->data.size / 2, side->data.size, input_ends(side));
}

void side_await(struct side *side, uint64_t n)
{
	mover_await(side->sink, n);
}

void side_expect_whole(struct side *side, const struct side *other)
{
	child_finish(&side->child);
	if (side->child.status != 0)
		child_blame(&side->child, "%s: status 0 was expected", side->name);
	if (side->sink)
		mover_expect_whole(side->sink, side->name);
	else
		data_expect_file(&other->data, side->out_path, side->out == END_APPEND ? kept : "",
		                 side->name);
	if (side->source)
		mover_finish(side->source);
	if (side->in == END_SOCKET)
		close(side->child.in);
	if (side->in_path)
		unlink(side->in_path);
	if (side->out_path)
		unlink(side->out_path);
}
