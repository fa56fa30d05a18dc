/*
 * Datagrams that anybody sends to a service: each is a step, and what that gives goes back at once,
 * from the address that was asked. The same for all models; nothing of it ever blocks.
 *
 * What must not be answered is not (the storm of two services that answer each other, a large
 * answer to a forged sender): it is counted, and the first of a kind is told.
 */
#ifndef SOCKIT_SERVE_ANSWERER_H
#define SOCKIT_SERVE_ANSWERER_H

#include "serve/server.h"

struct answerer; /* opaque: memory for a batch, and nothing for a client */

/* What the listener of a place for datagrams has to ask of the kernel. */
extern const struct mailbox_wants answerer_wants;

/*
 * For PLACE, which is one of SERVER's, is for datagrams, and is open as all of them are. NULL
 * without memory, with *err.
 */
struct answerer *answerer_new(struct server *server, const struct server_place *place,
                              struct err *err) MUST_CHECK;

/* Have LOOP see to all of it; SHARED: others of the same place are in other loops. */
void answerer_watch(struct answerer *a, struct loop *loop, bool shared);

/*
 * Or answer what is there, MAILBOX_BATCH datagrams at most, at the I'th socket of its listener,
 * which was found readable. 0, or the negative errno of a failure of this machine (no memory),
 * which only time makes better.
 */
int answerer_ready(struct answerer *a, size_t i);

/* NULL is allowed. */
void answerer_free(struct answerer *a);

/* Why a datagram got no answer. */
enum answerer_refusal {
	ANSWERER_ANSWERS,
	ANSWERER_NAMELESS, /* a Unix socket without a name sent it */
	ANSWERER_CUT,   /* it was longer than what is received, so that the answer would be wrong */
	ANSWERER_STORM, /* it comes from a port that answers, too */
	ANSWERER_AMPLIFIES, /* much would be given for little, to another machine */
	ANSWERER_UNSENT,    /* the answer could not be sent */
	ANSWERER_REFUSALS
};

#endif
