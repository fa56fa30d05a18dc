/* sockit byteorder with operands: what it says, what it refuses, and where it says it. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

/* Status 0, nothing on stderr, and no line of more than 80 columns. */
static struct child answers(const char *const *words)
{
	struct child child = child_run(&(struct plan){ .args = WORDS("byteorder"), .more = words });

	child_expect(&child, 0);
	if (*child_err(&child))
		child_blame(&child, "something on stderr");
	for (const char *at = child_out(&child); *at && *at != '{'; at = strchr(at, '\n') + 1)
		if (strcspn(at, "\n") > 80)
			child_blame(&child, "wider than 80 columns: %.100s", at);
	return child;
}

/* Line NUMBER, from 1 on, as a string. */
static const char *line_of(const struct child *child, int number)
{
	static char line[256];
	const char *at = child_out(child);

	for (; number > 1 && strchr(at, '\n'); number--)
		at = strchr(at, '\n') + 1;
	snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

Test(byteorder, the_example_of_the_lecture)
{
	struct child child = answers(WORDS("0xD04C"));

	cr_assert_str_eq(line_of(&child, 1),
	                 little ? "host order        4c d0" : "host order        d0 4c");
	cr_assert_str_eq(line_of(&child, 2), "network order     d0 4c");
	cr_assert_str_eq(line_of(&child, 3), little ? "htons gives       0x4cd0 = 19664"
	                                            : "htons gives       0xd04c = 53324");
	cr_assert_str_eq(line_of(&child, 4), "decimal           53324");
	cr_assert_str_eq(line_of(&child, 5), "hex               0xd04c");
	cr_assert_str_eq(line_of(&child, 6), "width             16 bits");
	child_says(&child, little ? "this machine      little-endian" : "big-endian");
	child_says(&child, little ? "host        | 4c | d0 |  little-endian\n" : "host");
	child_says(&child, "network     | d0 | 4c |  big-endian\n");
}

Test(byteorder, dotted_decimal_of_a_number)
{
	struct child child = answers(WORDS("0x8002C2F2"));

	child_says(&child, "address           128.2.194.242\n");
	child_says(&child, "reverse name      242.194.2.128.in-addr.arpa\n");
	child_says(&child, "htonl gives");
	child = answers(WORDS("128.2.194.242"));
	child_says(&child, "decimal           2147664626\n");
	child_says(&child, "hex               0x8002c2f2\n");
	child = answers(WORDS("242.194.2.128.in-addr.arpa"));
	child_says(&child, "address           128.2.194.242\n");
}

/* What `--json` gives of one value. */
static json_t *object_of(const char *const *words)
{
	struct child child =
		child_run(&(struct plan){ .args = WORDS("byteorder", "--json"), .more = words });
	json_t *objects;

	child_expect(&child, 0);
	objects = events_parse(child_out(&child));
	cr_assert_eq(json_array_size(objects), 1);
	return json_array_get(objects, 0);
}

static const char *field(json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	cr_assert_not_null(value, "no string %s", key);
	return value;
}

/* A value in each of its forms, and what must be the same of it. */
static const struct {
	const char *const words[4];
	const char *value, *hex, *network, *function, *form;
} forms[] = {
	{ { "53324" }, "53324", "0xd04c", "d0 4c", "htons", "decimal" },
	{ { "0xd04c" }, "53324", "0xd04c", "d0 4c", "htons", "hexadecimal" },
	{ { "0b1101000001001100" }, "53324", "0xd04c", "d0 4c", "htons", "binary" },
	{ { "0o150114" }, "53324", "0xd04c", "d0 4c", "htons", "octal" },
	{ { "d0:4c" }, "53324", "0xd04c", "d0 4c", "htons", "bytes" },
	{ { "'c'" }, "99", "0x0063", "00 63", "htons", "character" },
	{ { "65535" }, "65535", "0xffff", "ff ff", "htons", "decimal" },
	{ { "65536" }, "65536", "0x00010000", "00 01 00 00", "htonl", "decimal" },
	{ { "127.0.0.1" }, "2130706433", "0x7f000001", "7f 00 00 01", "htonl", "IPv4 address" },
	{ { "4294967296" },
	  "4294967296",
	  "0x0000000100000000",
	  "00 00 00 01 00 00 00 00",
	  "htobe64",
	  "decimal" },
	{ { "--width", "32", "80" }, "80", "0x00000050", "00 00 00 50", "htonl", "decimal" },
	{ { "80", "--width=64" },
	  "80",
	  "0x0000000000000050",
	  "00 00 00 00 00 00 00 50",
	  "htobe64",
	  "decimal" },
	{ { "--bytes", "50" }, "80", "0x0050", "00 50", "htons", "bytes" },
};

Test(byteorder, every_form_of_a_value)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		json_t *o = object_of(forms[i].words);

		cr_expect_str_eq(field(o, "value"), forms[i].value, "row %zu", i);
		cr_expect_str_eq(field(o, "hex"), forms[i].hex, "row %zu", i);
		cr_expect_str_eq(field(o, "network_order"), forms[i].network, "row %zu", i);
		cr_expect_str_eq(field(o, "function"), forms[i].function, "row %zu", i);
		cr_expect_str_eq(field(o, "form"), forms[i].form, "row %zu", i);
	}
}

