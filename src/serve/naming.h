/* The names of clients, looked up in threads beside a loop. */
#ifndef SOCKIT_SERVE_NAMING_H
#define SOCKIT_SERVE_NAMING_H

#include "loop/loop.h"
#include "net/addr.h"

/* The longest that a name is waited for. */
#define NAMING_LIMIT NSEC_PER_SEC

struct namings; /* opaque */

/*
 * Called from the loop, later: the name of whom CONTEXT stands for, "" for none within the limit.
 */
typedef void naming_found(void *context, const char *name);

/* NULL without memory or descriptors. */
struct namings *namings_new(struct loop *loop, naming_found *found);

/* Look up the name of PEER for CONTEXT. -1 when that cannot even begin. */
int naming_start(struct namings *n, const struct addr *peer, void *context) MUST_CHECK;

/* CONTEXT has gone: nothing is called for it any more. */
void naming_cancel(struct namings *n, const void *context);

/* NULL is allowed. */
void namings_free(struct namings *n);

#endif
