/* Something that stands in a flow and sees, or changes, the bytes that pass. It turns splice off. */
#ifndef SOCKIT_RELAY_TAP_H
#define SOCKIT_RELAY_TAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/escape.h"

struct tap {
	/* N bytes become at most growth * (n + extra). */
	size_t growth, extra;
	/* Pass N bytes from IN to OUT. Returns the bytes written. */
	size_t (*pass)(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out);
	/* The end: what is still held back; at most growth * extra bytes. */
	size_t (*finish)(struct tap *tap, uint8_t *out);
};

/* Payload on its way to a terminal: see base/escape.h. */
struct tap_escape {
	struct tap tap;
	struct escape state;
};
void tap_escape_init(struct tap_escape *t);

#endif
