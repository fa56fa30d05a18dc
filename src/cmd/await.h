/* Waiting for the one client of a listener. */
#ifndef SOCKIT_CMD_AWAIT_H
#define SOCKIT_CMD_AWAIT_H

#include "cli/relay_options.h"
#include "stream/listener.h"
#include "stream/stream.h"

struct await_request {
	const struct listener *listener;
	const struct relay_options *relay; /* for the deadline's message */
	nsec_t accept_timeout;
	nsec_t deadline; /* when all of it must be over */
};

/*
 * Turn LOOP until the first client is there: its stream is the caller's. -1 with *err when a limit
 * or a signal comes first.
 */
int await_client(struct loop *loop, const struct await_request *request, struct report *report,
                 struct stream **client, struct err *err) MUST_CHECK;

#endif
