/*
 * Two connections joined to each other: two flows that live and end by themselves. When both have
 * ended and all that was sent is acknowledged the pair is over, whole. What befalls one side, a
 * failure or a limit, cuts the other too: with a reset, so that nobody takes a part for the whole.
 */
#ifndef SOCKIT_RELAY_PAIR_H
#define SOCKIT_RELAY_PAIR_H

#include "base/err.h"
#include "loop/loop.h"
#include "relay/flow.h"
#include "relay/patience.h"
#include "relay/spares.h"
#include "stream/stream.h"

/* What all pairs of a kind have in common; outlives them. */
struct pair_request {
	struct loop *loop;
	struct spares *shared;
	uint64_t rate;       /* bytes a second, each way; 0: as fast as it goes */
	nsec_t idle_timeout; /* NSEC_NEVER: none */
	nsec_t ack_timeout;  /* without progress, once both have ended */
};

struct pair;

/* How it ended. REASON is a phrase; ERR is NULL when everything was moved whole. */
typedef void pair_done(struct pair *pair, const char *reason, const struct err *err);

/* Private. */
struct pair_side {
	struct stream *stream;
	struct watch watch;
	struct flow flow; /* from it to the other */
	struct pace pace; /* of the flow */
	bool open;        /* the flow has not ended */
	bool fin_sent;    /* the other's flow has, and this one was told */
	bool settled;     /* it is known to have everything */
	bool hung_up;     /* it is known to have, and nothing else can be learnt of it */
};

/* The caller's; small, because there may be many. */
struct pair {
	const struct pair_request *request;
	pair_done *done;
	struct pair_side a, b;
	struct timer idle, held, slow;
	nsec_t moved_at; /* when bytes last moved */
	uint64_t moved;  /* bytes, both ways, at that time */
	struct patience patience;
	bool draining, cut;
};

/*
 * Join A and B, which stay the caller's. DONE is called once, from the loop, and may stop and free
 * the pair. The N bytes FIRST go to B before what A sends. 0, or an errno: there is nothing to stop
 * then.
 */
int pair_start(struct pair *p, const struct pair_request *request, struct stream *a,
               struct stream *b, const void *first, size_t n, pair_done *done) MUST_CHECK;

/* Read no more: deliver what was read, and be over. DONE may be called before it returns. */
void pair_drain(struct pair *p);

/* Bytes that A gave, and that it took. */
uint64_t pair_received(const struct pair *p);
uint64_t pair_sent(const struct pair *p);

/*
 * Stop watching; the streams can then be closed. Does nothing to one that was never started, being
 * zeroed.
 */
void pair_stop(struct pair *p);

#endif
