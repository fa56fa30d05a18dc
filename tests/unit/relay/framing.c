/* relay/framing: what was framed is cut into the same datagrams again, however the bytes come. */
#include "relay/framing.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

enum { MOST = 200, LONGEST = 300, ROOM = MOST * (LONGEST + FRAMING_OVERHEAD) };

static unsigned below(unsigned limit)
{
	return (unsigned)random() % limit;
}

/* Lengths at both limits are as likely as those between. */
static size_t some_length(void)
{
	switch (below(4)) {
	case 0:
		return 0;
	case 1:
		return LONGEST;
	default:
		return below(LONGEST);
	}
}

struct sequence {
	uint8_t bytes[MOST][LONGEST];
	size_t len[MOST], count;
};

/* Random datagrams; a line has no newline in it. */
static void invent(struct sequence *s, enum framing framing)
{
	s->count = below(MOST + 1);
	for (size_t i = 0; i < s->count; i++) {
		s->len[i] = some_length();
		for (size_t k = 0; k < s->len[i]; k++) {
			s->bytes[i][k] = (uint8_t)random();
			if (framing == FRAMING_LINE && s->bytes[i][k] == '\n')
				s->bytes[i][k] = 0;
		}
	}
}

static size_t frame(const struct sequence *s, enum framing framing, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		n += framing_add_head(framing, s->len[i], out + n);
		memcpy(out + n, s->bytes[i], s->len[i]);
		n += s->len[i];
		n += framing_add_tail(framing, out + n);
	}
	return n;
}

/* Cut N bytes that come in random splits; each datagram is to be the next of S. */
static void cut_and_compare(const struct sequence *s, enum framing framing, const uint8_t *bytes,
                            size_t n)
{
	size_t begin = 0, end = 0, at = 0;
	struct framing_piece p;

	while (begin < n || end < n) {
		bool ended = end == n;
		enum framing_found found =
			framing_cut(framing, LONGEST, bytes + begin, end - begin, ended, &p);

		if (found == FRAMING_MORE) {
			cr_assert(!ended, "%zu bytes are left over", end - begin);
			end += 1 + below((unsigned)(n - end < 700 ? n - end : 700));
			continue;
		}
		cr_assert_eq(found, FRAMING_DATAGRAM);
		cr_assert(at < s->count, "more datagrams than there were");
		cr_assert_eq(p.len, s->len[at]);
		cr_assert_eq(memcmp(bytes + begin + p.skip, s->bytes[at], p.len), 0);
		begin += p.used;
		at++;
	}
	cr_assert_eq(at, s->count);
}

static void there_and_back(enum framing framing)
{
	static struct sequence s;
	static uint8_t framed[ROOM];

	for (unsigned seed = 1; seed <= 300; seed++) {
		srandom(seed);
		invent(&s, framing);
		cut_and_compare(&s, framing, framed, frame(&s, framing, framed));
	}
}

Test(framing, lengths_there_and_back_are_the_same)
{
	there_and_back(FRAMING_LEN);
}

Test(framing, lines_there_and_back_are_the_same)
{
	there_and_back(FRAMING_LINE);
}

struct cut_row {
	enum framing framing;
	const char *bytes;
	size_t n;
	bool ended;
	enum framing_found found;
	struct framing_piece piece;
};

