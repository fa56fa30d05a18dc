#include "cmd/value_lines.h"

#include <errno.h>
#include <string.h>

#include "sys/file.h"
#include "sys/wait.h"

/* Some bytes, 0 at the end, -1 with ERR_LOCAL. Standard input may be non-blocking. */
static ssize_t input_read(void *at, size_t size, struct err *err)
{
	for (;;) {
		struct pollfd in = { .fd = 0, .events = POLLIN };
		ssize_t n = sys_read(0, at, size);

		if (n == -EAGAIN)
			n = sys_poll(&in, 1, NSEC_NEVER);
		else if (n >= 0)
			return n;
		if (n < 0)
			return err_set(err, ERR_LOCAL, (int)-n, "read", "standard input");
	}
}

int value_bytes_read(uint8_t *at, size_t size, size_t *n, struct err *err)
{
	*n = 0;
	while (*n < size) {
		ssize_t got = input_read(at + *n, size - *n, err);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The LEN bytes at FIRST are a line; behind them is room for a NUL. */
static enum value_line line_given(char *first, size_t len, const char **line, struct err *err)
{
	if (memchr(first, '\0', len)) {
		err_usage(err, "a NUL byte is no part of a value");
		return VALUE_WRONG;
	}
	while (len > 0 && is_blank(first[len - 1]))
		len--;
	first[len] = '\0';
	*line = first + strspn(first, " \t\r");
	return VALUE_LINE;
}

/* Take the bytes up to STOP, and the newline there if there is one. */
static enum value_line line_taken(struct value_lines *l, size_t stop, const char **line,
                                  struct err *err)
{
	char *first = l->at + l->start;
	size_t len = stop - l->start;
	bool skipped = l->skips;

	l->start = stop < l->end ? stop + 1 : stop;
	l->skips = false;
	if (skipped)
		return value_lines_next(l, line, err);
	l->number++;
	return line_given(first, len, line, err);
}

enum value_line value_lines_next(struct value_lines *l, const char **line, struct err *err)
{
	char *newline = memchr(l->at + l->start, '\n', l->end - l->start);

	if (newline)
		return line_taken(l, (size_t)(newline - l->at), line, err);
	if (l->ended)
		return l->end > l->start ? line_taken(l, l->end, line, err) : VALUE_END;
	if (l->end - l->start == VALUE_LINE_SIZE || l->skips) {
		bool news = !l->skips;

		l->start = l->end = 0;
		l->skips = true;
		if (news) {
			l->number++;
			err_usage(err, "the line is longer than %d bytes", VALUE_LINE_SIZE - 1);
			return VALUE_WRONG;
		}
	}
	if (!l->told) {
		l->told = true;
		return VALUE_WAIT;
	}
	memmove(l->at, l->at + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	ssize_t n = input_read(l->at + l->end, VALUE_LINE_SIZE - l->end, err);
	if (n < 0)
		return VALUE_ERROR;
	l->end += (size_t)n;
	l->ended = n == 0;
	l->told = false;
	return value_lines_next(l, line, err);
}
