/*
 * What a server does before its first socket is open and after the last is: who will be let in,
 * whom it becomes, and telling scripts and service managers that it can be reached, and where.
 */
#ifndef SOCKIT_CMD_READY_H
#define SOCKIT_CMD_READY_H

#include "base/err.h"
#include "base/text.h"
#include "cli/access_options.h"
#include "cli/listen_options.h"
#include "sys/user.h"

struct ready_request {
	const struct listen_options *listen;
	const struct access_options *access;
	const struct net_options *net;
	unsigned kinds;       /* of the endpoints, FOR_... or'ed */
	const char *endpoint; /* one of them, for messages */
};

struct ready {
	const struct listen_options *options;
	struct report *report;
	struct sys_user user;
	struct admission *admission; /* for the listeners */
};

/* Whether the descriptor of --ready-fd is open: to be asked before anything is opened. */
int ready_check(const struct listen_options *o, struct err *err) MUST_CHECK;

/*
 * Read who may come in, for which LOOP runs where there are names, and find the user. -1 with *err;
 * else READY is to be freed, after the listeners are closed.
 */
int ready_prepare(struct loop *loop, const struct ready_request *request, struct report *report,
                  struct ready *ready, struct err *err) MUST_CHECK;

/*
 * The listeners are open: write PORTS, a line each, to --port-file, become the user, and tell that
 * clients can come (--ready-fd, sd_notify(3)).
 */
int ready_tell(const struct ready *ready, const struct text *ports, struct err *err) MUST_CHECK;

void ready_free(struct ready *ready);

#endif
