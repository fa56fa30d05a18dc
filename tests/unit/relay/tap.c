/* relay/tap: what the taps make of a stream, however it is split, and of one another. */
#include "relay/tap.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "relay/telnet.h"

enum { IN_MAX = 96, OUT_MAX = 16 * (IN_MAX + 16), ROUNDS = 100000 };

/* IN through TAP in random pieces, and the end of the stream. */
static size_t pass_pieces(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0, used = 0;

	while (used < n) {
		size_t piece = 1 + (size_t)rand() % (rand() % 2 ? 3 : n), room;

		piece = piece < n - used ? piece : n - used;
		/* Exactly the room that the header asks for, so that a sanitizer sees more. */
		room = tap->growth * (piece + tap->extra);
		uint8_t *fresh = malloc(room);
		size_t wrote = tap->pass(tap, in + used, piece, fresh);

		cr_assert(wrote <= room);
		memcpy(out + done, fresh, wrote);
		free(fresh);
		done += wrote;
		used += piece;
	}
	return done + tap->finish(tap, out + done);
}

/* The rule in the words of the manual: a newline without a carriage return before it gets one. */
static size_t crlf_by_the_book(const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0;

	for (size_t i = 0; i < n; i++) {
		if (in[i] == '\n' && (i == 0 || in[i - 1] != '\r'))
			out[done++] = '\r';
		out[done++] = in[i];
	}
	return done;
}

static size_t double_255(const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0;

	for (size_t i = 0; i < n; i++) {
		out[done++] = in[i];
		if (in[i] == 255)
			out[done++] = 255;
	}
	return done;
}

/* Mostly bytes that matter. */
static size_t random_bytes(uint8_t *in)
{
	static const uint8_t usual[] = { '\r', '\n', 255, 0, 'x', 0xe2, 0x82, 0xac, 0x1b };
	size_t n = (size_t)rand() % IN_MAX;

	for (size_t i = 0; i < n; i++)
		in[i] = rand() % 4 ? usual[(size_t)rand() % sizeof usual] : (uint8_t)rand();
	return n;
}

static void expect_same(const uint8_t *got, size_t got_size, const uint8_t *want, size_t want_size)
{
	cr_assert_eq(got_size, want_size);
	cr_assert_arr_eq(got, want, want_size);
}

static void expect_crlf(const char *in, const char *want)
{
	uint8_t out[OUT_MAX];
	struct tap_crlf crlf;

	tap_crlf_init(&crlf);
	size_t n = pass_pieces(&crlf.tap, (const uint8_t *)in, strlen(in), out);
	expect_same(out, n, (const uint8_t *)want, strlen(want));
}

Test(tap, a_newline_alone_gets_a_carriage_return)
{
	expect_crlf("", "");
	expect_crlf("a\nb\n", "a\r\nb\r\n");
	expect_crlf("a\r\nb\r\n", "a\r\nb\r\n");
	expect_crlf("\n\n\r\n\r\n", "\r\n\r\n\r\n\r\n");
	expect_crlf("\r\r\n\r", "\r\r\n\r");
	expect_crlf("a\rb\nno end", "a\rb\r\nno end");
}

Test(tap, crlf_is_the_same_for_every_split)
{
	srand(1);
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t in[IN_MAX], out[OUT_MAX], want[OUT_MAX];
		size_t n = random_bytes(in);
		struct tap_crlf crlf;

		tap_crlf_init(&crlf);
		expect_same(out, pass_pieces(&crlf.tap, in, n, out), want,
		            crlf_by_the_book(in, n, want));
	}
}

Test(tap, a_chain_is_one_after_the_other)
{
	srand(2);
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t in[IN_MAX], out[OUT_MAX], middle[OUT_MAX], want[OUT_MAX];
		size_t n = random_bytes(in);
		struct tap_crlf crlf;
		struct telnet telnet;
		struct tap_chain chain;

		tap_crlf_init(&crlf);
		telnet_init(&telnet);
		struct tap *tap = tap_join(&chain, &crlf.tap, &telnet.encode);
		size_t got = pass_pieces(tap, in, n, out);
		size_t half = crlf_by_the_book(in, n, middle);
		expect_same(out, got, want, double_255(middle, half, want));
	}
}

/* The first of the two decides what the second holds back, and the end lets it out. */
Test(tap, a_chain_may_hold_back)
{
	srand(3);
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t in[IN_MAX], out[OUT_MAX], middle[OUT_MAX], want[OUT_MAX];
		size_t n = random_bytes(in);
		struct tap_crlf crlf;
		struct tap_escape escape;
		struct escape plain = { .held_len = 0 };
		struct tap_chain chain;

		tap_crlf_init(&crlf);
		tap_escape_init(&escape);
		size_t got = pass_pieces(tap_join(&chain, &crlf.tap, &escape.tap), in, n, out);
		size_t half = crlf_by_the_book(in, n, middle);
		size_t wanted = escape_stream(&plain, middle, half, want);
		expect_same(out, got, want, wanted + escape_stream_end(&plain, want + wanted));
	}
}

Test(tap, a_chain_passes_more_than_it_holds)
{
	enum { LARGE = 100000 };
	uint8_t *in = malloc(LARGE), *out = malloc(4 * LARGE), *want = malloc(4 * LARGE);
	struct tap_crlf crlf;
	struct telnet telnet;
	struct tap_chain chain;

	tap_crlf_init(&crlf);
	telnet_init(&telnet);
	memset(in, '\n', LARGE);
	memset(in + LARGE / 2, 255, LARGE / 2);
	size_t got = tap_join(&chain, &crlf.tap, &telnet.encode)->pass(&chain.tap, in, LARGE, out);
	for (size_t i = 0; i < LARGE; i++)
		memcpy(want + 2 * i, i < LARGE / 2 ? "\r\n" : "\377\377", 2);
	expect_same(out, got, want, (size_t)2 * LARGE);
	free(in);
	free(out);
	free(want);
}

Test(tap, a_chain_of_one_is_that_one)
{
	struct tap_crlf crlf;
	struct tap_chain chain;

	tap_crlf_init(&crlf);
	cr_assert_null(tap_join(&chain, NULL, NULL));
	cr_assert_eq(tap_join(&chain, &crlf.tap, NULL), &crlf.tap);
	cr_assert_eq(tap_join(&chain, NULL, &crlf.tap), &crlf.tap);
}