/* At most 3 bytes a datagram. */
static const struct cut_row cut_rows[] = {
	{ FRAMING_CHUNK, "", 0, true, FRAMING_MORE, { 0 } },
	{ FRAMING_CHUNK, "ab", 2, false, FRAMING_DATAGRAM, { 0, 2, 2 } },
	{ FRAMING_CHUNK, "abcd", 4, false, FRAMING_DATAGRAM, { 0, 3, 3 } },
	{ FRAMING_CHUNK, "a\nb", 3, false, FRAMING_DATAGRAM, { 0, 3, 3 } },
	{ FRAMING_LINE, "", 0, true, FRAMING_MORE, { 0 } },
	{ FRAMING_LINE, "\n", 1, false, FRAMING_DATAGRAM, { 0, 0, 1 } },
	{ FRAMING_LINE, "abc", 3, false, FRAMING_MORE, { 0 } },
	{ FRAMING_LINE, "abc", 3, true, FRAMING_DATAGRAM, { 0, 3, 3 } },
	{ FRAMING_LINE, "abc\nd", 5, false, FRAMING_DATAGRAM, { 0, 3, 4 } },
	{ FRAMING_LINE, "abcd", 4, false, FRAMING_TOO_LONG, { 0, 4, 4 } },
	{ FRAMING_LINE, "abcd\n", 5, true, FRAMING_TOO_LONG, { 0, 4, 5 } },
	{ FRAMING_WHOLE_LINE, "\n", 1, false, FRAMING_DATAGRAM, { 0, 1, 1 } },
	{ FRAMING_WHOLE_LINE, "ab\nc", 4, false, FRAMING_DATAGRAM, { 0, 3, 3 } },
	{ FRAMING_WHOLE_LINE, "abc", 3, false, FRAMING_MORE, { 0 } },
	{ FRAMING_WHOLE_LINE, "abc", 3, true, FRAMING_DATAGRAM, { 0, 3, 3 } },
	{ FRAMING_WHOLE_LINE, "abc\n", 4, false, FRAMING_TOO_LONG, { 0, 4, 4 } },
	{ FRAMING_CHUNK_LINE, "", 0, true, FRAMING_MORE, { 0 } },
	{ FRAMING_CHUNK_LINE, "ab", 2, false, FRAMING_DATAGRAM, { 0, 2, 2 } },
	{ FRAMING_CHUNK_LINE, "a\nb", 3, false, FRAMING_DATAGRAM, { 0, 2, 2 } },
	{ FRAMING_CHUNK_LINE, "abcd\n", 5, false, FRAMING_DATAGRAM, { 0, 3, 3 } },
	{ FRAMING_LEN, "", 0, true, FRAMING_MORE, { 0 } },
	{ FRAMING_LEN, "\0\0\0", 3, false, FRAMING_MORE, { 0 } },
	{ FRAMING_LEN, "\0\0\0", 3, true, FRAMING_PARTIAL, { 0 } },
	{ FRAMING_LEN, "\0\0\0\0", 4, true, FRAMING_DATAGRAM, { 4, 0, 4 } },
	{ FRAMING_LEN, "\0\0\0\2a", 5, false, FRAMING_MORE, { 0 } },
	{ FRAMING_LEN, "\0\0\0\2a", 5, true, FRAMING_PARTIAL, { 0 } },
	{ FRAMING_LEN, "\0\0\0\3abcd", 8, false, FRAMING_DATAGRAM, { 4, 3, 7 } },
	{ FRAMING_LEN, "\0\0\0\4", 4, false, FRAMING_TOO_LONG, { 4, 4, 8 } },
	{ FRAMING_LEN,
	  "\xff\xff\xff\xff",
	  4,
	  false,
	  FRAMING_TOO_LONG,
	  { 4, 4294967295, 4294967299 } },
};

Test(framing, the_first_datagram_is_found)
{
	for (size_t i = 0; i < ARRAY_LEN(cut_rows); i++) {
		const struct cut_row *row = &cut_rows[i];
		struct framing_piece p = { 0 };

		cr_assert_eq(framing_cut(row->framing, 3, (const uint8_t *)row->bytes, row->n,
		                         row->ended, &p),
		             row->found, "row %zu", i);
		if (row->found != FRAMING_DATAGRAM && row->found != FRAMING_TOO_LONG)
			continue;
		cr_assert_eq(p.skip, row->piece.skip, "row %zu", i);
		cr_assert_eq(p.len, row->piece.len, "row %zu", i);
		cr_assert_eq(p.used, row->piece.used, "row %zu", i);
	}
}
