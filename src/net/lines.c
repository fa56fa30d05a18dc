#include "net/lines.h"

#include <errno.h>
#include <string.h>

#include "sys/file.h"
#include "sys/wait.h"

void lines_start(struct lines *l, int fd)
{
	l->fd = fd;
	l->over = l->skipping = false;
	l->error = 0;
	l->begin = l->end = 0;
}

static bool lines_read_by(struct lines *l, ssize_t (*read)(int fd, void *buf, size_t size))
{
	ssize_t n;

	memmove(l->room, l->room + l->begin, l->end - l->begin);
	l->end -= l->begin;
	l->begin = 0;
	if (l->end == LINES_ROOM)
		return false;
	n = read(l->fd, l->room + l->end, LINES_ROOM - l->end);
	if (n == -EAGAIN)
		return false;
	if (n > 0)
		l->end += (size_t)n;
	l->over = n <= 0;
	l->error = n < 0 ? (int)n : 0;
	return true;
}

bool lines_read(struct lines *lines)
{
	return lines_read_by(lines, sys_read);
}

void lines_wait(struct lines *lines)
{
	(void)lines_read_by(lines, sys_read_waiting);
}

ssize_t lines_next(struct lines *l, size_t max, char **line)
{
	for (;;) {
		char *at = l->room + l->begin;
		size_t left = l->end - l->begin;
		const char *end = memchr(at, '\n', left);
		size_t len = end ? (size_t)(end - at) : left;
		bool skipped = l->skipping;

		/* Not yet all of it; but enough of it, or all there will be, is a line. */
		if (!end && !skipped && left < max && !(l->over && left > 0))
			return -1;
		l->begin += len + (end != NULL);
		l->skipping = !end && !l->over;
		if (!skipped) {
			len = len < max ? len : max;
			at[len] = '\0';
			*line = at;
			return (ssize_t)len;
		}
		if (!end)
			return -1;
	}
}

ssize_t lines_await(struct lines *l, size_t max, char **line)
{
	ssize_t len;

	while ((len = lines_next(l, max, line)) < 0 && !l->over)
		lines_wait(l);
	return len;
}

size_t lines_trim(char **line, size_t len)
{
	while (len > 0 && strchr(" \t\r", (*line)[len - 1]))
		len--;
	(*line)[len] = '\0';
	while (len > 0 && strchr(" \t\r", **line)) {
		++*line;
		len--;
	}
	return len;
}
