/* What listen does with --forward. */
#ifndef SOCKIT_CMD_FORWARDING_H
#define SOCKIT_CMD_FORWARDING_H

#include "cli/forward_options.h"
#include "cli/net_options.h"
#include "cli/relay_options.h"
#include "relay/datagram_forward.h"
#include "relay/forward.h"
#include "stream/listener.h"

struct forwarding_wish {
	const struct forward_options *options;
	const struct relay_options *relay;
	const struct net_options *net;
	const struct spec *at; /* where it listens */
	bool trusts;           /* it is said who may come */
	nsec_t deadline;       /* when all of it must be over */
	nsec_t accept_timeout;
};

/* What the wish comes to. Its requests point into it, so it stays in place. */
struct forwarding {
	struct spec target;
	struct sockopt_list sockopts;
	struct forward_request request; /* without a loop */
	nsec_t session_timeout;         /* the rest is for datagrams */
	unsigned max_sessions;
	nsec_t accept_timeout;
};

/* Read the wish: -1 with a usage error. Nothing is opened, and nothing has to be closed. */
int forwarding_read(struct forwarding *f, const struct forwarding_wish *wish,
                    struct err *err) MUST_CHECK;

/* Forward one client, and turn the loop until it is over. The stream is closed. */
int forwarding_run_one(struct loop *loop, struct forwarding *f, struct stream *client,
                       struct report *report, struct err *err) MUST_CHECK;

/* Forward datagrams of everybody until a signal or a limit. The listener is closed. */
int forwarding_run_datagrams(struct loop *loop, struct forwarding *f, struct listener *listener,
                             struct report *report, struct err *err) MUST_CHECK;

#endif
