/* loop/lines: lines as they come, whole, cut and endless. */
#include "loop/lines.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/fail.h"
#include "harness/scratch.h"

enum { MAX = 20 };

/* A reader that collects "line|line|" until the end. */
static struct reader {
	struct lines lines;
	struct loop *loop;
	struct text got;
} reader;

static void take(struct lines *lines)
{
	const char *line;
	ssize_t len;

	while ((len = lines_next(lines, MAX, &line)) >= 0) {
		cr_assert(len <= MAX);
		text_add_bytes(&reader.got, line, (size_t)len);
		text_add_str(&reader.got, "|");
	}
	lines_want(lines, true);
	if (lines->over)
		loop_stop(reader.loop);
}

static const char *read_all(int fd)
{
	static char got[4096];
	struct err err;

	reader.got = TEXT_OVER(got);
	reader.loop = loop_new(&err);
	cr_assert_not_null(reader.loop);
	lines_start(&reader.lines, reader.loop, fd, take);
	lines_want(&reader.lines, true);
	cr_assert_eq(loop_run(reader.loop, &err), 0);
	loop_free(reader.loop);
	return got;
}

static const char *of_file(const char *text)
{
	int fd = must(open(scratch_file("lines", text), O_RDONLY | O_CLOEXEC), "open");
	const char *got = read_all(fd);

	close(fd);
	return got;
}

static const char *of_pipe(const char *text)
{
	const char *got;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	cr_assert_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	got = read_all(ends[0]);
	close(ends[0]);
	return got;
}

Test(lines, come_without_their_ends)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a\n", "a|" },
		{ "a", "a|" },
		{ "a\nbc\n\nd", "a|bc||d|" },
		{ "\n\n", "||" },
		{ "12345678901234567890\n", "12345678901234567890|" },
		{ "12345678901234567890", "12345678901234567890|" },
		{ "123456789012345678901\nb\n", "12345678901234567890|b|" },
		{ "12345678901234567890123\n", "12345678901234567890|" },
		{ "12345678901234567890123", "12345678901234567890|" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_assert_str_eq(of_file(rows[i][0]), rows[i][1]);
		cr_assert_str_eq(of_pipe(rows[i][0]), rows[i][1]);
	}
}

/* Longer than all the room there is. */
Test(lines, of_any_length_are_cut)
{
	static char text[3 * LINES_ROOM + 16];

	memset(text, 'x', sizeof(text) - 16);
	memcpy(text + sizeof(text) - 16, "\nnext\n", 7);
	cr_assert_str_eq(of_file(text), "xxxxxxxxxxxxxxxxxxxx|next|");
}

static int next_number;

static void count(struct lines *lines)
{
	const char *line;
	char want[16];
	ssize_t len;

	while ((len = lines_next(lines, MAX, &line)) >= 0) {
		int n = snprintf(want, sizeof(want), "n%d", next_number++);

		cr_assert_eq(len, n);
		cr_assert(memcmp(line, want, (size_t)len) == 0, "%s", want);
	}
	if (lines->over)
		loop_stop(reader.loop);
}

Test(lines, more_than_there_is_room_for_come_whole)
{
	const char *path = scratch_path("many");
	FILE *out = fopen(path, "we");
	struct err err;
	int fd;

	cr_assert_not_null(out);
	for (int i = 0; i < 20000; i++)
		fprintf(out, "n%d\n", i);
	fclose(out);
	fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
	reader.loop = loop_new(&err);
	lines_start(&reader.lines, reader.loop, fd, count);
	lines_want(&reader.lines, true);
	cr_assert_eq(loop_run(reader.loop, &err), 0);
	cr_assert_eq(next_number, 20000);
	loop_free(reader.loop);
	close(fd);
}

Test(lines, a_failure_is_told)
{
	int fd = must(open("/", O_RDONLY | O_CLOEXEC), "/");

	cr_assert_str_eq(read_all(fd), "");
	cr_assert_eq(reader.lines.error, -EISDIR);
	close(fd);
}

/* Also where the descriptor does not block. */
Test(lines, are_waited_for_without_a_loop)
{
	struct lines lines;
	const char *line;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
	if (must(fork(), "fork") == 0) {
		usleep(50000);
		_exit(write(ends[1], "a\nbc", 4) != 4);
	}
	close(ends[1]);
	lines_start(&lines, NULL, ends[0], NULL);
	cr_assert_eq(lines_next(&lines, MAX, &line), -1);
	lines_wait(&lines);
	cr_assert_eq(lines_next(&lines, MAX, &line), 1);
	cr_assert_eq(lines_next(&lines, MAX, &line), -1);
	lines_wait(&lines);
	cr_assert(lines.over);
	cr_assert_eq(lines_next(&lines, MAX, &line), 2);
	cr_assert_eq(memcmp(line, "bc", 2), 0);
	close(ends[0]);
}

Test(lines, are_told_without_blanks_around_them)
{
	const char *line = " \t a b\t\r";

	cr_assert_eq(lines_trim(&line, strlen(line)), 3);
	cr_assert_eq(strncmp(line, "a b", 3), 0);
	line = " \r";
	cr_assert_eq(lines_trim(&line, 2), 0);
}
