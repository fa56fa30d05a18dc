/*
 * Datagrams of anybody, passed on to a target: a session for each client, with a socket of its own,
 * so that the target can tell them apart and its answers find back; these leave from the address
 * that the client had asked. A session that is quiet for too long is forgotten, and where there is
 * no room for one more, the one that was quiet for the longest.
 */
#ifndef SOCKIT_RELAY_DATAGRAM_FORWARD_H
#define SOCKIT_RELAY_DATAGRAM_FORWARD_H

#include "loop/loop.h"
#include "out/report.h"
#include "relay/datagram_server_request.h"
#include "stream/admission.h"
#include "stream/dial.h"

struct datagram_forward_request {
	const struct datagram_socket
		*sockets; /* 1 or more, that tell peer and local; the caller's */
	size_t socket_count;
	struct dial_request target;  /* but for its deadline */
	struct admission *admission; /* or NULL: everybody may send */
	nsec_t session_timeout;
	size_t max_sessions; /* 1 or more */
};

/* What mailbox_ask is to be asked for the sockets. */
extern const struct mailbox_wants datagram_forward_wants;

struct datagram_forward; /* opaque */

/* It goes on until it is freed. REQUEST is copied, but for what it points to. */
int datagram_forward_start(struct loop *loop, const struct datagram_forward_request *request,
                           struct report *report, struct datagram_forward **forward,
                           struct err *err) MUST_CHECK;

/* How many sessions there have been. */
uint64_t datagram_forward_sessions(const struct datagram_forward *f);

/* Ends all sessions. NULL is allowed. */
void datagram_forward_free(struct datagram_forward *f);

#endif
