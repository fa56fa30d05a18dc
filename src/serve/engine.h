/*
 * The event model's work in one loop: clients are accepted, served as they are ready, and drained.
 */
#ifndef SOCKIT_SERVE_ENGINE_H
#define SOCKIT_SERVE_ENGINE_H

#include "serve/server.h"

struct engine; /* opaque */

struct engine_request {
	struct server *server;
	struct loop *loop;
	bool shared; /* other engines accept at the same places */
	/* A place that others may wait for became free. NULL: there are no others. */
	void (*vacated)(void *context);
	/* It accepts nobody any more: all have come, or it drains. */
	void (*closed)(void *context);
	/* It accepts nobody any more and has no client left. */
	void (*over)(void *context);
	void *context;
};

/* -1 with *err without memory. */
int engine_new(const struct engine_request *request, struct engine **engine,
               struct err *err) MUST_CHECK;

/* There may be room for clients again, or all of --max-accepts have gone: look. */
void engine_look(struct engine *e);

/* Whether it pauses, to be looked at when a place becomes free. Of any thread. */
bool engine_is_paused(const struct engine *e);

/* Accept nobody any more; end clients once they have what they are owed, and the last at LIMIT. */
void engine_drain(struct engine *e, nsec_t limit);

/* Accept nobody any more, and end all clients for REASON. */
void engine_cut(struct engine *e, const char *reason);

/* Ends its clients at once. NULL is allowed. */
void engine_free(struct engine *e);

#endif
