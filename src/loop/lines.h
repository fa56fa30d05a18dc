/* The lines of a file, pipe or terminal as they come, in bounded memory. */
#ifndef SOCKIT_LOOP_LINES_H
#define SOCKIT_LOOP_LINES_H

#include "loop/loop.h"

enum { LINES_ROOM = 32 << 10 };

struct lines {
	int fd;    /* the caller's */
	bool over; /* the end, or a failure: no line will come any more */
	int error; /* negative errno of that failure, or 0 */

	/* private */
	struct loop *loop;
	struct watch watch;
	void (*more)(struct lines *lines);
	size_t begin, end; /* of what is in the buffer */
	bool skipping;     /* the rest of a line that was too long */
	char room[LINES_ROOM];
};

/* MORE is called in the loop after lines_want, when lines_next may have something new. Both are NULL
 * for whoever calls lines_wait instead. */
void lines_start(struct lines *lines, struct loop *loop, int fd, void (*more)(struct lines *lines));

/*
 * The next line, without its end, into *LINE, which is valid until the next call: its length, at most
 * MAX; what is longer is cut there and the rest of it skipped. -1: there is none now.
 */
ssize_t lines_next(struct lines *lines, size_t max, const char **line);

/* A line of LEN bytes without the blanks and NULs around it: its new length. */
size_t lines_trim(const char **line, size_t len);

/* Have the loop wait for more, or stop that. */
void lines_want(struct lines *lines, bool want);

/* Without a loop: wait until there is more. */
void lines_wait(struct lines *lines);

#endif
