/*
 * Looking a name up without waiting for it: getaddrinfo, so that nsswitch, mDNS and /etc/hosts
 * count, in a thread of its own. Whoever asked may leave at any time; a thread that is still
 * waiting for a name server is left behind and cleans up after itself.
 */
#ifndef SOCKIT_LOOP_RESOLVER_H
#define SOCKIT_LOOP_RESOLVER_H

#include "loop/loop.h"
#include "net/order.h"

struct lookup_question {
	const char *host;
	uint16_t port;
	int family;   /* AF_UNSPEC, AF_INET or AF_INET6 */
	bool numeric; /* addresses only, names are refused */
	bool passive; /* for binding */
};

struct lookup; /* opaque */

/* Called once, from the loop. On success *list is the callee's, and err is NULL. */
typedef void lookup_done(void *context, struct addr_list *list, const struct err *err);

/* Ask. 0 when the answer will come by DONE; -1 when it could not even be asked. *lookup is to be
 * abandoned until DONE has been called. */
int lookup_start(struct loop *loop, const struct lookup_question *question, lookup_done *done,
                 void *context, struct lookup **lookup, struct err *err) MUST_CHECK;

/* NULL is allowed. DONE will not be called. */
void lookup_abandon(struct lookup *lookup);

/*
 * The same for whoever has nothing else to do: turns the loop until the answer is there, for at
 * most LIMIT (ERR_TIME).
 */
int lookup_wait(struct loop *loop, const struct lookup_question *question, nsec_t limit,
                struct addr_list *list, struct err *err) MUST_CHECK;

/* The same for a numeric address, at once. 1 when HOST is not one. */
int lookup_numeric(const struct lookup_question *question, struct addr_list *list,
                   struct err *err) MUST_CHECK;

/*
 * That SUBJECT was not found: what getaddrinfo returned and, of EAI_SYSTEM, its errno. ERR_RESOLVE,
 * or ERR_LOCAL where this machine lacks something. -1.
 */
int lookup_fail(struct err *err, int eai, int error, const char *subject);

#endif