Test(byteorder, eight_groups_are_an_address_unless_they_are_said_to_be_bytes)
{
	json_t *o = object_of(WORDS("00:11:22:33:44:55:66:77"));

	cr_assert_str_eq(field(o, "address"), "0:11:22:33:44:55:66:77");
	o = object_of(WORDS("00:11:22:33:44:55:66:77", "--bytes"));
	cr_assert_str_eq(field(o, "hex"), "0x0011223344556677");
	cr_assert_str_eq(field(o, "network_order"), "00 11 22 33 44 55 66 77");
}

Test(byteorder, from_network_goes_the_other_way)
{
	char text[16];
	json_t *o;
	struct child child;

	snprintf(text, sizeof text, "%u", htons(8080));
	o = object_of(WORDS("--from-network", text));
	cr_assert_str_eq(field(o, "value"), "8080");
	cr_assert_str_eq(field(o, "result"), "8080");
	cr_assert_str_eq(field(o, "given"), text);
	cr_assert_str_eq(field(o, "function"), "ntohs");
	cr_assert_str_eq(field(o, "network_order"), "1f 90");
	snprintf(text, sizeof text, "0x%x", htonl(0x8002c2f2));
	o = object_of(WORDS(text, "--from-network"));
	cr_assert_str_eq(field(o, "address"), "128.2.194.242");
	cr_assert_str_eq(field(o, "function"), "ntohl");
	o = object_of(WORDS("--from-network", "--width", "64", "1"));
	cr_assert_str_eq(field(o, "value"), little ? "72057594037927936" : "1");
	cr_assert_str_eq(field(o, "function"), "be64toh");
	/* Bytes are what came over the network. */
	child = answers(WORDS("--from-network", "1f:90"));
	child_says(&child, "ntohs gives       0x1f90 = 8080\n");
}

Test(byteorder, of_an_ipv6_address)
{
	struct child child = answers(WORDS("2001:DB8::1"));

	child_says(&child, "address           2001:db8::1\n");
	child_says(&child, "in full           2001:0db8:0000:0000:0000:0000:0000:0001\n");
	child_says(&child, "network order     20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01\n");
	child_says(&child, "  1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	                   "ip6.arpa\n");
	child_says(&child, "| 20 | 01 | 0d | b8 | 00 | 00 | 00 | 00 |\n");
}

Test(byteorder, several_values_have_a_line_each_above_them)
{
	struct child child = answers(WORDS("1", "::1", "0xffffffffffffffff"));
	static const char *const lines[] = { "1",
		                             "  decimal         1",
		                             "::1",
		                             "  address         ::1",
		                             "0xffffffffffffffff",
		                             "  decimal         18446744073709551615" };
	const char *const words[] = { lines[0], lines[1], lines[2], lines[3],
		                      lines[4], lines[5], NULL };

	lines_in_order(child_out(&child), words);
}

struct refusal {
	const char *const words[4];
	const char *says;
};

static const struct refusal refusals[] = {
	{ { "18446744073709551616" }, "64 bits" },
	{ { "-1" }, "no sign" },
	{ { "--", "-1" }, "no sign" },
	{ { "0x" }, "no digits" },
	{ { "08" }, "write 8" },
	{ { "1.2.3" }, "four numbers" },
	{ { "1.2.3.4.5" }, "four numbers" },
	{ { "::1::" }, "IPv6" },
	{ { "" }, "empty" },
	{ { "'\xc3\xa9'" }, "ASCII" },
	{ { "d0:4" }, "two hex digits" },
	{ { "d0:4", "--bytes" }, "two hex digits" },
	{ { "020", "--sockaddr" }, "two hex digits" },
	{ { "020 01f90", "--sockaddr" }, "two hex digits" },
	{ { "0200  1f90", "--sockaddr" }, "two hex digits" },
	{ { "0200:1f90", "--sockaddr" }, "two hex digits" },
	{ { "", "--sockaddr" }, "empty" },
	{ { "0200", "--sockaddr" }, "AF_INET has 16" },
	{ { "02", "--sockaddr" }, "begins with a family" },
	{ { "", "--proc-net" }, "/proc/net/tcp" },
	{ { "0100007F:1F9", "--proc-net" }, "/proc/net/tcp" },
	{ { "1", "zz", "2" }, "'zz'" },
	{ { "\033[2J" }, "\\x1b[2J" },
	{ { "--width", "8", "1" }, "16, 32, 64" },
	{ { "--width", "16", "65536" }, "needs 32" },
	{ { "--width", "32", "::1" }, "--width" },
	{ { "--sockaddr", "--proc-net", "00" }, "exclude each other" },
	{ { "--sockaddr", "--binary", "00" }, "exclude each other" },
	{ { "--sockaddr", "--width=16", "00" }, "exclude each other" },
	{ { "--sockaddr", "--from-network", "00" }, "exclude each other" },
	{ { "--sockaddr", "--bytes", "00" }, "exclude each other" },
	{ { "--proc-net", "--binary", "00" }, "exclude each other" },
	{ { "--proc-net", "--width=16", "00" }, "exclude each other" },
	{ { "--proc-net", "--from-network", "00" }, "exclude each other" },
	{ { "--proc-net", "--bytes", "00" }, "exclude each other" },
	{ { "--binary", "--json", "1" }, "exclude each other" },
	{ { "--binary", "--bytes" }, "exclude each other" },
	{ { "--report", "x", "1" }, "--report" },
	{ { "-4", "1" }, "-4" },
};

Test(byteorder, refuses_with_a_sentence_and_2)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct child child = child_run(
			&(struct plan){ .args = WORDS("byteorder"), .more = refusals[i].words });
		bool json = strstr(child.command, "--json");

		child_expect(&child, 2);
		child_says(&child, refusals[i].says);
		if (strncmp(child_err(&child), "sockit byteorder: ", 18) != 0 ||
		    lines_count(child_err(&child)) > 2 || strchr(child_err(&child), '\033'))
			child_blame(&child, "a line and at most one with a hint were expected");
		if (*child_out(&child) && !json)
			child_blame(&child, "something on stdout");
	}
}

