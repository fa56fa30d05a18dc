/*
 * Standard input on its way out as datagrams: read, cut, sent, several in one call where several
 * are ready. It does what it can and then says what it waits for; whoever drives it waits.
 */
#ifndef SOCKIT_RELAY_SENDER_H
#define SOCKIT_RELAY_SENDER_H

#include "base/err.h"
#include "base/unit.h"
#include "relay/flow.h"
#include "relay/framing.h"
#include "stream/datagram.h"

/*
 * How long it waits when the kernel has no room for a datagram (ENOBUFS), which nothing else tells
 * of.
 */
#define SENDER_PAUSE (1 * NSEC_PER_MSEC)

enum sender_state {
	SENDER_RUNNING,
	SENDER_ENDED,       /* the source has ended and everything is sent */
	SENDER_FROM_FAILED, /* error; what came before it is sent */
	SENDER_BAD_INPUT,   /* what the source gives is no datagram; what came before it is sent */
	SENDER_TO_FAILED,   /* error */
};

/* Send COUNT datagrams: how many are done with, or a negative errno as of datagram_send. */
typedef int sender_send(void *context, const struct datagram *datagrams, size_t count);

struct sender {
	struct stream *from, *to;
	sender_send *send; /* NULL: to TO */
	void *send_context;
	enum framing framing;
	size_t longest; /* that is sent, in bytes; 1 to DATAGRAM_ROOM */
	enum sender_state state;
	int error;

	/* What it waits for: READY_* of the two descriptors, or a time (NSEC_NEVER: none). */
	unsigned want_from, want_to;
	nsec_t want_time;
	nsec_t held_until; /* by its pace, the last time that it was */

	uint64_t datagrams, bytes; /* sent */
	size_t refused;            /* after EMSGSIZE: how long the datagram was */

	/* private */
	struct tap *tap;   /* or NULL */
	struct pace *pace; /* or NULL */
	uint8_t *buf, *tap_in;
	size_t begin, end; /* of what is in buf and not yet cut */
	bool drained;      /* the last read gave less than it could have */
	bool from_ended;   /* or failed, with from_error */
	int from_error;
	enum framing_found bad; /* FRAMING_DATAGRAM: nothing is */
	struct framing_piece bad_piece;
	uint64_t cut;
	struct datagram queue[DATAGRAM_BATCH];
	size_t first, count; /* of queue */
};

/* The streams stay the caller's and must outlive it. -1 without memory. */
int sender_init(struct sender *s, struct stream *from, struct stream *to, enum framing framing,
                size_t longest, struct err *err) MUST_CHECK;
void sender_close(struct sender *s);

/*
 * What is to stand in its way: a tap, which sees the bytes before they are cut; and a pace. They
 * stay the caller's. -1 without memory.
 */
int sender_put_between(struct sender *s, const struct flow_between *between,
                       struct err *err) MUST_CHECK;

/* Go on: something that it waits for may have come. */
void sender_run(struct sender *s);

/* Whether everything that was read is sent, but for the beginning of a datagram. */
bool sender_is_idle(const struct sender *s);

/* Sending cannot go on, whatever is still held: it has failed with ERROR. */
void sender_break(struct sender *s, int error);

/* Fill *err for SENDER_FROM_FAILED, SENDER_BAD_INPUT and SENDER_TO_FAILED. */
void sender_explain(const struct sender *s, struct err *err);

#endif
