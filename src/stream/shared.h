/*
 * Sockets that listen and are open in other processes too, whose flags are not ours to change:
 * O_NONBLOCK is one of the open file. Where that is not set, accept(2) may wait although somebody
 * was there, for another process or thread may have been quicker. It is made to wait for a moment
 * only (SO_RCVTIMEO, which is of the socket too), and that is undone at the end.
 */
#ifndef SOCKIT_STREAM_SHARED_H
#define SOCKIT_STREAM_SHARED_H

#include <stdbool.h>
#include <sys/time.h>

#include "net/addr.h"

struct shared_socket {
	bool waits;             /* accept(2) does */
	struct timeval timeout; /* SO_RCVTIMEO as it was */
};

/* For FD, of TYPE. What is received from one of datagrams never waits. 0 or a negative errno. */
int shared_take(struct shared_socket *s, int fd, int type) MUST_CHECK;
void shared_give_back(const struct shared_socket *s, int fd);

/* As sys_accept and, BLOCKING, sys_accept_blocking. */
int shared_accept(const struct shared_socket *s, int fd, bool blocking,
                  struct addr *peer) MUST_CHECK;

#endif
