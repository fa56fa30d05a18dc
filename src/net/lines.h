/* The lines of a file, pipe or terminal as they come, in bounded memory. */
#ifndef SOCKIT_NET_LINES_H
#define SOCKIT_NET_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { LINES_ROOM = 32 << 10 };

struct lines {
	int fd;    /* the caller's */
	bool over; /* the end, or a failure: nothing more will be read */
	int error; /* negative errno of that failure, or 0 */

	/* private */
	size_t begin, end; /* of what is in the buffer */
	bool skipping;     /* the rest of a line that was too long */
	char room[LINES_ROOM + 1];
};

void lines_start(struct lines *lines, int fd);

/*
 * The next line, with a NUL in place of its end, into *LINE, which is valid until the next call:
 * its length, at most MAX, which is at most LINES_ROOM; what is longer is cut there and the rest of
 * it skipped. -1: there is none in what was read.
 */
ssize_t lines_next(struct lines *lines, size_t max, char **line);

/* Read once. False: there is nothing now, or no room. */
bool lines_read(struct lines *lines);

/* The same, but wait until there is something. */
void lines_wait(struct lines *lines);

/* As lines_next, waiting as long as need be. -1: the end. */
ssize_t lines_await(struct lines *lines, size_t max, char **line);

/* A line of LEN bytes without the blanks and NULs around it: its new length. */
size_t lines_trim(char **line, size_t len);

#endif
