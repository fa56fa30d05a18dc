#include "base/num.h"

#include <criterion/criterion.h>
#include <inttypes.h>

struct duration_row {
	const char *text;
	enum num_result result;
	nsec_t value;
};

Test(num, durations)
{
	static const struct duration_row rows[] = {
		{ "0", NUM_OK, 0 },
		{ "1", NUM_OK, NSEC_PER_SEC },
		{ "007", NUM_OK, 7 * NSEC_PER_SEC },
		{ "0.5", NUM_OK, NSEC_PER_SEC / 2 },
		{ ".25s", NUM_OK, NSEC_PER_SEC / 4 },
		{ "1.000000001", NUM_OK, NSEC_PER_SEC + 1 },
		{ "1.0000000019", NUM_OK, NSEC_PER_SEC + 1 },
		{ "3us", NUM_OK, 3000 },
		{ "1.5us", NUM_OK, 1500 },
		{ "250ms", NUM_OK, 250 * NSEC_PER_MSEC },
		{ "8s", NUM_OK, 8 * NSEC_PER_SEC },
		{ "2m", NUM_OK, 120 * NSEC_PER_SEC },
		{ "1.5h", NUM_OK, 5400 * NSEC_PER_SEC },
		{ "0.1234h", NUM_OK, INT64_C(444240000000) },
		{ "9223372036", NUM_OK, INT64_C(9223372036000000000) },
		{ "9223372036.854775806", NUM_OK, NSEC_NEVER - 1 },
		{ "9223372036.854775807", NUM_RANGE, 0 },
		{ "9223372037", NUM_RANGE, 0 },
		{ "2562048h", NUM_RANGE, 0 },
		{ "18446744073709551616", NUM_RANGE, 0 },
		{ "99999999999999999999999999h", NUM_RANGE, 0 },
		{ "0.0000000001", NUM_RANGE, 0 },
		{ "0.0001us", NUM_RANGE, 0 },
		{ "0.0000000000", NUM_OK, 0 },
		{ "", NUM_EMPTY, 0 },
		{ ".", NUM_MALFORMED, 0 },
		{ "1.", NUM_MALFORMED, 0 },
		{ "1.s", NUM_MALFORMED, 0 },
		{ "s", NUM_MALFORMED, 0 },
		{ "ms", NUM_MALFORMED, 0 },
		{ "1.2.3", NUM_MALFORMED, 0 },
		{ "-1", NUM_MALFORMED, 0 },
		{ "+1", NUM_MALFORMED, 0 },
		{ " 1", NUM_MALFORMED, 0 },
		{ "1 ", NUM_MALFORMED, 0 },
		{ "1 s", NUM_MALFORMED, 0 },
		{ "0x10", NUM_MALFORMED, 0 },
		{ "1e3", NUM_MALFORMED, 0 },
		{ "inf", NUM_MALFORMED, 0 },
		{ "nan", NUM_MALFORMED, 0 },
		{ "1,5", NUM_MALFORMED, 0 },
		{ "1S", NUM_MALFORMED, 0 },
		{ "1d", NUM_MALFORMED, 0 },
		{ "1min", NUM_MALFORMED, 0 },
		{ "99999999999999999999x", NUM_MALFORMED, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		nsec_t value = -7;
		enum num_result result = num_parse_duration(rows[i].text, &value);

		cr_assert_eq(result, rows[i].result, "'%s' gives %u", rows[i].text, result);
		cr_assert_eq(value, result == NUM_OK ? rows[i].value : -7, "'%s' is %" PRId64,
		             rows[i].text, value);
	}
}

struct whole_row {
	const char *text;
	enum num_result result;
	uint64_t value;
};

/* All parsers of whole numbers refuse the same things. */
static const char *const not_whole[] = { "-1",  "+1",  " 1", "1 ",  "0x1", "1e3",
	                                 "1.0", "abc", "1,", "0b1", "\t1", "\xd9\xa1" };

Test(num, uints)
{
	static const struct whole_row rows[] = {
		{ "5", NUM_OK, 5 },
		{ "10", NUM_OK, 10 },
		{ "0005", NUM_OK, 5 },
		{ "4", NUM_RANGE, 0 },
		{ "11", NUM_RANGE, 0 },
		{ "", NUM_EMPTY, 0 },
		{ "18446744073709551621", NUM_RANGE, 0 },  /* 2^64 + 5 */
		{ "184467440737095516167", NUM_RANGE, 0 }, /* 10 * 2^64 + 7 */
	};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		value = 99;
		cr_assert_eq(num_parse_uint(rows[i].text, 5, 10, &value), rows[i].result, "'%s'",
		             rows[i].text);
		cr_assert_eq(value, rows[i].result == NUM_OK ? rows[i].value : 99);
	}
	for (size_t i = 0; i < ARRAY_LEN(not_whole); i++)
		cr_assert_eq(num_parse_uint(not_whole[i], 0, UINT64_MAX, &value), NUM_MALFORMED,
		             "'%s'", not_whole[i]);
	cr_assert_eq(num_parse_uint("18446744073709551615", 0, UINT64_MAX, &value), NUM_OK);
	cr_assert_eq(value, UINT64_MAX);
}

