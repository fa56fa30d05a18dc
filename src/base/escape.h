/*
 * Bytes from elsewhere made safe for a terminal: control bytes, U+0080-9F and what is not valid
 * UTF-8 (RFC 3629) become \xHH, the rest passes.
 */
#ifndef SOCKIT_BASE_ESCAPE_H
#define SOCKIT_BASE_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* A stream being escaped; zeroed at its start. Remembers a character that was split between two
 * pieces. */
struct escape {
	uint8_t held[3]; /* the beginning of a character whose rest has not come */
	uint8_t held_len;
};

/* An input byte becomes at most so many; up to ESCAPE_HELD held ones may come on top. */
enum { ESCAPE_GROWTH = 4, ESCAPE_HELD = 3 };

/* Escape N bytes of a stream, tab, newline and carriage return excepted, into OUT, which has room
 * for ESCAPE_GROWTH * (n + ESCAPE_HELD). Returns the bytes written. */
size_t escape_stream(struct escape *e, const uint8_t *in, size_t n, uint8_t *out);

/*
 * The same for N bytes of one line, in which a carriage return is escaped too, unless it stands
 * before the newline: it would let what follows be written over what stands in front.
 */
size_t escape_line(struct escape *e, const uint8_t *in, size_t n, uint8_t *out);

/* The end of the stream: what is still held. */
size_t escape_stream_end(struct escape *e, uint8_t *out);

/* Append a name or a message to T with every control byte escaped. */
void text_add_escaped(struct text *t, const char *str);

#endif
