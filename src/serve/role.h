/*
 * What is done with the clients of the event model: a service is spoken to them, a program is run
 * for each, they are joined to another endpoint, to standard input and output, to each other. The
 * engine accepts them, keeps them in a list, and ends them; a role is what it calls. Bytes are
 * counted by the role, as they move or when the client goes: server_moved.
 */
#ifndef SOCKIT_SERVE_ROLE_H
#define SOCKIT_SERVE_ROLE_H

#include "serve/server.h"
#include "stream/stream.h"

struct engine; /* serve/engine.h */

/* The engine's part of a client; what a role keeps for one has it in it. */
struct client {
	struct engine *engine;
	struct client *next, *previous;
	struct server_client told; /* its number, once it is started; its place and its peer */
};

struct role {
	/*
	 * What it keeps for ENGINE, of which there may be several; CONTEXT is
	 * server_request.role_context. *state may stay NULL.
	 */
	int (*open)(struct engine *engine, void *context, void **state, struct err *err);
	/* There are no clients any more. */
	void (*close)(void *state);

	/*
	 * For a client that has come over STREAM, which is the role's from now on. NULL without
	 * memory; STREAM is the caller's then.
	 */
	struct client *(*new_client)(void *state, const struct server_place *place,
	                             struct stream *stream);
	/* It has its number and has been told of. Like the next two, this may end it, and no other:
	 * client_gone. */
	void (*start)(struct client *c);
	/*
	 * Nobody comes any more and nothing more is read from this one: it ends once it has what it
	 * is owed.
	 */
	void (*drain)(struct client *c);
	/* It ends now, for REASON: client_gone is called before this returns. */
	void (*cut)(struct client *c, const char *reason);
	/* Close its stream and free it. */
	void (*free_client)(struct client *c);
};

/* C is over: it is told of, counted, freed by its role, and has made room for others. */
void client_gone(struct client *c, const struct client_end *end);

/*
 * Accept nobody, although there is room: something else is missing. Until it is called with
 * false.
 */
void engine_hold(struct engine *e, bool hold);

struct loop *engine_loop(const struct engine *e);
struct server *engine_server(const struct engine *e);

#endif
