/* Input that a step has not used up, in one piece: memory only while there is some. */
#ifndef SOCKIT_SERVE_KEPT_H
#define SOCKIT_SERVE_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Zeroed at first; at most SERVICE_ROOM bytes. */
struct kept {
	uint8_t *memory; /* NULL: none is kept */
	uint32_t at, len, room;
};

void kept_forget(struct kept *k);

/*
 * From now on LEN bytes at IN are kept: bytes that were kept already, or others, which are copied.
 * 0 or an errno.
 */
int kept_keep(struct kept *k, const uint8_t *in, size_t len) MUST_CHECK;

/*
 * Where and how much more can be put behind what is kept: a byte at least. 0 or an errno, ENOBUFS
 * when it is too much.
 */
int kept_make_room(struct kept *k, uint8_t **to, size_t *size) MUST_CHECK;

#endif
