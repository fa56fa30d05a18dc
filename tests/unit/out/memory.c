/* out/memory: the picture, in text alone. */
#include "out/memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/out/written.h"

static const char *drawn(bool json, size_t first, size_t n, const struct memory_row *rows,
                         size_t count)
{
	struct answer *a = written_begin(json);

	memory_draw(a, first, n, rows, count);
	return written_end(a);
}

static const uint8_t bytes[] = { 0x4c, 0xd0, 0, 0xff, 1, 2, 3, 4 };

Test(memory, boxes_stand_under_their_addresses)
{
	const struct memory_row rows[] = { { "host", "little-endian", bytes },
		                           { "network", NULL, bytes + 1 } };

	cr_assert_str_eq(drawn(false, 0, 2, rows, 2), "address       +0   +1\n"
	                                              "            +----+----+\n"
	                                              "host        | 4c | d0 |  little-endian\n"
	                                              "            +----+----+\n"
	                                              "network     | d0 | 00 |\n"
	                                              "            +----+----+\n");
	cr_assert_str_eq(drawn(true, 0, 2, rows, 2), "");
}

Test(memory, eight_bytes_with_two_digit_addresses_fit_80_columns)
{
	const struct memory_row row = { "both orders", "12345678901234567890", bytes };
	const char *text = drawn(false, 8, 8, &row, 1);

	cr_assert_not_null(strstr(text, "  +8   +9   +10  +11  +12  +13  +14  +15\n"), "%s", text);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		cr_assert_leq(strcspn(line, "\n"), 80, "%s", line);
}
