/* Datagrams that cannot go yet, in order and not too many. */
#ifndef SOCKIT_RELAY_DATAGRAM_QUEUE_H
#define SOCKIT_RELAY_DATAGRAM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { DATAGRAM_QUEUE_MOST = 512, DATAGRAM_QUEUE_BYTES = 64 << 10 };

struct queued_datagram {
	struct queued_datagram *next;
	size_t len;
	uint8_t bytes[];
};

/* Zeroed at first. */
struct datagram_queue {
	struct queued_datagram *first, *last;
	size_t count, bytes;
};

/* Behind the others. False when there is no room. */
bool datagram_queue_add(struct datagram_queue *q, const uint8_t *at, size_t len) MUST_CHECK;

/* Drop the first, which there is; drop all. */
void datagram_queue_drop(struct datagram_queue *q);
void datagram_queue_empty(struct datagram_queue *q);

#endif
