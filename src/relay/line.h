/* The beginning of a line whose end has not come: memory only while there is one. */
#ifndef SOCKIT_RELAY_LINE_H
#define SOCKIT_RELAY_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* The most that is held. */
enum { LINE_MOST = 64 << 10 };

/* Zeroed at first. */
struct line {
	uint8_t *at;
	uint32_t len, room;
};

/*
 * Hold N bytes more: 0, ENOMEM, or ENOBUFS when it gets longer than LINE_MOST; nothing has changed
 * then.
 */
int line_hold(struct line *l, const uint8_t *bytes, size_t n) MUST_CHECK;

void line_forget(struct line *l);

/* How many of the N bytes belong to lines that have ended: up to the last newline. */
size_t line_ended(const uint8_t *bytes, size_t n);

#endif
