/*
 * Every kind of stdin and stdout, over every kind of connection, both ways at once and byte for
 * byte. Both commands get every pair of kinds: listen has the pair after the one that connect has.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/attr.h"
#include "harness/child.h"
#include "harness/events.h"
#include "harness/side.h"
#include "harness/sockit.h"

static const enum end_kind inputs[] = { END_FILE, END_PIPE, END_SOCKET, END_NULL };
static const enum end_kind outputs[] = { END_FILE, END_PIPE, END_APPEND, END_SOCKET };
static const uint64_t small_sizes[] = { 0, 1, 65535, 65536, 65537 };
enum { LARGE = 10 << 20, TYPED = 65536, PAIRS = ARRAY_LEN(inputs) * ARRAY_LEN(outputs) };

static struct side make_side(const char *name, size_t pair, uint64_t seed, uint64_t size)
{
	enum end_kind in = inputs[pair / ARRAY_LEN(outputs) % ARRAY_LEN(inputs)];

	return (struct side){
		.name = name,
		.in = in,
		.out = outputs[pair % ARRAY_LEN(outputs)],
		.data = data_binary(seed, in == END_NULL ? 0 : size),
	};
}

/* The listener says which port it took, and nobody anything else. */
static void expect_whole(struct side *listening, struct side *connecting)
{
	side_expect_whole(connecting, listening);
	side_expect_whole(listening, connecting);
	cr_assert_str_eq(child_err(&connecting->child), "");
	cr_assert_leq(lines_count(child_err(&listening->child)), 1, "%s",
	              child_err(&listening->child));
}

static void join(struct side *listening, struct side *connecting, enum net net)
{
	struct plan plan = side_plan(listening, NULL);
	struct place place;
	struct child child = sockit_listen(&plan, net, &place);

	side_begin(listening, &child, connecting);
	plan = side_plan(connecting, NULL);
	child = sockit_connect(&plan, &place);
	side_begin(connecting, &child, listening);
}

static void transfer(enum net net, size_t pair, uint64_t size)
{
	struct side listening = make_side("listen", pair + 5, 2 * size + 1, size);
	struct side connecting = make_side("connect", pair, 2 * size, size);

	join(&listening, &connecting, net);
	expect_whole(&listening, &connecting);
}

static void transfer_small(enum net net)
{
	for (size_t pair = 0; pair < PAIRS; pair++)
		for (size_t i = 0; i < ARRAY_LEN(small_sizes); i++)
			transfer(net, pair, small_sizes[i]);
}

static void transfer_large(enum net net)
{
	for (size_t pair = 0; pair < PAIRS; pair++)
		transfer(net, pair, LARGE);
}

Test(matrix, small_over_ipv4)
{
	transfer_small(NET_V4);
}

Test(matrix, small_over_ipv6)
{
	transfer_small(NET_V6);
}

Test(matrix, small_over_unix)
{
	transfer_small(NET_UNIX);
}

Test(matrix, large_over_ipv4)
{
	transfer_large(NET_V4);
}

Test(matrix, large_over_ipv6)
{
	transfer_large(NET_V6);
}

Test(matrix, large_over_unix)
{
	transfer_large(NET_UNIX);
}

/*
 * 64 KiB typed in lines; ^D ends it. The other side keeps its stream open until then, because with
 * a terminal on stdin sockit ends when its peer does.
 */
static void type_at(enum net net, enum end_kind out, bool listener_types)
{
	struct side typing = { .name = "terminal", .in = END_PTY, .out = out };
	struct side other = { .name = "other", .in = END_PIPE, .out = END_PIPE, .hold = true };
	struct side *listening = listener_types ? &typing : &other;
	struct side *connecting = listener_types ? &other : &typing;

	typing.data = data_lines(1, TYPED);
	other.data = data_binary(2, LARGE / 100);
	join(listening, connecting, net);
	side_end_typing(&typing);
	side_await(&other, TYPED);
	side_release(&other);
	expect_whole(listening, connecting);
}

static void type_over(enum net net)
{
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
		type_at(net, outputs[i], false);
		type_at(net, outputs[i], true);
	}
}

Test(matrix, terminal_over_ipv4)
{
	type_over(NET_V4);
}

Test(matrix, terminal_over_ipv6)
{
	type_over(NET_V6);
}

Test(matrix, terminal_over_unix)
{
	type_over(NET_UNIX);
}
