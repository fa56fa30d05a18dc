/* net/quantity: every way to write a value, and every way to get it wrong. */
#include "net/quantity.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/data.h"
#include "sys/order.h"

static struct err err;

static int parse(const char *text, bool bytes, unsigned width, struct quantity *q)
{
	struct quantity_rules rules = { .bytes = bytes, .width = width };

	memset(&err, 0, sizeof err);
	return quantity_parse(text, &rules, q, &err);
}

struct good_row {
	const char *text;
	const char *form;
	uint64_t value;
	unsigned width;
	bool bytes;          /* with --bytes */
	unsigned with_width; /* and --width */
};

static const struct good_row good[] = {
	{ "0", "decimal", 0, 16 },
	{ "1", "decimal", 1, 16 },
	{ "53324", "decimal", 0xd04c, 16 },
	{ "65535", "decimal", 0xffff, 16 },
	{ "65536", "decimal", 0x10000, 32 },
	{ "4294967295", "decimal", UINT32_MAX, 32 },
	{ "4294967296", "decimal", UINT64_C(1) << 32, 64 },
	{ "18446744073709551615", "decimal", UINT64_MAX, 64 },
	{ "0xD04C", "hexadecimal", 0xd04c, 16 },
	{ "0XaBcD", "hexadecimal", 0xabcd, 16 },
	{ "0x0000000000000000001", "hexadecimal", 1, 16 },
	{ "0x8002C2F2", "hexadecimal", 0x8002c2f2, 32 },
	{ "0xffffffffffffffff", "hexadecimal", UINT64_MAX, 64 },
	{ "0b0", "binary", 0, 16 },
	{ "0b1101000001001100", "binary", 0xd04c, 16 },
	{ "0b11111111111111111", "binary", 0x1ffff, 32 },
	{ "0o17", "octal", 15, 16 },
	{ "0o150114", "octal", 0xd04c, 16 },
	{ "'A'", "character", 'A', 16 },
	{ "'''", "character", '\'', 16 },
	{ "' '", "character", ' ', 16 },
	{ "128.2.194.242", "IPv4 address", 0x8002c2f2, 32 },
	{ "0.0.0.0", "IPv4 address", 0, 32 },
	{ "255.255.255.255", "IPv4 address", UINT32_MAX, 32 },
	{ "242.194.2.128.in-addr.arpa", "reverse name", 0x8002c2f2, 32 },
	{ "242.194.2.128.IN-ADDR.Arpa.", "reverse name", 0x8002c2f2, 32 },
	{ "d0", "bytes", 0xd0, 16 },
	{ "d0:4c", "bytes", 0xd04c, 16 },
	{ "00:00", "bytes", 0, 16 },
	{ "00:00:01", "bytes", 1, 32 },
	{ "80:02:c2:f2", "bytes", 0x8002c2f2, 32 },
	{ "00:11:22:33:44:55", "bytes", 0x1122334455, 64 },
	{ "00:11:22:33:44:55:66", "bytes", 0x112233445566, 64 },
	{ "00:11:22:33:44:55:66:77", "bytes", 0x11223344556677, 64, true },
	{ "50", "bytes", 0x50, 16, true },
	{ "08", "bytes", 8, 16, true },
	{ "1", "decimal", 1, 64, false, 64 },
	{ "65535", "decimal", 65535, 16, false, 16 },
	{ "0x8002c2f2", "hexadecimal", 0x8002c2f2, 32, false, 32 },
	{ "127.0.0.1", "IPv4 address", 0x7f000001, 64, false, 64 },
	{ "d0:4c", "bytes", 0xd04c, 32, true, 32 },
};

Test(quantity, good)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const struct good_row *row = &good[i];
		struct quantity q;
		uint64_t in_order = 0;

		cr_assert_eq(parse(row->text, row->bytes, row->with_width, &q), 0, "%s: %s",
		             row->text, err.detail);
		cr_assert_str_eq(q.form, row->form, "%s", row->text);
		cr_assert_eq(q.value, row->value, "%s: %" PRIx64, row->text, q.value);
		cr_assert_eq(q.width, row->width, "%s: %u", row->text, q.width);
		for (size_t b = 0; b < q.width / 8; b++)
			in_order = in_order << 8 | q.bytes[b];
		cr_assert_eq(in_order, row->value, "%s: %" PRIx64, row->text, in_order);
	}
}

struct bad_row {
	const char *text;
	const char *says;
	bool bytes;
	unsigned width;
};

