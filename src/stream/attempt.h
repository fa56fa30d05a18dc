/* One try to connect to one address: a socket that is being connected. */
#ifndef SOCKIT_STREAM_ATTEMPT_H
#define SOCKIT_STREAM_ATTEMPT_H

#include "stream/multicast.h"
#include "stream/tune.h"

struct attempt_options {
	const struct addr *source; /* or NULL */
	const char *interface;     /* or NULL */
	int type;                  /* SOCK_... */
	struct tune tune;
	const struct multicast *multicast;
};

struct attempt {
	const char *op;   /* the call that failed; "sockopt": *err has all of it */
	bool unconnected; /* it sends to a group or to a broadcast address: others will answer */
};

/*
 * Start. The descriptor, being connected or already connected, or never to be; else a negative
 * errno.
 */
int attempt_open(const struct addr *to, const struct attempt_options *options,
                 struct attempt *attempt, struct err *err) MUST_CHECK;

/*
 * When the descriptor has become writable, or, but for vsock, at any time: 0 once it is connected,
 * or the errno with which it failed; EINPROGRESS when it is still under way.
 */
int attempt_outcome(int fd, const struct addr *to, int type) MUST_CHECK;

#endif
