/* What an exchange of datagrams is asked to do. */
#ifndef SOCKIT_RELAY_DATAGRAMS_REQUEST_H
#define SOCKIT_RELAY_DATAGRAMS_REQUEST_H

#include "relay/framing.h"
#include "relay/request.h"

struct datagrams_request {
	struct stream *peer; /* all three stay the caller's */
	struct stream *in;   /* NULL: nothing is sent */
	struct stream *out;  /* NULL: what comes is not looked at */
	/* What stands in the two directions, but for telnet; datagrams that come are not paced. */
	struct flow_between up, down;

	enum framing framing; /* of what comes */
	enum framing cut;     /* what makes a datagram of the source */
	size_t longest;       /* sent, in bytes up to DATAGRAM_ROOM; 0: what the path takes whole */
	uint64_t replies;     /* end when so many have come; 0: no number */
	bool shut_at_once;    /* nothing will be sent: our side is shut at the start */
	bool end_when_sent;
	bool end_with_peer; /* a connection that the peer ends: send no more */

	/* Durations, NSEC_NEVER for none, and one point in time. */
	nsec_t reply_timeout; /* from the last datagram on, once the source has ended */
	nsec_t quit_after_eof;
	nsec_t idle_timeout;
	nsec_t deadline;
	nsec_t deadline_after; /* the duration it was made from, for the message */
};

#endif
