/* A TCP or UDP socket with an address of its own: what listens. */
#ifndef SOCKIT_STREAM_BOUND_H
#define SOCKIT_STREAM_BOUND_H

#include "stream/mailbox.h"
#include "stream/multicast.h"
#include "stream/tune.h"

struct bound_options {
	int type;              /* SOCK_STREAM or SOCK_DGRAM */
	const char *interface; /* SO_BINDTODEVICE, or NULL */
	const struct mailbox_wants *wants;
	struct tune tune;
	const struct multicast *multicast;
};

/* A socket bound to A, to whose port the chosen one is written back where it was 0. Else a negative
 * errno, and *op names the call that failed; where that is "sockopt", *err says which option was
 * refused, or which group cannot be joined. */
int bound_open(struct addr *a, const struct bound_options *options, const char **op,
               struct err *err) MUST_CHECK;

#endif
