/*
 * Something that stands in a flow and sees, or changes, the bytes that pass. It turns splice off.
 */
#ifndef SOCKIT_RELAY_TAP_H
#define SOCKIT_RELAY_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/escape.h"

struct tap {
	/* N bytes become at most growth * (n + extra); EXTRA are the most that it holds back. */
	size_t growth, extra;
	/* Pass N bytes from IN to OUT. Returns the bytes written. */
	size_t (*pass)(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out);
	/* The end: what is still held back; at most growth * extra bytes. */
	size_t (*finish)(struct tap *tap, uint8_t *out);
};

/* The finish of a tap that holds nothing back, or drops what it holds. */
size_t tap_finish_nothing(struct tap *tap, uint8_t *out);

/* Payload on its way to a terminal: see base/escape.h. */
struct tap_escape {
	struct tap tap;
	struct escape state;
};
void tap_escape_init(struct tap_escape *t);

/*
 * A newline that stands alone becomes carriage return and newline; one after a carriage return
 * stays.
 */
struct tap_crlf {
	struct tap tap;
	bool after_return; /* the last byte was a carriage return */
};
void tap_crlf_init(struct tap_crlf *t);

enum { TAP_CHAIN_PIECE = 4096 };

/* Two taps one after the other, as one. */
struct tap_chain {
	struct tap tap;
	struct tap *first, *second;
};

/*
 * FIRST and then SECOND, where there are two; the one that is not NULL; or NULL. C and both taps
 * must outlive the result.
 */
struct tap *tap_join(struct tap_chain *c, struct tap *first, struct tap *second);

#endif
