/* One client over a blocking socket, from its coming to its going. */
#ifndef SOCKIT_SERVE_BLOCKING_CLIENT_H
#define SOCKIT_SERVE_BLOCKING_CLIENT_H

#include "serve/exchange.h"
#include "serve/server.h"
#include "stream/blocking.h"

/*
 * Descriptors that become readable when whoever accepted it wants it to drain (stop), or to go at
 * once (cut); -1: signals alone say so. They are only waited for.
 */
struct blocking_orders {
	int stop, cut;
};

/* One that has come and was told. May be moved until it is served. */
struct blocking_client {
	struct server *server;
	struct server_client client;
	struct addr peer; /* the client's, wherever this lies */
	struct stream_blocking stream;
	struct blocking_orders orders;
};

/* Serve C until it has gone, close it and tell. */
void blocking_client_serve(struct blocking_client *c, struct exchange_scratch *scratch);

/* Close C, which is not served. */
void blocking_client_drop(struct blocking_client *c, const char *reason);

/* It cannot be served: tell that WHAT ("start a thread") failed with errno ERROR, close it. */
void blocking_client_refuse(struct blocking_client *c, const char *what, int error);

#endif
