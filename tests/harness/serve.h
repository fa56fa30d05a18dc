/* `sockit echo-serve` under test. */
#ifndef HARNESS_SERVE_H
#define HARNESS_SERVE_H

#include "harness/sockit.h"

/* The models with many clients at once, and all of them. */
#define SERVE_MANY "event", "thread", "fork"
#define SERVE_MODELS SERVE_MANY, "iterative"

/* Start `sockit echo-serve ENDPOINT`, followed by PLAN's args, as sockit_listen does. */
struct child sockit_serve(const struct plan *plan, enum net net, struct place *place);

/* Send TERM, and fail the test unless it ends by that and leaves no process behind. */
void sockit_serve_end(struct child *server);

/* The same once it has been told to. */
void sockit_serve_expect(struct child *server, int status);

#endif
