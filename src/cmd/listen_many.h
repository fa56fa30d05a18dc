/* listen --keep-open: all who come, at once, each joined to what was asked for. */
#ifndef SOCKIT_CMD_LISTEN_MANY_H
#define SOCKIT_CMD_LISTEN_MANY_H

#include "cli/command.h"
#include "cli/many_options.h"
#include "cmd/listen_joined.h"
#include "cmd/session.h"
#include "stream/listener.h"

struct listen_many_request {
	const struct many_options *many;
	const struct relay_options *relay;
	const struct session_program *program; /* NULL: none, but */
	struct forwarding *forwarding;         /* NULL: nor this, but what is: */
	const struct joined_options *joined;
	struct listener *listener; /* closed by listen_many */
	nsec_t accept_timeout;
	nsec_t deadline; /* when all of it must be over */
};

/*
 * Until a signal ends it, or what was asked for is over. -1 with ERR_ANSWER and status 1 when it is
 * over and some client was cut.
 */
int listen_many(struct loop *loop, const struct listen_many_request *request, struct report *report,
                struct err *err) MUST_CHECK;

#endif
