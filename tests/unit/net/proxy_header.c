/* net/proxy_header: the bytes of haproxy's proxy-protocol.txt. */
#include "net/proxy_header.h"

#include <criterion/criterion.h>
#include <string.h>

static struct addr address(const char *text, uint16_t port)
{
	struct addr a;

	cr_assert(addr_of_text(&a, text), "%s", text);
	addr_set_port(&a, port);
	return a;
}

static struct addr path(void)
{
	struct addr a;
	struct err err;

	cr_assert_eq(addr_local(&a, "/run/x", false, &err), 0);
	return a;
}

static void expect_bytes(enum proxy_version version, const struct addr *client,
                         const struct addr *local, const void *wanted, size_t n)
{
	uint8_t room[PROXY_HEADER_LINE];

	cr_assert_eq(proxy_header_write(version, client, local, room), n);
	cr_assert_eq(memcmp(room, wanted, n), 0);
}

Test(proxy_header, writes_lines)
{
	static const struct {
		const char *from, *to, *line;
	} rows[] = {
		{ "192.0.2.1", "198.51.100.7", "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n" },
		{ "2001:db8::1", "2001:db8::2",
		  "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n" },
		{ "::ffff:192.0.2.1", "198.51.100.7",
		  "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n" },
		{ "192.0.2.1", "2001:db8::2", "PROXY UNKNOWN\r\n" },
	};
	struct addr unix_path = path();

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct addr from = address(rows[i].from, 56324), to = address(rows[i].to, 443);

		expect_bytes(PROXY_V1, &from, &to, rows[i].line, strlen(rows[i].line));
	}
	expect_bytes(PROXY_V1, &unix_path, &unix_path, "PROXY UNKNOWN\r\n", 15);
}

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

Test(proxy_header, writes_binary)
{
	static const char v4[] =
		SIGNATURE "\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x07\xdc\x04\x01\xbb";
	static const char v6[] =
		SIGNATURE "\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
			  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\xdc\x04\x01\xbb";
	static const char local[] = SIGNATURE "\x20\0\0\0";
	struct addr from = address("192.0.2.1", 56324), to = address("198.51.100.7", 443);
	struct addr from6 = address("2001:db8::1", 56324), to6 = address("2001:db8::2", 443);
	struct addr unix_path = path();

	expect_bytes(PROXY_V2, &from, &to, v4, sizeof v4 - 1);
	expect_bytes(PROXY_V2, &from6, &to6, v6, sizeof v6 - 1);
	expect_bytes(PROXY_V2, &unix_path, &unix_path, local, sizeof local - 1);
}

/* What was written is read back, however little of it is there at first. */
Test(proxy_header, reads_what_it_writes)
{
	static const char *const hosts[][2] = { { "192.0.2.1", "198.51.100.7" },
		                                { "2001:db8::1", "2001:db8::2" } };

	for (enum proxy_version version = PROXY_V1; version <= PROXY_V2; version++) {
		for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
			struct addr from = address(hosts[i][0], 56324);
			struct addr to = address(hosts[i][1], 443);
			uint8_t bytes[PROXY_HEADER_LINE + 9];
			size_t n = proxy_header_write(version, &from, &to, bytes);
			struct proxy_header h = { 0 };

			memcpy(bytes + n, "payload\r\n", 9);
			for (size_t few = 0; few < n; few++)
				cr_assert_eq(proxy_header_read(bytes, few, &h), 0, "%zu", few);
			cr_assert_eq(proxy_header_read(bytes, n + 9, &h), (int)n);
			cr_assert(h.known);
			cr_assert_eq(memcmp(&h.client.at, &from.at, from.len), 0);
			cr_assert_eq(memcmp(&h.local.at, &to.at, to.len), 0);
		}
	}
}

Test(proxy_header, reads_those_that_say_nothing)
{
	static const char *const lines[] = { "PROXY UNKNOWN\r\n",
		                             "PROXY UNKNOWN ffff:f::1 ffff::2 65535 65535\r\n" };
	static const struct {
		const char *bytes;
		int size;
	} binary[] = {
		{ SIGNATURE "\x20\0\0\x03zzz", 19 }, /* LOCAL */
		{ SIGNATURE "\x20\xff\0\0", 16 },    /* where the family is ignored */
		{ SIGNATURE "\x21\0\0\0", 16 },
		{ SIGNATURE "\x21\0\0\x03zzz", 19 },
		{ SIGNATURE "\x21\x31\0\x01z", 17 }, /* Unix */
		/* UDP */
		{ SIGNATURE "\x21\x12\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x07\xdc\x04\x01\xbb", 28 },
	};
	struct proxy_header h = { .known = true };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		h.known = true;
		cr_assert_eq(proxy_header_read((const uint8_t *)lines[i], strlen(lines[i]), &h),
		             (int)strlen(lines[i]));
		cr_assert_not(h.known);
	}
	for (size_t i = 0; i < ARRAY_LEN(binary); i++) {
		h.known = true;
		for (int few = 0; few < binary[i].size; few++)
			cr_assert_eq(proxy_header_read((const uint8_t *)binary[i].bytes,
			                               (size_t)few, &h),
			             0);
		cr_assert_eq(proxy_header_read((const uint8_t *)binary[i].bytes,
		                               (size_t)binary[i].size, &h),
		             binary[i].size, "%zu", i);
		cr_assert_not(h.known);
	}
}

/* Behind the addresses may stand what nobody here knows. */
Test(proxy_header, skips_the_rest_of_a_binary_one)
{
	static const char tlv[] = SIGNATURE
		"\x21\x11\0\x10\xc0\0\x02\x01\xc6\x33\x64\x07\xdc\x04\x01\xbb\xee\0\x01zGET";
	struct proxy_header h;

	cr_assert_eq(proxy_header_read((const uint8_t *)tlv, sizeof tlv - 1, &h), 32);
	cr_assert(h.known);
}

Test(proxy_header, refuses_what_is_none)
{
	static const char *const lines[] = {
		"GET / HTTP/1.1\r\n",
		"proxy TCP4 192.0.2.1 198.51.100.7 1 2\r\n",
		"PROXY \r\n",
		"PROXY TCP4\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.7 1 2 3\r\n",
		"PROXY TCP4  192.0.2.1 198.51.100.7 1 2\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.7 1 65536\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.7 -1 2\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n",
		"PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
		"PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n",
		"PROXY TCP4 localhost 198.51.100.7 1 2\r\n",
		"PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n",
		"PROXY UNKNOWNS\r\n",
		("PROXY UNKNOWN 12345678901234567890123456789012345678901234567890123456789012345678901234567890"
		 "12345678901234567890\r\n"),
	};
	static const char *const binary[] = {
		SIGNATURE "\x11\x11\0\x0c............", /* version 1 of version 2 */
		SIGNATURE "\x22\x11\0\x0c............", /* no such command */
		SIGNATURE "\x21\x11\0\x0b...........",  /* too short for its addresses */
		SIGNATURE "\x21\x21\0\x0c............",
		SIGNATURE "\x21\x11\xff\xff............", /* far too long */
		SIGNATURE "\x21\x41\0\x0c............",   /* no such family */
		SIGNATURE "\x21\x13\0\x0c............",   /* nothing goes like that over IPv4 */
	};
	struct proxy_header h;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		cr_assert_eq(proxy_header_read((const uint8_t *)lines[i], strlen(lines[i]), &h), -1,
		             "%s", lines[i]);
	for (size_t i = 0; i < ARRAY_LEN(binary); i++)
		cr_assert_eq(proxy_header_read((const uint8_t *)binary[i], 28, &h), -1, "%zu", i);
}
