/* What a datagram server is asked to do. */
#ifndef SOCKIT_RELAY_DATAGRAM_SERVER_REQUEST_H
#define SOCKIT_RELAY_DATAGRAM_SERVER_REQUEST_H

#include "relay/correspondents.h"
#include "relay/framing.h"
#include "relay/request.h"

struct datagram_socket {
	int fd;
	struct addr local; /* it is bound to */
};

struct datagram_server_request {
	const struct datagram_socket
		*sockets; /* 1 or more; they stay the caller's, as the streams do */
	size_t socket_count;
	const char *where; /* they are, for messages; lives as long as the server */
	struct stream *in; /* NULL: nobody is answered */
	struct stream *out;
	/* What stands in the two directions, but for telnet; datagrams that come are not paced. */
	struct flow_between up, down;

	/* That were asked of the sockets; the peer is among them with IN. */
	struct mailbox_wants wants;
	struct admission *admission; /* who may send; or NULL */
	enum framing framing;        /* of what comes */
	enum framing cut;            /* what makes a datagram of the source */
	bool tag;                    /* who sent it stands in front of each */
	size_t room;                 /* for one that is received, in bytes; the rest is cut off */
	size_t longest;              /* that is sent, in bytes up to DATAGRAM_ROOM */
	enum reply_to reply_to;
	uint64_t most; /* end when so many have come and are written; 0: no number */

	/* Durations, NSEC_NEVER for none, and one point in time. */
	nsec_t accept_timeout; /* until the first comes */
	nsec_t quit_after_eof;
	nsec_t idle_timeout;
	nsec_t deadline;
	nsec_t deadline_after; /* the duration it was made from, for the message */
};

#endif
