/* net/lines: lines as they come, whole, cut and endless. */
#include "net/lines.h"

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

static struct lines lines;

/* "line|line|" until the end. */
static const char *read_all(int fd)
{
	static char got[4096];
	struct text t = TEXT_OVER(got);
	char *line;
	ssize_t len;

	lines_start(&lines, fd);
	while ((len = lines_await(&lines, MAX, &line)) >= 0) {
		cr_assert(len <= MAX);
		cr_assert_eq(line[len], '\0');
		text_add_bytes(&t, line, (size_t)len);
		text_add_str(&t, "|");
	}
	cr_assert(lines.over);
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

Test(lines, more_than_there_is_room_for_come_whole)
{
	const char *path = scratch_path("many");
	FILE *out = fopen(path, "we");
	int fd, next = 0;
	char *line, want[16];

	cr_assert_not_null(out);
	for (int i = 0; i < 20000; i++)
		fprintf(out, "n%d\n", i);
	fclose(out);
	fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
	lines_start(&lines, fd);
	while (lines_await(&lines, MAX, &line) >= 0) {
		snprintf(want, sizeof(want), "n%d", next++);
		cr_assert_str_eq(line, want);
	}
	cr_assert_eq(next, 20000);
	close(fd);
}

Test(lines, a_failure_is_told)
{
	int fd = must(open("/", O_RDONLY | O_CLOEXEC), "/");

	cr_assert_str_eq(read_all(fd), "");
	cr_assert_eq(lines.error, -EISDIR);
	close(fd);
}

/* Also where the descriptor does not block. */
Test(lines, are_waited_for)
{
	char *line;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
	if (must(fork(), "fork") == 0) {
		usleep(50000);
		_exit(write(ends[1], "a\nbc", 4) != 4);
	}
	close(ends[1]);
	lines_start(&lines, ends[0]);
	cr_assert_not(lines_read(&lines));
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
	char around[] = " \t a b\t\r", blank[] = " \r", *line = around;

	cr_assert_eq(lines_trim(&line, strlen(line)), 3);
	cr_assert_str_eq(line, "a b");
	line = blank;
	cr_assert_eq(lines_trim(&line, 2), 0);
	cr_assert_str_empty(line);
}
