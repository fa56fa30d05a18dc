/*
 * What listen --keep-open joins its clients to when it is no program: standard input and output,
 * files, or each other.
 */
#ifndef SOCKIT_CMD_LISTEN_JOINED_H
#define SOCKIT_CMD_LISTEN_JOINED_H

#include "cli/joined_options.h"
#include "serve/role_broker.h"
#include "serve/role_stdio.h"

struct listen_joined {
	struct role_stdio_request stdio;
	struct role_broker_request broker;
	/* For a struct server_request and its place; they point into this. */
	const struct role *role;
	void *context;
	const char *name;
	unsigned descriptors; /* of a client */
};

/* Open what is needed. -1 with nothing open. */
int listen_joined_open(struct listen_joined *j, const struct joined_options *options,
                       const struct relay_options *relay, struct err *err) MUST_CHECK;

/*
 * Close it, after RESULT with *err: the new result. -1 with ERR_SHOWN when a file has failed. What
 * fails only now goes to REPORT where *err has the say.
 */
int listen_joined_close(struct listen_joined *j, int result, struct report *report,
                        struct err *err) MUST_CHECK;

#endif
