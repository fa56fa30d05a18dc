/* listen without --keep-open: the first client is all. */
#ifndef SOCKIT_CMD_LISTEN_FIRST_H
#define SOCKIT_CMD_LISTEN_FIRST_H

#include "cli/relay_options.h"
#include "stream/listener.h"

struct listen_first_request {
	struct listener *listener;
	const struct relay_options *relay;
	nsec_t accept_timeout; /* or NSEC_NEVER */
	nsec_t deadline;       /* when all of it must be over */
};

/* Turn the loop until a client is there: *client. The listener stays open. */
int listen_first(struct loop *loop, const struct listen_first_request *request,
                 struct report *report, struct stream **client, struct err *err) MUST_CHECK;

#endif
