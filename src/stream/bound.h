/* A TCP socket with an address of its own: what listens. */
#ifndef SOCKIT_STREAM_BOUND_H
#define SOCKIT_STREAM_BOUND_H

#include "stream/tune.h"

struct bound_options {
	const char *interface; /* SO_BINDTODEVICE, or NULL */
	struct tune tune;
};

/* A socket bound to A, to whose port the chosen one is written back where it was 0. Else a negative
 * errno, and *op names the call that failed; where that is "sockopt", *err says which option was
 * refused. */
int bound_open(struct addr *a, const struct bound_options *options, const char **op,
               struct err *err) MUST_CHECK;

#endif
