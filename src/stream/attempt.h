/* One try to connect to one address: a socket that is being connected. */
#ifndef SOCKIT_STREAM_ATTEMPT_H
#define SOCKIT_STREAM_ATTEMPT_H

#include "stream/tune.h"

struct attempt_options {
	const struct addr *source; /* or NULL */
	const char *interface;     /* or NULL */
	int type;                  /* SOCK_... */
	struct tune tune;
};

/* Start. The descriptor, being connected or already connected; else a negative errno, and *op names the
 * call that failed; where that is "sockopt", *err says which option was refused. */
int attempt_open(const struct addr *to, const struct attempt_options *options, const char **op,
                 struct err *err) MUST_CHECK;

/* When the descriptor has become writable: 0 once it is connected, or the errno with which it failed;
 * EINPROGRESS when it is still under way. */
int attempt_outcome(int fd, const struct addr *to, int type) MUST_CHECK;

#endif
