/* sockit byteorder without operands: a value a line, or raw bytes. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/data.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* Run `sockit byteorder ARGS` over the N bytes of INPUT. */
static struct child fed(const void *input, size_t n, const char *const *args)
{
	const char *path = scratch_fresh();
	int fd = must(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), "open");
	struct child child;

	cr_assert_eq(write(fd, input, n), (ssize_t)n);
	close(fd);
	child = child_run(&(struct plan){
		.args = WORDS("byteorder"),
		.more = args,
		.in = { END_FILE, .path = path },
	});
	child_finish(&child);
	return child;
}

static struct child fed_text(const char *text, const char *const *args)
{
	return fed(text, strlen(text), args);
}

Test(byteorder_stdin, a_value_a_line)
{
	struct child child = fed_text("0xD04C\n 1.2.3.4\t\r\n::1", NULL);

	child_expect(&child, 0);
	cr_assert_str_empty(child_err(&child));
	lines_in_order(child_out(&child),
	               WORDS("0xD04C", "  network order   d0 4c", "1.2.3.4",
	                     "  address         1.2.3.4", "::1", "  address         ::1"));
	child = fed_text("1\n2\n3\n", WORDS("--json"));
	child_expect(&child, 0);
	cr_assert_eq(lines_count(child_out(&child)), 3);
	cr_assert_eq(json_array_size(events_parse(child_out(&child))), 3);
}

Test(byteorder_stdin, that_is_empty_is_no_error)
{
	struct child child = fed_text("", NULL);

	child_expect(&child, 0);
	child_said_nothing(&child);
	child = child_run(&(struct plan){ .args = WORDS("byteorder"), .in = { END_CLOSED } });
	child_expect(&child, 0);
	child_said_nothing(&child);
}

Test(byteorder_stdin, a_wrong_line_is_told_and_the_rest_goes_on)
{
	struct child child = fed_text("1\nzz\033\n\nfe80::1%lo\n2\n", NULL);

	child_expect(&child, 8);
	cr_assert_str_eq(
		child_err(&child),
		"sockit byteorder: line 2: 'zz\\x1b': neither a number nor an address nor "
		"bytes\n"
		"sockit byteorder: line 3: the value is empty\n"
		"sockit byteorder: line 4: 'fe80::1%lo': neither an IPv6 address nor bytes "
		"of two hex digits a group\n"
		"hint: a zone such as %lo is no part of the 16 bytes; leave it out\n"
		"sockit byteorder: 3 of 5 lines are no value\n");
	lines_in_order(child_out(&child),
	               WORDS("1", "  decimal         1", "2", "  decimal         2"));
	child = fed_text("zz\n", NULL);
	child_expect(&child, 8);
	cr_assert_str_empty(child_out(&child));
}

/* In the place of its value, so that line N of the output is that of line N of the input. */
Test(byteorder_stdin, a_wrong_line_is_an_object_in_its_place)
{
	struct child child = fed_text("1\n08\n2\n", WORDS("--json"));
	json_t *lines = events_parse(child_out(&child));

	child_expect(&child, 8);
	cr_assert_eq(json_array_size(lines), 4);
	cr_assert_not_null(json_object_get(json_array_get(lines, 0), "value"));
	cr_assert_not_null(json_object_get(json_array_get(lines, 1), "error"));
	cr_assert_not_null(json_object_get(json_array_get(lines, 2), "value"));
	cr_assert_not_null(json_object_get(json_array_get(lines, 3), "error"));
}

Test(byteorder_stdin, lines_that_are_too_long_or_hold_a_nul_are_refused_whole)
{
	enum { LONG = 40000 };
	char *text = malloc(LONG + 32);
	struct child child;

	memset(text, '1', LONG);
	memcpy(text + LONG, "\n2\n", 4);
	child = fed_text(text, WORDS("--json"));
	child_expect(&child, 8);
	child_says(&child, "line 1: the line is longer than");
	child_says(&child, "1 of 2 lines");
	cr_assert_not_null(strstr(child_out(&child), "\"input\":\"2\""));
	free(text);
	child = fed("1\0x\n2\n", 6, WORDS("--json"));
	child_expect(&child, 8);
	child_says(&child, "line 1: a NUL byte");
	child_says(&child, "\"input\":\"2\"");
	child_silent_about(&child, "\"input\":\"1\"");
}