Test(num, ports)
{
	uint16_t port = 9;

	cr_assert_eq(num_parse_port("0", &port), NUM_OK);
	cr_assert_eq(port, 0);
	cr_assert_eq(num_parse_port("65535", &port), NUM_OK);
	cr_assert_eq(port, 65535);
	cr_assert_eq(num_parse_port("65536", &port), NUM_RANGE);
	cr_assert_eq(num_parse_port("http", &port), NUM_MALFORMED);
	cr_assert_eq(num_parse_port("", &port), NUM_EMPTY);
	cr_assert_eq(port, 65535);
	for (size_t i = 0; i < ARRAY_LEN(not_whole); i++)
		cr_assert_eq(num_parse_port(not_whole[i], &port), NUM_MALFORMED);
}

Test(num, sizes)
{
	static const struct whole_row rows[] = {
		{ "0", NUM_OK, 0 },
		{ "512", NUM_OK, 512 },
		{ "1K", NUM_OK, 1024 },
		{ "3M", NUM_OK, 3 << 20 },
		{ "2G", NUM_OK, UINT64_C(2) << 30 },
		{ "1KiB", NUM_OK, 1024 },
		{ "1MiB", NUM_OK, 1 << 20 },
		{ "1GiB", NUM_OK, 1 << 30 },
		{ "1kB", NUM_OK, 1000 },
		{ "1MB", NUM_OK, 1000000 },
		{ "1GB", NUM_OK, 1000000000 },
		{ "17179869183G", NUM_OK, UINT64_C(17179869183) << 30 },
		{ "17179869184G", NUM_RANGE, 0 },
		{ "18446744073709551616", NUM_RANGE, 0 },
		{ "", NUM_EMPTY, 0 },
		{ "K", NUM_MALFORMED, 0 },
		{ "1k", NUM_MALFORMED, 0 },
		{ "1KB", NUM_MALFORMED, 0 },
		{ "1kiB", NUM_MALFORMED, 0 },
		{ "1B", NUM_MALFORMED, 0 },
		{ "1 K", NUM_MALFORMED, 0 },
		{ "1.5M", NUM_MALFORMED, 0 },
		{ "1T", NUM_MALFORMED, 0 },
	};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		value = 99;
		cr_assert_eq(num_parse_size(rows[i].text, &value), rows[i].result, "'%s'",
		             rows[i].text);
		cr_assert_eq(value, rows[i].result == NUM_OK ? rows[i].value : 99, "'%s'",
		             rows[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(not_whole); i++)
		cr_assert_eq(num_parse_size(not_whole[i], &value), NUM_MALFORMED);
}

Test(num, modes)
{
	static const struct whole_row rows[] = {
		{ "600", NUM_OK, 0600 },
		{ "0660", NUM_OK, 0660 },
		{ "0", NUM_OK, 0 },
		{ "7777", NUM_OK, 07777 },
		{ "10000", NUM_RANGE, 0 },
		{ "8", NUM_MALFORMED, 0 },
		{ "698", NUM_MALFORMED, 0 },
		{ "", NUM_EMPTY, 0 },
		{ "0o600", NUM_MALFORMED, 0 },
		{ "u=rw", NUM_MALFORMED, 0 },
		{ "7777777777777777777777777", NUM_RANGE, 0 },
	};
	unsigned mode;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		mode = 99;
		cr_assert_eq(num_parse_mode(rows[i].text, &mode), rows[i].result, "'%s'",
		             rows[i].text);
		cr_assert_eq(mode, rows[i].result == NUM_OK ? rows[i].value : 99);
	}
	for (size_t i = 0; i < ARRAY_LEN(not_whole); i++)
		cr_assert_eq(num_parse_mode(not_whole[i], &mode), NUM_MALFORMED);
}

Test(num, digits_of_a_base)
{
	static const struct {
		const char *text;
		unsigned base;
		enum num_result result;
		uint64_t value;
	} rows[] = {
		{ "0", 2, NUM_OK, 0 },
		{ "1101", 2, NUM_OK, 13 },
		{ "17", 8, NUM_OK, 15 },
		{ "019", 10, NUM_OK, 19 },
		{ "dEadBeeF", 16, NUM_OK, 0xdeadbeef },
		{ "ffffffffffffffff", 16, NUM_OK, UINT64_MAX },
		{ "10000000000000000", 16, NUM_RANGE, 0 },
		{ "2", 2, NUM_MALFORMED, 0 },
		{ "8", 8, NUM_MALFORMED, 0 },
		{ "a", 10, NUM_MALFORMED, 0 },
		{ "g", 16, NUM_MALFORMED, 0 },
		{ "@", 16, NUM_MALFORMED, 0 },
		{ "`", 16, NUM_MALFORMED, 0 },
		{ "G", 16, NUM_MALFORMED, 0 },
		{ "0x1", 16, NUM_MALFORMED, 0 },
		{ "-1", 16, NUM_MALFORMED, 0 },
		{ "", 16, NUM_EMPTY, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t value = 7;

		cr_assert_eq(num_parse_digits(rows[i].text, rows[i].base, &value), rows[i].result,
		             "'%s'", rows[i].text);
		cr_assert_eq(value, rows[i].result == NUM_OK ? rows[i].value : 7, "'%s'",
		             rows[i].text);
	}
}
