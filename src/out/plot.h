/* A number a second as a line of blocks. */
#ifndef SOCKIT_OUT_PLOT_H
#define SOCKIT_OUT_PLOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { PLOT_COLUMNS = 60 };

/*
 * Zeroed at first. However long it goes on, it is a line: two columns become one when it is full.
 */
struct plot {
	uint64_t column[PLOT_COLUMNS];
	size_t count;
	unsigned seconds; /* of a whole column; 0 as 1 */
	unsigned filled;  /* seconds of the last column */
};

/* What one more second brought. */
void plot_add(struct plot *p, uint64_t value);

/* Append a block a column, the highest for the most. */
void plot_show(const struct plot *p, struct text *t);

#endif
