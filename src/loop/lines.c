#include "loop/lines.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "sys/file.h"
#include "sys/wait.h"

/* Make room behind what is held: how much there is. */
static size_t lines_make_room(struct lines *l)
{
	memmove(l->room, l->room + l->begin, l->end - l->begin);
	l->end -= l->begin;
	l->begin = 0;
	return sizeof l->room - l->end;
}

/* N is what read(2) gave. */
static void lines_take(struct lines *l, ssize_t n)
{
	if (n > 0)
		l->end += (size_t)n;
	l->over = n <= 0;
	l->error = n < 0 ? (int)n : 0;
}

static void lines_ready(struct watch *watch, unsigned ready)
{
	struct lines *l = CONTAINER_OF(watch, struct lines, watch);
	size_t room = lines_make_room(l);
	ssize_t n = room > 0 ? sys_read(l->fd, l->room + l->end, room) : -EAGAIN;

	(void)ready;
	if (n == -EAGAIN)
		return;
	lines_take(l, n);
	l->more(l);
}

void lines_wait(struct lines *l)
{
	size_t room = lines_make_room(l);

	lines_take(l, sys_read_waiting(l->fd, l->room + l->end, room));
}

void lines_start(struct lines *lines, struct loop *loop, int fd, void (*more)(struct lines *lines))
{
	lines->fd = fd;
	lines->over = lines->skipping = false;
	lines->error = 0;
	lines->loop = loop;
	lines->more = more;
	lines->begin = lines->end = 0;
	lines->watch = (struct watch){ .fd = fd, .ready = lines_ready };
}

ssize_t lines_next(struct lines *l, size_t max, const char **line)
{
	for (;;) {
		const char *at = l->room + l->begin;
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
			*line = at;
			return (ssize_t)(len < max ? len : max);
		}
		if (!end)
			return -1;
	}
}

size_t lines_trim(const char **line, size_t len)
{
	while (len > 0 && strchr(" \t\r", (*line)[len - 1]))
		len--;
	while (len > 0 && strchr(" \t\r", **line)) {
		++*line;
		len--;
	}
	return len;
}

void lines_want(struct lines *lines, bool want)
{
	if (want && !lines->over)
		loop_watch(lines->loop, &lines->watch, READY_IN);
	else
		loop_unwatch(&lines->watch);
}
