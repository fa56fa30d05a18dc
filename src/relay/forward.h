/*
 * A client that is joined to another endpoint: who it is (the PROXY protocol, where that is
 * accepted), the connection to the target, then a pair. What the client sends meanwhile waits in
 * the kernel.
 */
#ifndef SOCKIT_RELAY_FORWARD_H
#define SOCKIT_RELAY_FORWARD_H

#include "net/proxy_header.h"
#include "out/report.h"
#include "relay/pair.h"
#include "stream/dial.h"

/* A client that is to say who it is may take so long for that. */
#define FORWARD_HEADER_LIMIT (3 * NSEC_PER_SEC)

/* What all forwards of a loop have in common; outlives them. */
struct forward_request {
	struct pair_request pair;
	struct dial_request target; /* but for its deadline */
	struct report *report;      /* hears what becomes of each */
	struct report *dialling;    /* hears of the addresses that are tried */
	nsec_t deadline;            /* of it all, or NSEC_NEVER */
	nsec_t deadline_after;      /* the duration it was made from, for the message */
	enum proxy_version sends;   /* what the target is told first */
	bool accepts_header;        /* clients begin with who they are */
	/*
	 * This machine lacks what another client takes (ERROR is an errno), for one more or, with
	 * 0, for one less: it tries again meanwhile. NULL: that is a failure.
	 */
	void (*lack)(void *context, int error);
	void *lack_context;
};

struct forward_end {
	uint64_t received, sent; /* bytes of the client */
	const char *reason;      /* a phrase */
	const struct err *err;   /* NULL: all was moved whole, or it was drained */
	bool joined;             /* the target was reached */
};

struct forward; /* opaque */

/* Called once, from the loop. It may free the forward. */
typedef void forward_done(void *context, const struct forward_end *end);

/*
 * For the client behind CLIENT, a socket, which is the forward's from now on. NULL without memory;
 * CLIENT is the caller's then.
 */
struct forward *forward_new(const struct forward_request *request,
                            struct stream *client) MUST_CHECK;

/* Begin. NUMBER is what the client is told of as. DONE may be called before this returns. */
void forward_start(struct forward *f, uint64_t number, forward_done *done, void *context);

/* Whose client it is: as the PROXY protocol said, or whom the stream is connected to. */
const struct addr *forward_client(const struct forward *f);

/* Read no more: deliver what was read, and be over. DONE may be called before this returns. */
void forward_drain(struct forward *f);

/* Reset both sides. DONE is not called any more; the counts stay. */
void forward_cut(struct forward *f, struct forward_end *end);

/* Close both sides, with a reset unless it is over. NULL is allowed. */
void forward_free(struct forward *f);

#endif
