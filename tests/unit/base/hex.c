#include "base/hex.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/attr.h"

struct hex_row {
	const char *text;
	char separator;
	enum num_result result;
	size_t n;
	uint8_t bytes[4];
};

static const struct hex_row rows[] = {
	{ "d0", ':', NUM_OK, 1, { 0xd0 } },
	{ "d0:4C", ':', NUM_OK, 2, { 0xd0, 0x4c } },
	{ "00:ff:Aa:09", ':', NUM_OK, 4, { 0, 0xff, 0xaa, 9 } },
	{ "d0 4c", ' ', NUM_OK, 2, { 0xd0, 0x4c } },
	{ "d04c", '\0', NUM_OK, 2, { 0xd0, 0x4c } },
	{ "", ':', NUM_EMPTY, 0, { 0 } },
	{ "0001020304", '\0', NUM_RANGE, 5, { 0, 1, 2, 3 } },
	{ "00:01:02:03:04", ':', NUM_RANGE, 5, { 0, 1, 2, 3 } },
	{ "00:01:02:03:0g", ':', NUM_MALFORMED, 0, { 0 } },
	{ "d", ':', NUM_MALFORMED, 0, { 0 } },
	{ "d0:", ':', NUM_MALFORMED, 0, { 0 } },
	{ ":d0", ':', NUM_MALFORMED, 0, { 0 } },
	{ "d0:4", ':', NUM_MALFORMED, 0, { 0 } },
	{ "d0::4c", ':', NUM_MALFORMED, 0, { 0 } },
	{ "d0 4c", ':', NUM_MALFORMED, 0, { 0 } },
	{ "d0:4c", '\0', NUM_MALFORMED, 0, { 0 } },
	{ "d04", '\0', NUM_MALFORMED, 0, { 0 } },
	{ "+1", ':', NUM_MALFORMED, 0, { 0 } },
	{ "0x", ':', NUM_MALFORMED, 0, { 0 } },
	{ " 1", ':', NUM_MALFORMED, 0, { 0 } },
};

Test(hex, parse)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct hex_row *row = &rows[i];
		uint8_t bytes[4] = { 0 };
		size_t n = 99;

		cr_assert_eq(hex_parse(row->text, row->separator, bytes, sizeof bytes, &n),
		             row->result, "'%s'", row->text);
		if (row->result == NUM_OK || row->result == NUM_RANGE) {
			cr_assert_eq(n, row->n, "'%s': %zu", row->text, n);
			cr_assert_eq(memcmp(bytes, row->bytes, sizeof bytes), 0, "'%s'", row->text);
		}
	}
}

Test(hex, text)
{
	static const uint8_t bytes[] = { 0xd0, 0x4c, 0 };
	char buf[16];
	struct text t = TEXT_OVER(buf);

	text_add_hex(&t, bytes, 0);
	cr_assert_str_eq(buf, "");
	text_add_hex(&t, bytes, sizeof bytes);
	cr_assert_str_eq(buf, "d0 4c 00");
}