Test(byteorder, a_refusal_is_an_object_with_json)
{
	struct child child = sockit_expect(WORDS("byteorder", "--json", "0x"), 2);
	json_t *error =
		json_object_get(events_with(events_parse(child_out(&child)), "error"), "error");

	cr_assert_str_eq(field(error, "code"), "USAGE");
	cr_assert_not_null(strstr(field(error, "message"), "no digits"));
	child_says(&child, "sockit byteorder: '0x'");
}

Test(byteorder, trace_shows_the_conversions)
{
	struct child child = sockit_expect(WORDS("byteorder", "--trace", "0xd04c", "1.2.3.4"), 0);
	json_t *call;

	child_says(&child, little ? "htons(0xd04c) = 0x4cd0  " : "htons(0xd04c) = 0xd04c  ");
	child_says(&child, little ? "htonl(0x01020304) = 0x04030201  " : "htonl(");
	child = sockit_expect(WORDS("byteorder", "--trace=explain", "--from-network", "--width=64",
	                            "0xffffffffffffffff"),
	                      0);
	child_says(&child, "be64toh(0xffffffffffffffff) = 0xffffffffffffffff  ");
	child_says(&child, "  # take a 64-bit number out of network byte order");
	child = sockit_expect(WORDS("byteorder", "--trace", "--json", "0xffffffffffffffff"), 0);
	call = events_where(events_parse(child_out(&child)), "call", "htobe64");
	cr_assert_not_null(call);
	cr_assert_str_eq(field(call, "result"), "0xffffffffffffffff");
	cr_assert_null(json_object_get(call, "code"));
}

Test(byteorder, writes_raw_bytes)
{
	const char *path = scratch_path("raw");
	struct child child = child_run(&(struct plan){
		.args = WORDS("byteorder", "--binary", "0x514c", "0x41424344", "'A'", "66:67"),
		.out = { END_FILE, .path = path },
	});
	child_expect(&child, 0);
	cr_assert_not_null(scratch_read(path));
	cr_assert_eq(memcmp(scratch_read(path), "QLABCD\0Afg", 11), 0);
	child = child_run(&(struct plan){
		.args = WORDS("byteorder", "--binary", "--width=64", "--from-network",
	                      little ? "0x4142434445464748" : "0x4847464544434241"),
		.out = { END_FILE, .path = path },
	});
	child_expect(&child, 0);
	cr_assert_str_eq(scratch_read(path), "HGFEDCBA");
}

Test(byteorder, that_cannot_be_written_gives_7)
{
	static const enum end_kind ends[] = { END_FULL, END_CLOSED };
	const char *const *forms_of[] = { WORDS("1"), WORDS("1", "--json"),
		                          WORDS("1", "--binary") };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		for (size_t f = 0; f < ARRAY_LEN(forms_of); f++) {
			struct child child = child_run(&(struct plan){ .args = WORDS("byteorder"),
			                                               .more = forms_of[f],
			                                               .out = { ends[i] } });

			child_expect(&child, 7);
			child_says(&child, "cannot write to standard output");
		}
}

Test(byteorder, help_fits_and_names_its_options)
{
	struct child child = sockit_expect(WORDS("help", "byteorder"), 0);
	static const char *const options[] = { "--width",    "--from-network", "--bytes",
		                               "--sockaddr", "--proc-net",     "--binary",
		                               "--json",     "--trace" };

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		child_says(&child, options[i]);
	child_silent_about(&child, "--report");
	child = sockit_expect(WORDS("help", "byteorder", "value"), 0);
	child_says(&child, "16, 32, 64");
}