static const struct bad_row bad[] = {
	{ "", "empty" },
	{ "18446744073709551616", "not fit into 64 bits" },
	{ "99999999999999999999999999", "not fit into 64 bits" },
	{ "0x10000000000000000", "not fit into 64 bits" },
	{ "-1", "no sign" },
	{ "+1", "no sign" },
	{ "0x", "no digits" },
	{ "0b", "no digits" },
	{ "0o", "no digits" },
	{ "0xg", "0 to 9 and a to f" },
	{ "0x-1", "0 to 9 and a to f" },
	{ "0x 1", "0 to 9 and a to f" },
	{ "0xd04c ", "0 to 9 and a to f" },
	{ "0b2", "0 and 1" },
	{ "0o8", "0 to 7" },
	{ "08", "ambiguous; write 8" },
	{ "017", "ambiguous; write 0o17, or 17" },
	{ "010", "ambiguous" },
	{ "00", "ambiguous" },
	{ "1.2.3", "four numbers" },
	{ "1.2.3.4.5", "four numbers" },
	{ "1.2.3.256", "four numbers" },
	{ "1.2.3.04", "leading zeros" },
	{ "1.2.3.4 ", "four numbers" },
	{ "1.5", "four numbers" },
	{ "::1::", "neither an IPv6" },
	{ ":::", "neither an IPv6" },
	{ "1:2:3:4:5:6:7", "neither an IPv6" },
	{ "00:11:22:33:44:55:66:77:88", "neither an IPv6" },
	{ "fe80::1%lo", "neither an IPv6" },
	{ "d0:4", "two hex digits" },
	{ "d0:", "two hex digits" },
	{ "d0:4c:", "two hex digits" },
	{ "d0:4g", "two hex digits" },
	{ "'", "single quotes" },
	{ "''", "single quotes" },
	{ "'ab", "single quotes" },
	{ "'ab'", "one ASCII" },
	{ "'\xc3\xa9'", "one ASCII" },
	{ "'\xe9'", "one ASCII" },
	{ "d04c", "neither a number" },
	{ "1e5", "neither a number" },
	{ "1_000", "neither a number" },
	{ "1,000", "neither a number" },
	{ " 1", "neither a number" },
	{ "1 ", "neither a number" },
	{ "zz", "neither a number" },
	{ "\xc3\xa9", "neither a number" },
	{ ".in-addr.arpa", "in front of in-addr.arpa" },
	{ "1.2.3.in-addr.arpa", "in front of in-addr.arpa" },
	{ "1.2.3.4.5.in-addr.arpa", "in front of in-addr.arpa" },
	{ "1.2.3.400.in-addr.arpa", "in front of in-addr.arpa" },
	{ "111.111.111.1111.in-addr.arpa", "in front of in-addr.arpa" },
	{ "1.0.ip6.arpa", "in front of ip6.arpa" },
	{ "d0:4", "two hex digits", true },
	{ "4", "two hex digits", true },
	{ "1.2.3.4", "two hex digits", true },
	{ "::1", "two hex digits", true },
	{ "00:11:22:33:44:55:66:77:88", "at most 8", true },
	{ "65536", "needs 32", false, 16 },
	{ "4294967296", "needs 64", false, 32 },
	{ "0.0.0.1", "needs 32", false, 16 },
	{ "00:00:00", "needs 32", true, 16 },
	{ "::1", "--width", false, 64 },
};

Test(quantity, bad)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct bad_row *row = &bad[i];
		struct quantity q = { .width = 7 };

		cr_assert_eq(parse(row->text, row->bytes, row->width, &q), -1, "'%s'", row->text);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert_not_null(strstr(err.detail, row->says), "'%s': %s", row->text,
		                   err.detail);
		cr_assert_eq(q.width, 7, "'%s' wrote its output", row->text);
	}
}

Test(quantity, hints)
{
	struct quantity q;

	cr_assert_eq(parse("d04c", false, 0, &q), -1);
	cr_assert_not_null(strstr(err.hint, "0x"));
	cr_assert_eq(parse("fe80::1%eth0", false, 0, &q), -1);
	cr_assert_not_null(strstr(err.hint, "%eth0"));
	cr_assert_eq(parse("0100007F:1F90", false, 0, &q), -1);
	cr_assert_not_null(strstr(err.hint, "--proc-net"));
	cr_assert_eq(parse("A", false, 0, &q), -1);
	cr_assert_str_eq(err.hint, "a character keeps its quotes: \"'A'\"");
}

Test(quantity, of_ipv6)
{
	static const char *const texts[] = {
		"::",
		"::1",
		"2001:db8::8",
		"ff:ff:ff:ff:ff:ff:ff:ff",
		"00:11:22:33:44:55:66:77",
		"::ffff:192.0.2.1",
		"ABCD:EF01:2345:6789:abcd:ef01:2345:6789",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		uint8_t wanted[16];
		struct quantity q;
		char reverse[80];
		int len = 0;

		cr_assert_eq(inet_pton(AF_INET6, texts[i], wanted), 1);
		cr_assert_eq(parse(texts[i], false, 0, &q), 0, "%s: %s", texts[i], err.detail);
		cr_assert_eq(q.width, 128);
		cr_assert(q.is_bytes);
		cr_assert_eq(memcmp(q.bytes, wanted, 16), 0, "%s", texts[i]);
		for (int b = 15; b >= 0; b--)
			len += snprintf(reverse + len, sizeof reverse - (size_t)len, "%x.%x.",
			                wanted[b] & 15u, wanted[b] >> 4u);
		snprintf(reverse + len, sizeof reverse - (size_t)len, "ip6.arpa");
		cr_assert_eq(parse(reverse, false, 0, &q), 0, "%s: %s", reverse, err.detail);
		cr_assert_eq(memcmp(q.bytes, wanted, 16), 0, "%s", reverse);
		reverse[1] = '-';
		cr_assert_eq(parse(reverse, false, 0, &q), -1, "%s", reverse);
	}
}

