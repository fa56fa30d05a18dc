/*
 * A server for many: places where clients come in, what all of them together may take, and what is
 * told of them. The models (serve/model.h) drive it.
 */
#ifndef SOCKIT_SERVE_SERVER_H
#define SOCKIT_SERVE_SERVER_H

#include <stdatomic.h>

#include "loop/loop.h"
#include "out/plot.h"
#include "out/report.h"
#include "serve/exchange.h"
#include "stream/listener.h"

/* Where clients come in. */
struct server_place {
	const struct service *service; /* NULL: they get none */
	const char *name;              /* of what they get instead, for what is told */
	struct listener *listener;     /* open; the caller's */
	bool datagrams;
	bool any_address; /* no address was named: what amplifies answers loopback alone */
};

struct server_request {
	const struct server_place *places;
	size_t place_count;
	const struct service_setup *setup;
	const struct role *role; /* serve/role.h; of the event model. NULL: services */
	void *role_context;
	unsigned max_conns;   /* clients at once: at the limit accepting pauses */
	unsigned threads;     /* of the event model */
	unsigned max_accepts; /* then it ends when those are served; 0: no limit */
	nsec_t idle_timeout;
	nsec_t drain; /* how long clients are still served after a signal */
	bool stats;   /* tell the totals at the end */
};

/* What was served so far, by all threads and child processes: it is in memory that they share. */
struct server_totals {
	_Atomic uint64_t clients, now, peak; /* now: places that are taken */
	_Atomic uint64_t received_bytes, sent_bytes;
	_Atomic uint64_t received_datagrams, sent_datagrams, undelivered_datagrams;
	/* Datagrams that must not be answered, connections that were not let in. */
	_Atomic uint64_t refused;
	/* Clients that were reset, too slow, or could not be served; whom this machine failed. */
	_Atomic uint64_t failed, failed_here;
	/* For server_claim. */
	_Atomic uint64_t claimed;
};

struct server {
	struct loop *loop;
	const struct server_request *request;
	struct server_totals *totals;
	struct report *report;
	bool broken; /* server_break, with: */
	struct err failure;
	char failed_here[128]; /* the first client that this machine failed, and why */
	/* The rest is for server_sample. */
	struct plot plot; /* bytes a second */
	nsec_t sample_at;
	uint64_t sampled;
};

/* -1 with *err without memory. */
int server_start(struct server *s, struct loop *loop, const struct server_request *request,
                 struct report *report, struct err *err) MUST_CHECK;
void server_end(struct server *s);

/*
 * A place for one more client, before it is accepted; false when there is none: --max-conns, or all
 * of --max-accepts have come. A claim ends with server_client_gone, or with server_unclaim when
 * nobody came.
 */
bool server_claim(struct server *s);
void server_unclaim(struct server *s);

/* Whether --max-conns clients are here. */
bool server_is_full(const struct server *s);

/* Whether all of --max-accepts have come; and whether they have gone, too. */
bool server_all_came(const struct server *s);
bool server_is_done(const struct server *s);

/* Refuse connections from now on. Nobody accepts any more. */
void server_stop_listening(const struct server *s);

struct server_client {
	uint64_t id; /* from 1 */
	const struct server_place *place;
	const struct addr *peer;
	nsec_t since;
};

/* How a client ended. */
struct client_end {
	uint64_t received, sent; /* bytes */
	bool uncounted;          /* nobody knows how many */
	const char *reason; /* a phrase: "ended", "Connection reset by peer", "cut by --drain" */
	bool failed;        /* something was cut, or could not be served */
	bool failed_here;   /* and that was this machine's failure */
};

/*
 * That of one whose exchange X is over or, where CUT is not NULL, was cut for that reason. X may be
 * NULL.
 */
struct client_end client_end_of(const struct exchange *x, const char *cut);

/*
 * Tell of clients, and count them: CLIENT, who has a place and a peer, came over the socket FD; and
 * it has gone.
 */
void server_client_came(struct server *s, struct server_client *client, int fd);
void server_client_gone(struct server *s, const struct server_client *client,
                        const struct client_end *end);

/*
 * Of the event model and its first thread: serving is over, with ERR, whoever is being served. The
 * first such is the server's.
 */
void server_break(struct server *s, const struct err *err);

/* Bytes were received and sent. Of any thread. */
void server_moved(struct server *s, uint64_t received, uint64_t sent);

/* To be called about once a second for --stats: returns when, NSEC_NEVER where nobody wants it. */
nsec_t server_sample(struct server *s, nsec_t now);

/* Tell the totals. Urgent: to who has not asked for events, too. */
void server_tell_totals(struct server *s, bool urgent);

#endif
