/*
 * Bounded text: a caller's array that is filled piece by piece, is always NUL-terminated and
 * remembers whether something did not fit. It never allocates.
 */
#ifndef SOCKIT_BASE_TEXT_H
#define SOCKIT_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct text {
	char *at;    /* the caller's array */
	size_t size; /* of it, in bytes, the NUL included; at least 1 */
	size_t len;  /* bytes used, without the NUL */
	bool cut;    /* something did not fit and was left out */
};

/* An empty text over ARRAY, whose size must be visible to sizeof. */
#define TEXT_OVER(array) text_over((array), sizeof(array))

struct text text_over(char *at, size_t size);

/* Append. What does not fit is cut off at a byte and sets t->cut. */
void text_add(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);
void text_add_va(struct text *t, const char *format, va_list args) PRINTF_LIKE(2, 0);
void text_add_str(struct text *t, const char *str);
void text_add_bytes(struct text *t, const void *bytes, size_t n);
void text_add_number(struct text *t, uint64_t number); /* in decimal; where every start passes */

/*
 * Whether STR has characters of SET alone, or none. libc's strspn(3) touches pages that nothing
 * else on the way of a start does.
 */
bool text_is_of(const char *str, const char *set);

/* Append spaces until the text is COLUMN bytes long; nothing when it already is. */
void text_pad_to(struct text *t, size_t column);

#endif