/* VALUE as it lies in memory, and what the C library makes of it. */
static void library_bytes(uint64_t value, unsigned width, uint8_t *host, uint8_t *network)
{
	const uint16_t narrow[2] = { (uint16_t)value, htons((uint16_t)value) };
	const uint32_t middle[2] = { (uint32_t)value, htonl((uint32_t)value) };
	const uint64_t wide[2] = { value, htobe64(value) };
	const void *both = width == 16   ? (const void *)narrow
	                   : width == 32 ? (const void *)middle
	                                 : wide;

	memcpy(host, both, width / 8);
	memcpy(network, (const uint8_t *)both + width / 8, width / 8);
}

/* Both ways. FOUND is what a program sees that reads the network's bytes as a number. */
static void check_bytes(uint64_t value, const struct quantity *q)
{
	uint8_t network[8], host[8], mine[QUANTITY_BYTES_MAX];
	uint64_t found = sys_order(sys_order_op(q->width, false), value);
	struct quantity_rules rules = { .width = q->width };
	struct quantity back;
	char text[32];

	library_bytes(value, q->width, host, network);
	quantity_host_bytes(q, mine);
	cr_assert_eq(memcmp(q->bytes, network, q->width / 8), 0, "%" PRIx64, value);
	cr_assert_eq(memcmp(mine, host, q->width / 8), 0, "%" PRIx64, value);
	cr_assert_eq(quantity_in_network_field(q), found, "%" PRIx64, value);
	snprintf(text, sizeof text, "%" PRIu64, found);
	cr_assert_eq(quantity_parse(text, &rules, &back, &err), 0);
	quantity_take_from_network(&back);
	cr_assert_eq(back.value, value, "%s", text);
	cr_assert_eq(memcmp(back.bytes, network, q->width / 8), 0, "%s", text);
	cr_assert_eq(sys_order(sys_order_op(q->width, true), found), value);
}

static void check_value(uint64_t value, unsigned width)
{
	unsigned fits = value > UINT32_MAX ? 64 : value > UINT16_MAX ? 32 : 16;
	char texts[3][32];
	struct quantity q;

	snprintf(texts[0], sizeof texts[0], "%" PRIu64, value);
	snprintf(texts[1], sizeof texts[1], "0x%" PRIX64, value);
	snprintf(texts[2], sizeof texts[2], "0o%" PRIo64, value);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		int result = parse(texts[i], false, width, &q);

		cr_assert_eq(result, width && fits > width ? -1 : 0, "%s in %u: %s", texts[i],
		             width, err.detail);
		if (result)
			continue;
		cr_assert_eq(q.width, width ? width : fits, "%s", texts[i]);
		cr_assert_eq(q.value, value, "%s", texts[i]);
		check_bytes(value, &q);
	}
}

Test(quantity, values_and_borders_are_those_of_the_library)
{
	static const unsigned widths[] = { 0, 16, 32, 64 };
	uint64_t state = 42;

	for (unsigned bits = 0; bits <= 64; bits++)
		for (int off = -2; off <= 2; off++)
			for (size_t w = 0; w < ARRAY_LEN(widths); w++)
				check_value((bits < 64 ? UINT64_C(1) << bits : 0) +
				                    (uint64_t)(int64_t)off,
				            widths[w]);
	for (unsigned i = 0; i < 100000; i++)
		check_value(data_random(&state) >> data_random(&state) % 64, widths[i % 4]);
}

Test(quantity, of_raw_bytes)
{
	static const uint8_t bytes[17] = { 0xd0, 0x4c, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct quantity q;

	cr_assert_eq(quantity_from_bytes(bytes, 2, 0, &q, &err), 0);
	cr_assert_eq(q.value, 0xd04c);
	cr_assert_eq(q.width, 16);
	cr_assert_eq(quantity_from_bytes(bytes, 1, 0, &q, &err), 0);
	cr_assert_eq(q.width, 16);
	cr_assert_eq(quantity_from_bytes(bytes, 3, 0, &q, &err), 0);
	cr_assert_eq(q.width, 32);
	cr_assert_eq(quantity_from_bytes(bytes, 8, 0, &q, &err), 0);
	cr_assert_eq(q.value, UINT64_C(0xd04c010203040506));
	cr_assert_eq(quantity_from_bytes(bytes, 16, 0, &q, &err), 0);
	cr_assert_eq(q.width, 128);
	cr_assert_eq(quantity_from_bytes(bytes, 0, 0, &q, &err), -1);
	cr_assert_eq(quantity_from_bytes(bytes, 9, 0, &q, &err), -1);
	cr_assert_eq(quantity_from_bytes(bytes, 17, 0, &q, &err), -1);
	cr_assert_eq(quantity_from_bytes(bytes, 16, 32, &q, &err), -1);
}
