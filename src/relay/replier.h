/*
 * Datagrams of our own to those who have sent some. What cannot be delivered is told and forgotten:
 * no single recipient ends a server.
 */
#ifndef SOCKIT_RELAY_REPLIER_H
#define SOCKIT_RELAY_REPLIER_H

#include "out/report.h"
#include "relay/correspondents.h"
#include "stream/datagram.h"

struct replier {
	struct correspondents *known; /* the caller's, as the report is */
	struct report *report;
	int fd;      /* that was sent from last: READY_OUT of it is what EAGAIN waits for */
	size_t next; /* of known, that the datagram in front goes to */
	uint64_t datagrams, bytes, undelivered; /* each recipient counts */
};

/*
 * A sender_send with a struct replier: fails with EAGAIN and ENOBUFS alone. There must be somebody.
 */
int replier_send(void *replier, const struct datagram *datagrams, size_t count) MUST_CHECK;

#endif
