/*
 * Taking the connections that come to a listener's sockets. Several acceptors may share a listener,
 * each in a loop of its own.
 */
#ifndef SOCKIT_STREAM_ACCEPTOR_H
#define SOCKIT_STREAM_ACCEPTOR_H

#include "stream/listener.h"
#include "stream/stream.h"

struct acceptor_request {
	struct loop *loop;
	struct report *report;
	const struct listener *listener; /* must outlive it */
	bool shared;                     /* with other acceptors */
	bool tells;                      /* who comes; else ACCEPTED tells */
	unsigned at_once; /* the most that are taken before others have a turn; 0 or 1: one */

	/* Whether one more may be taken: false pauses it until acceptor_resume. NULL: always. */
	bool (*admit)(void *context);
	/* What was admitted last has not come. NULL: nobody cares. */
	void (*missed)(void *context);
	/* For each connection; STREAM is the callee's. */
	void (*accepted)(void *context, struct stream *stream, const struct addr *peer);
	void *context;
};

struct acceptor; /* opaque */

/*
 * It begins in the next turn of the loop. A lack of descriptors or memory is told and pauses it for
 * a while. NULL without memory.
 */
struct acceptor *acceptor_new(const struct acceptor_request *request, struct err *err) MUST_CHECK;

/* There is room, or a descriptor, again: if it pauses, try in the next turn. */
void acceptor_resume(struct acceptor *a);

/* NULL is allowed. */
void acceptor_free(struct acceptor *a);

/* ---- What who accepts without a loop does as an acceptor does it. */

/*
 * Whether ERROR of accept(2) is that of one connection, which has gone: the next may be well.
 * *IN_A_ROW counts them, and is to be 0 after an accept without: when they do not end, it is this
 * machine that lets nobody in.
 */
bool acceptor_error_passes(int error, unsigned *in_a_row);

/*
 * Give the connection FD from PEER the socket options that were asked for. False where it cannot
 * have them, which is told: it is not what was asked for.
 */
bool acceptor_tunes(const struct listener *l, struct report *report, const struct addr *peer,
                    int fd);

#endif
