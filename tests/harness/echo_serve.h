/* `sockit echo-serve` with one service, over streams or datagrams, started and ready. */
#ifndef HARNESS_ECHO_SERVE_H
#define HARNESS_ECHO_SERVE_H

#include <stdbool.h>

#include "harness/child.h"
#include "harness/place.h"

/*
 * Start it with SERVICE at a free place of NET, for datagrams or not, followed by ARGS; return when
 * it is ready, with where it is in *PLACE. Its standard error is collected.
 */
struct child echo_serve(const char *service, enum net net, bool datagrams, const char *const *args,
                        struct place *place);

/* The same at "SERVICE=ENDPOINT", whose port is stored in *PORT. */
struct child echo_serve_at(const char *operand, const char *const *args, unsigned *port);

/* The models for many clients at once, and all of them. */
#define ECHO_SERVE_MANY "event", "thread", "fork"
#define ECHO_SERVE_MODELS ECHO_SERVE_MANY, "iterative"

/* The same at an ENDPOINT of NET, followed by PLAN's args, as sockit_listen does. */
struct child echo_serve_plan(const struct plan *plan, enum net net, struct place *place);

/* Fail the test unless it ends with STATUS and leaves no process behind; the same after a TERM. */
void echo_serve_expect(struct child *server, int status);
void echo_serve_end(struct child *server);

/*
 * Connect to PLACE once, for a server that may refuse: -1 when the reset came even before the
 * kernel said that it had connected.
 */
int echo_serve_try(const struct place *place);

/* A datagram socket of the test's own, which is connected to PLACE and can be answered. */
int echo_serve_dgram(const struct place *place);

#endif
