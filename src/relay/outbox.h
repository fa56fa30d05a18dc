/*
 * What is to be sent to one of many and does not go yet. The bytes are in blocks that all who wait
 * for them share; who takes them at once needs none.
 */
#ifndef SOCKIT_RELAY_OUTBOX_H
#define SOCKIT_RELAY_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "stream/stream.h"

/* Bytes on their way to many; zeroed but for the first two. */
struct parcel {
	const uint8_t *bytes;
	size_t len;
	/* A copy, made for the first who has to wait; dropped by parcel_close. */
	struct block *block;
};

void parcel_close(struct parcel *p);

/* Zeroed at first. */
struct outbox {
	struct outbox_item *first, *last;
	size_t backlog; /* what it costs: bytes, and a little for each piece */
	uint64_t sent;  /* bytes */
};

bool outbox_is_empty(const struct outbox *o);

/*
 * Send the bytes of P from BEGIN to END behind what waits: IO_DONE, also where they wait now, or
 * IO_FAILED.
 */
struct io outbox_give(struct outbox *o, struct stream *to, struct parcel *p, size_t begin,
                      size_t end);

/* Send what waits, as far as it goes: IO_DONE when nothing is left. */
struct io outbox_send(struct outbox *o, struct stream *to);

/* Drop what waits. */
void outbox_drop(struct outbox *o);

#endif
