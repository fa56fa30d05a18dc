#include "relay/datagram_queue.h"

#include <stdlib.h>
#include <string.h>

bool datagram_queue_add(struct datagram_queue *q, const uint8_t *at, size_t len)
{
	bool fits = q->count < DATAGRAM_QUEUE_MOST && q->bytes + len <= DATAGRAM_QUEUE_BYTES;
	struct queued_datagram *d = fits ? malloc(sizeof *d + len) : NULL;

	if (!d)
		return false;
	d->next = NULL;
	d->len = len;
	if (len > 0)
		memcpy(d->bytes, at, len);
	*(q->first ? &q->last->next : &q->first) = d;
	q->last = d;
	q->count++;
	q->bytes += len;
	return true;
}

void datagram_queue_drop(struct datagram_queue *q)
{
	struct queued_datagram *d = q->first;

	q->first = d->next;
	q->count--;
	q->bytes -= d->len;
	free(d);
}

void datagram_queue_empty(struct datagram_queue *q)
{
	while (q->first)
		datagram_queue_drop(q);
}
