/*
 * Datagrams on their way to standard output: received, several in one call where several are there,
 * framed, written. Like the sender it does what it can and then says what it waits for. A sink that
 * is not ready keeps it from receiving: the memory it takes has a bound.
 */
#ifndef SOCKIT_RELAY_RECEIVER_H
#define SOCKIT_RELAY_RECEIVER_H

#include "base/err.h"
#include "out/report.h"
#include "relay/framer.h"
#include "stream/datagram.h"

enum receiver_state {
	RECEIVER_RUNNING,
	RECEIVER_ENDED,       /* the peer has ended, or as many as asked for came; all is written */
	RECEIVER_FROM_FAILED, /* error; what came before it is written */
	RECEIVER_TO_FAILED,   /* error */
};

struct receiver {
	struct stream *from;
	uint64_t most; /* datagrams to be received; 0: no limit */
	struct report *report;
	enum receiver_state state;
	int error;
	bool peer_ended;

	unsigned want_from, want_to; /* READY_* of the two descriptors */

	uint64_t datagrams, bytes; /* received */

	/* private */
	struct framer framer;
	uint8_t *slots;
	int from_error; /* receiving, or sending, has failed: what is there is still taken */
	struct datagram got[DATAGRAM_BATCH];
	struct addr senders[DATAGRAM_BATCH]; /* where they are told */
	size_t next, count;                  /* of got */
	bool stopped, drained;               /* the last call gave less than it could have */
};

/*
 * The streams stay the caller's and must outlive it. -1 without memory. TO, TAP and MOST may be
 * NULL or 0.
 */
int receiver_init(struct receiver *r, struct stream *from, struct stream *to, struct tap *tap,
                  enum framing framing, struct err *err) MUST_CHECK;
/* Have each datagram told with its sender. */
void receiver_tell_senders(struct receiver *r);
void receiver_close(struct receiver *r);

/* Go on: something that it waits for may have come. */
void receiver_run(struct receiver *r);

/* Whether everything that was received is written. */
bool receiver_is_idle(const struct receiver *r);

/* Receive no more: it ends once everything is written. */
void receiver_stop(struct receiver *r);

/* Sending failed with ERROR: deliver what is there, then fail with it. */
void receiver_break(struct receiver *r, int error);

#endif
