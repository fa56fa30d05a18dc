/*
 * A server for many: places where clients come in, what all of them together may take, and what is told of
 * them. The models (serve/model.h) drive it.
 */
#ifndef SOCKIT_SERVE_SERVER_H
#define SOCKIT_SERVE_SERVER_H

#include <stdatomic.h>

#include "loop/loop.h"
#include "out/report.h"
#include "serve/service.h"
#include "stream/listener.h"

/* One SERVICE=ENDPOINT. */
struct server_place {
	const struct service *service;
	struct listener *listener; /* open; the caller's */
	bool datagrams;
	bool any_address; /* no address was named: what amplifies answers loopback alone */
};

struct server_request {
	const struct server_place *places;
	size_t place_count;
	const struct service_setup *setup;
	unsigned max_conns;   /* clients at once: at the limit accepting pauses */
	unsigned threads;     /* of the event model */
	unsigned max_accepts; /* then it ends when those are served; 0: no limit */
	nsec_t idle_timeout;
	nsec_t drain; /* how long clients are still served after a signal */
};

/* What was served so far, by all threads and child processes: it is in memory that they share. */
struct server_totals {
	_Atomic uint64_t clients, now, peak; /* now: being served */
	_Atomic uint64_t received_bytes, sent_bytes;
	_Atomic uint64_t received_datagrams, sent_datagrams, undelivered_datagrams;
	_Atomic uint64_t
		refused; /* datagrams that must not be answered, connections that were not let in */
	_Atomic uint64_t failed; /* clients that were reset, too slow, or could not be served */
};

struct server {
	struct loop *loop;
	const struct server_request *request;
	struct server_totals *totals;
	struct report *report;
};

/* Tell of clients, and count them. */
struct server_client {
	uint64_t id; /* from 1 */
	const struct server_place *place;
	struct addr peer;
	nsec_t since;
};

void server_client_came(struct server *s, struct server_client *client);
void server_client_gone(struct server *s, const struct server_client *client, uint64_t received,
                        uint64_t sent, const char *reason);

#endif