/* A reader at the other end of both pipes gets each answer before it asks again. */
Test(byteorder_stdin, answers_come_as_soon_as_their_line)
{
	struct child child = child_start(
		&(struct plan){ .args = WORDS("byteorder", "--json"), .in = { END_PIPE } });
	long long deadline = clock_now() + 10000000000LL;

	child_feed(&child, "0x1f90\n0x");
	while (lines_count(child_out(&child)) < 1 && clock_now() < deadline)
		child_collect(&child, deadline);
	cr_assert_eq(lines_count(child_out(&child)), 1);
	child_feed(&child, "50\n");
	while (lines_count(child_out(&child)) < 2 && clock_now() < deadline)
		child_collect(&child, deadline);
	child_says(&child, "\"input\":\"0x50\"");
	child_end_input(&child);
	child_expect(&child, 0);
}

/* Its flags are others' too, and stay as they are. */
Test(byteorder_stdin, that_is_non_blocking_is_waited_for)
{
	int ends[2];
	struct child child;

	must(pipe2(ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
	child = child_start(&(struct plan){ .args = WORDS("byteorder", "--json"),
	                                    .in = { END_FD, .fd = ends[0] } });
	proc_await_idle(child.pid);
	cr_assert_eq(write(ends[1], "8080\n", 5), 5);
	cr_assert_eq(fcntl(ends[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	close(ends[1]);
	child_expect(&child, 0);
	child_says(&child, "\"value\":\"8080\"");
}

Test(byteorder_stdin, a_terminal_is_not_waited_for)
{
	struct child child =
		child_run(&(struct plan){ .args = WORDS("byteorder"), .in = { END_PTY } });

	child_expect(&child, 2);
	child_says(&child, "no VALUE given");
	child_says(&child, "hint: values may also come on standard input");
}

Test(byteorder_stdin, that_cannot_be_read_gives_7)
{
	struct child child = child_run(
		&(struct plan){ .args = WORDS("byteorder"), .in = { END_FILE, .path = "/" } });

	child_expect(&child, 7);
	child_says(&child, "cannot read from standard input: Is a directory");
	child = child_run(&(struct plan){ .args = WORDS("byteorder", "--binary"),
	                                  .in = { END_FILE, .path = "/" } });
	child_expect(&child, 7);
}

Test(byteorder_stdin, a_reader_that_leaves_ends_it_quietly)
{
	struct child child = child_start(&(struct plan){
		.args = WORDS("byteorder", "--json"), .in = { END_PIPE }, .out = { END_PIPE } });

	close(child.out);
	child.out = -1;
	child_feed(&child, "1\n");
	child_expect(&child, 128 + SIGPIPE);
	cr_assert_str_empty(child_err(&child));
}

Test(byteorder_stdin, raw_bytes_are_one_value)
{
	struct child child = fed("\xd0\x4c", 2, WORDS("--binary"));

	child_expect(&child, 0);
	child_says(&child, "hex               0xd04c\n");
	child = fed("\x80\x02\xc2\xf2", 4, WORDS("--binary"));
	child_says(&child, "address           128.2.194.242\n");
	child = fed("\0", 1, WORDS("--binary", "--json"));
	child_says(&child, "\"value\":\"0\",\"hex\":\"0x0000\",\"width\":16");
	child = fed("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16, WORDS("--binary"));
	child_says(&child, "address           ::1\n");
	child = fed("\x1f\x90", 2, WORDS("--binary", "--from-network"));
	child_says(&child, "ntohs gives       0x1f90 = 8080\n");
	child = fed("", 0, WORDS("--binary"));
	child_expect(&child, 2);
	child = fed("123456789", 9, WORDS("--binary"));
	child_expect(&child, 2);
	child_says(&child, "1 to 8 bytes");
	child = fed("12345678901234567", 17, WORDS("--binary"));
	child_expect(&child, 2);
	child_says(&child, "--width");
}

Test(byteorder_stdin, raw_bytes_with_a_width_are_many_values)
{
	struct child child =
		fed("\xd0\x4c\x1f\x90\0\x50", 6, WORDS("--binary", "--width", "16", "--json"));

	child_expect(&child, 0);
	lines_in_order(child_out(&child),
	               WORDS("\"value\":\"53324\"", "\"value\":\"8080\"", "\"value\":\"80\""));
	cr_assert_eq(lines_count(child_out(&child)), 3);
	child = fed("", 0, WORDS("--binary", "--width", "16"));
	child_expect(&child, 0);
	child_said_nothing(&child);
	child = fed("\xd0\x4c\x1f", 3, WORDS("--binary", "--width", "16", "--json"));
	child_expect(&child, 2);
	child_says(&child, "\"value\":\"53324\"");
	child_says(&child, "ends after 1 of the 2 bytes");
}

static void add_hex(FILE *to, const char *key, const void *bytes, unsigned n)
{
	fprintf(to, "\"%s\":\"", key);
	for (unsigned i = 0; i < n; i++)
		fprintf(to, "%s%02x", i ? " " : "", ((const uint8_t *)bytes)[i]);
	fprintf(to, "\",");
}

/* What the C library has to say of VALUE, as the line that sockit should give. */
static void expect_line(FILE *to, uint64_t value, bool from_network)
{
	const unsigned width = value > UINT32_MAX ? 64 : value > UINT16_MAX ? 32 : 16;
	const uint16_t narrow[2] = { (uint16_t)value, htons((uint16_t)value) };
	const uint32_t middle[2] = { (uint32_t)value, htonl((uint32_t)value) };
	const uint64_t wide[2] = { value, htobe64(value) };
	const void *both = width == 16   ? (const void *)narrow
	                   : width == 32 ? (const void *)middle
	                                 : wide;
	uint64_t turned = width == 16 ? narrow[1] : width == 32 ? middle[1] : wide[1];
	uint64_t means = from_network ? turned : value;
	static const char *const functions[2][3] = { { "htons", "htonl", "htobe64" },
		                                     { "ntohs", "ntohl", "be64toh" } };
	int digits = (int)width / 4;

	fprintf(to, "{\"input\":\"%" PRIu64 "\",", value);
	if (from_network)
		fprintf(to, "\"given\":\"%" PRIu64 "\",\"given_hex\":\"0x%0*" PRIx64 "\",", value,
		        digits, value);
	/* What was read as a number lies in memory as the network has it. */
	add_hex(to, "host_order", (const uint8_t *)both + (from_network ? width / 8 : 0),
	        width / 8);
	add_hex(to, "network_order", (const uint8_t *)both + (from_network ? 0 : width / 8),
	        width / 8);
	fprintf(to,
	        "\"function\":\"%s\",\"result\":\"%" PRIu64 "\",\"result_hex\":\"0x%0*" PRIx64
	        "\",",
	        functions[from_network][width / 32], turned, digits, turned);
	fprintf(to, "\"value\":\"%" PRIu64 "\",\"hex\":\"0x%0*" PRIx64 "\",\"width\":%u,", means,
	        digits, means, width);
	if (width == 32) {
		struct in_addr in = { .s_addr = htonl((uint32_t)means) };
		struct in_addr back = { .s_addr = htobe32(__builtin_bswap32((uint32_t)means)) };

		fprintf(to, "\"address\":\"%s\",", inet_ntoa(in));
		fprintf(to, "\"reverse_name\":\"%s.in-addr.arpa\",", inet_ntoa(back));
	}
	fprintf(to, "\"form\":\"decimal\",\"machine\":\"%s-endian\"}\n",
	        __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "little" : "big");
}

/* 10^5 values and all that lie beside a power of two, against the C library. */
static void compare_values(bool from_network)
{
	const char *asked = scratch_fresh(), *wanted = scratch_fresh(), *got = scratch_fresh();
	FILE *values = fopen(asked, "we"), *lines = fopen(wanted, "we");
	uint64_t state = 7 + from_network;
	char command[512];
	struct child child;

	cr_assert(values && lines);
	for (unsigned i = 0; i < 100000 + 65 * 3; i++) {
		unsigned border = i / 3 % 65;
		uint64_t value = i < 100000 ? data_random(&state) >> data_random(&state) % 64
		                            : (border < 64 ? UINT64_C(1) << border : 0) + i % 3 - 1;

		fprintf(values, "%" PRIu64 "\n", value);
		expect_line(lines, value, from_network);
	}
	cr_assert_eq(fclose(values) | fclose(lines), 0);
	child = child_run(&(struct plan){
		.args = WORDS("byteorder", "--json", from_network ? "--from-network" : NULL),
		.in = { END_FILE, .path = asked },
		.out = { END_FILE, .path = got },
	});
	child_expect(&child, 0);
	snprintf(command, sizeof command, "cmp %s %s", wanted, got);
	child_sh(command);
}

Test(byteorder_stdin, many_values_are_as_the_library_has_them)
{
	compare_values(false);
}

Test(byteorder_stdin, many_values_from_the_network_are_as_the_library_has_them)
{
	compare_values(true);
}
