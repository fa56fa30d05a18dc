/*
 * A stream over a connected socket that blocks, for who has nothing else to do: plain read(2) and
 * write(2). It never waits for what may never come: a read is made once for each time that the
 * socket was found readable, and a write gives up after a moment, so that whoever drives it can
 * look at signals and limits and then wait for readiness.
 */
#ifndef SOCKIT_STREAM_BLOCKING_H
#define SOCKIT_STREAM_BLOCKING_H

#include "base/unit.h"
#include "net/addr.h"
#include "stream/stream.h"

/*
 * The longest that a write waits for room (SO_SNDTIMEO): as long as a signal may have to wait. Who
 * does not read is waited for elsewhere, so it costs nothing that this is short.
 */
#define STREAM_BLOCKING_WRITE (250 * NSEC_PER_MSEC)

struct stream_blocking {
	struct stream stream; /* its close closes the descriptor and frees nothing */
	bool readable;        /* the next read will not wait; it takes this back */
};

/*
 * Over FD, a socket without O_NONBLOCK that is connected to PEER, which is taken. 0, or the
 * negative errno with which the limit for writes could not be set: FD is then still the caller's.
 */
int stream_blocking_init(struct stream_blocking *s, int fd, const struct addr *peer) MUST_CHECK;

/*
 * Have accept(2) on the sockets of a listener wait for somebody; not without end, for whoever came
 * may have gone again, on some systems without a trace.
 */
int stream_blocking_listen(int fd) MUST_CHECK;

#endif
