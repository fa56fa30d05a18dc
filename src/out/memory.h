/* Which byte lies at which address, drawn with plain characters within 80 columns. */
#ifndef SOCKIT_OUT_MEMORY_H
#define SOCKIT_OUT_MEMORY_H

#include <stdint.h>

#include "out/answer.h"

struct memory_row {
	const char *label, *note; /* at most 10 and 20 columns */
	const uint8_t *bytes;     /* the lowest address first */
};

/* Boxes of N bytes, 1 to 8, under a line with their addresses; in text alone. FIRST is the first
 * address. */
void memory_draw(struct answer *a, size_t first, size_t n, const struct memory_row *rows,
                 size_t count);

#endif
