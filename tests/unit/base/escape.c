/* base/escape: what a terminal gets to see of bytes from a peer, however they are split. */
#include "base/escape.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_MAX = 64, OUT_MAX = ESCAPE_GROWTH * (IN_MAX + ESCAPE_HELD) + 1 };

/* The whole of IN in pieces that end where CUTS has a bit, and the end of the stream. */
static size_t escape_pieces(const uint8_t *in, size_t n, uint64_t cuts, char *out)
{
	struct escape e = { .held_len = 0 };
	size_t done = 0, from = 0;

	for (size_t i = 1; i <= n; i++) {
		if (i < n && !(cuts & UINT64_C(1) << i))
			continue;
		/* Exactly the room that the header asks for, so that a sanitizer sees more. */
		size_t piece = i - from, room = ESCAPE_GROWTH * (piece + ESCAPE_HELD);
		uint8_t *fresh = malloc(room);
		size_t wrote = escape_stream(&e, in + from, piece, fresh);

		cr_assert(wrote <= room);
		memcpy(out + done, fresh, wrote);
		done += wrote;
		free(fresh);
		from = i;
	}
	done += escape_stream_end(&e, (uint8_t *)out + done);
	out[done] = '\0';
	cr_assert_eq(e.held_len, 0);
	return done;
}

static void expect(const char *in, size_t n, const char *want)
{
	char out[OUT_MAX];

	escape_pieces((const uint8_t *)in, n, 0, out);
	cr_assert_str_eq(out, want, "'%s' instead of '%s'", out, want);
	/* Byte by byte. */
	escape_pieces((const uint8_t *)in, n, ~UINT64_C(0), out);
	cr_assert_str_eq(out, want, "split everywhere: '%s' instead of '%s'", out, want);
}

#define EXPECT(in, want) expect(in, sizeof(in) - 1, want)

Test(escape, text_and_its_layout_pass)
{
	EXPECT("", "");
	EXPECT("plain ~ text\n\tindented\r\n", "plain ~ text\n\tindented\r\n");
	EXPECT("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
	       "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
}

Test(escape, every_control_byte_is_shown)
{
	for (unsigned byte = 0; byte < 0x100; byte++) {
		char in[] = { (char)byte }, want[8] = { (char)byte };
		bool plain = (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' ||
		             byte == '\t';

		if (!plain)
			snprintf(want, sizeof want, "\\x%02x", byte);
		expect(in, 1, want);
	}
}

/* U+0080-9F are controls for a terminal: 9B is CSI. */
Test(escape, every_c1_control_is_shown)
{
	for (unsigned byte = 0x80; byte <= 0xbf; byte++) {
		char in[] = { '\xc2', (char)byte }, want[16] = { '\xc2', (char)byte };

		if (byte < 0xa0)
			snprintf(want, sizeof want, "\\xc2\\x%02x", byte);
		expect(in, 2, want);
	}
}

/* RFC 3629 section 4: the first and the last of each row of its table, and their neighbours. */
Test(escape, the_edges_of_utf_8)
{
	static const char *const good[] = {
		"\xc2\xa0",         "\xdf\xbf",         "\xe0\xa0\x80",     "\xe0\xbf\xbf",
		"\xe1\x80\x80",     "\xec\xbf\xbf",     "\xed\x80\x80",     "\xed\x9f\xbf",
		"\xee\x80\x80",     "\xef\xbf\xbf",     "\xf0\x90\x80\x80", "\xf0\xbf\xbf\xbf",
		"\xf1\x80\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x80\x80\x80", "\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[] = {
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff\xbf",
		"\xfe\xbf",
		"\x80",
		"\xbf\xbf",
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		expect(good[i], strlen(good[i]), good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char want[32];
		struct text t = TEXT_OVER(want);

		for (const char *at = bad[i]; *at; at++)
			text_add(&t, "\\x%02x", (unsigned char)*at);
		expect(bad[i], strlen(bad[i]), want);
	}
}

Test(escape, a_character_that_breaks_off_is_shown_and_what_follows_is_not_lost)
{
	EXPECT("\xe2\x82!", "\\xe2\\x82!");
	EXPECT("\xe2\x82\n", "\\xe2\\x82\n");
	EXPECT("\xf0\x9f\x98", "\\xf0\\x9f\\x98");
	EXPECT("\xe2\xc3\xbc", "\\xe2\xc3\xbc");
	EXPECT("\xe2\x82\x1b[2J", "\\xe2\\x82\\x1b[2J");
	EXPECT("\xf0\x9f\xf0\x9f\x98\x80", "\\xf0\\x9f\xf0\x9f\x98\x80");
}

/* Any bytes, split in any way, give the same. */
Test(escape, splitting_changes_nothing)
{
	static const uint8_t telling[] = { 0x00, 0x1b, '\n', 'a',  0x7f, 0x80, 0x9b,
		                           0xa0, 0xbf, 0xc2, 0xc3, 0xe0, 0xe2, 0xed,
		                           0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff };

	srand(1);
	for (int round = 0; round < 20000; round++) {
		uint8_t in[IN_MAX];
		char whole[OUT_MAX], split[OUT_MAX];
		size_t n = (size_t)rand() % IN_MAX;
		uint64_t cuts = (uint64_t)rand() << 31 ^ (uint64_t)rand();

		for (size_t i = 0; i < n; i++)
			in[i] = telling[(size_t)rand() % sizeof telling];
		size_t len = escape_pieces(in, n, 0, whole);
		cr_assert_eq(escape_pieces(in, n, cuts, split), len);
		cr_assert_eq(memcmp(whole, split, len), 0, "round %d: '%s' and '%s'", round, whole,
		             split);
		for (size_t i = 0; i < len; i++)
			cr_assert((uint8_t)whole[i] >= 0x20 || whole[i] == '\n');
	}
}

/* The end of a stream never comes while a character waits. */
Test(escape, nothing_is_held_back_when_it_need_not_be)
{
	struct escape e = { .held_len = 0 };
	uint8_t out[64];

	cr_assert_eq(escape_stream(&e, (const uint8_t *)"a", 1, out), 1);
	cr_assert_eq(e.held_len, 0);
	cr_assert_eq(escape_stream(&e, (const uint8_t *)"\xe2\x82", 2, out), 0);
	cr_assert_eq(e.held_len, 2);
	cr_assert_eq(escape_stream(&e, (const uint8_t *)"\xac!", 2, out), 4);
	cr_assert_eq(e.held_len, 0);
}

Test(escape, names_and_messages_lose_newlines_too)
{
	char buf[128];
	struct text t = TEXT_OVER(buf);

	text_add_escaped(&t, "a\nb\tc\rd\x1b]0;x\x07 \xc2\x9b \xe2\x82\xac \xff");
	cr_assert_str_eq(buf, "a\\x0ab\\x09c\\x0dd\\x1b]0;x\\x07 \\xc2\\x9b \xe2\x82\xac \\xff");
}

Test(escape, a_name_that_ends_in_mid_character)
{
	char buf[32];
	struct text t = TEXT_OVER(buf);

	text_add_escaped(&t, "x\xe2\x82");
	cr_assert_str_eq(buf, "x\\xe2\\x82");
}
