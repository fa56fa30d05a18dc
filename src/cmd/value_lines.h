/* Values from standard input: a line each, or as raw bytes. */
#ifndef SOCKIT_CMD_VALUE_LINES_H
#define SOCKIT_CMD_VALUE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { VALUE_LINE_SIZE = 16 * 1024 }; /* a longer line is refused */

/* Zeroed at the start. */
struct value_lines {
	char at[VALUE_LINE_SIZE + 1];
	size_t start, end; /* what was read and not yet given */
	size_t number;     /* of the line given last, from 1 on */
	bool ended, told;
	bool skips; /* the rest of a line that is too long */
};

enum value_line {
	VALUE_LINE,  /* *line is one, without its end and blanks around it */
	VALUE_WRONG, /* a line that cannot be a value: err says why */
	VALUE_WAIT,  /* the next call may wait for input: time to show what there is */
	VALUE_END,
	VALUE_ERROR, /* standard input cannot be read: ERR_LOCAL */
};

/* The next line, which lives until the call after. */
enum value_line value_lines_next(struct value_lines *l, const char **line,
                                 struct err *err) MUST_CHECK;

/* Read until there are SIZE bytes or none come any more: how many, in *n. */
int value_bytes_read(uint8_t *at, size_t size, size_t *n, struct err *err) MUST_CHECK;

#endif
