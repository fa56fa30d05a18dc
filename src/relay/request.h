/* What a relay is asked to do. */
#ifndef SOCKIT_RELAY_REQUEST_H
#define SOCKIT_RELAY_REQUEST_H

#include "base/err.h"
#include "base/unit.h"
#include "relay/flow.h"
#include "stream/stream.h"

enum relay_peer_close {
	RELAY_KEEP_SENDING, /* until the source ends or the peer refuses */
	RELAY_QUIT,         /* what was read is sent, no more is read */
};

struct relay_request {
	struct stream *peer; /* all three stay the caller's */
	struct stream *in;   /* NULL: nothing is read, the sending side stays open */
	struct stream *out;  /* NULL: what comes is read and dropped */

	/*
	 * What stands in the two directions. The answers of up.telnet are sent also when IN is NULL
	 * or has ended, as long as the sending side is open.
	 */
	struct flow_between up, down;

	bool shut_at_once;      /* nothing will be sent: the sending side is shut at the start */
	bool end_when_sent;     /* do not wait for the peer's end once everything is acknowledged */
	bool keep_sending_side; /* do not shut it at the end of the source */
	enum relay_peer_close on_peer_close;

	/* IN and OUT are a program's output and input: it may close either at any time. */
	bool program;
	/*
	 * Somebody else uses the connection too: what was sent and received is what its TCP counts.
	 */
	bool counts_of_tcp;
	bool of_many; /* its end is told of by whoever asked for it */
	nsec_t began; /* when the connection did; 0: now */

	/* Durations, NSEC_NEVER for none, and one point in time. */
	nsec_t idle_timeout;
	nsec_t quit_after_eof;
	nsec_t ack_timeout; /* without progress, once the peer has ended */
	nsec_t deadline;
	nsec_t deadline_after; /* the duration it was made from, for the message */
};

/* Called once, from the loop: ERR is NULL when everything was moved whole. */
typedef void relay_done(void *context, const struct err *err);

#endif
