/*
 * What the models with blocking sockets share: the wait for clients at every place, the limits, and
 * the end. They differ in who serves a client. Before each call that may block stands a wait that
 * signals and limits end.
 */
#ifndef SOCKIT_SERVE_BLOCKING_H
#define SOCKIT_SERVE_BLOCKING_H

#include <poll.h>

#include "serve/answerer.h"
#include "serve/blocking_client.h"

struct blocking;

struct blocking_way {
	/* Have C, which is this function's now, served by somebody, or serve it. */
	void (*serve)(struct blocking *b, struct blocking_client *c);
	/*
	 * How many clients others are serving. Where these are MOST or more, b->wake becomes
	 * readable, or a signal ends the wait, when they become fewer. NULL: there are no others.
	 */
	unsigned (*served)(struct blocking *b, unsigned most);
	/* End those who do not go although they were told to. NULL: that cannot be. */
	void (*kill)(struct blocking *b);
};

/* Where clients come in, or datagrams. */
struct blocking_socket {
	const struct server_place *place;
	size_t index; /* among those of the place's listener, whose it is */
	int fd;
	struct answerer *answerer; /* of the place; NULL: clients come in */
};

struct blocking {
	struct server *server;
	const struct blocking_way *way;
	struct blocking_orders orders; /* for those who serve; -1: there are no others */
	int wake;                      /* -1: none */
	/* The rest is for blocking.c. */
	struct blocking_socket *sockets;
	struct pollfd *polled; /* the same, and `wake` */
	size_t count;
	struct answerer **answerers; /* one for each place; NULL where clients come in */
	size_t place_count;
	uint64_t accepted;
	unsigned served;
	bool paused;      /* it was told that accepting is */
	unsigned passed;  /* of acceptor_error_passes */
	nsec_t resume_at; /* 0: it is not */
	bool deaf;        /* the same for datagrams */
	nsec_t hear_at;
	nsec_t now;
};

/* For WAY, whose clients are served by OTHERS or not. */
int blocking_open(struct blocking *b, struct server *server, const struct blocking_way *way,
                  bool others, struct err *err) MUST_CHECK;

/* Serve as struct model says. */
int blocking_run(struct blocking *b, struct err *err) MUST_CHECK;

/* Close and free what blocking_open made. Those who still serve may not know B any more. */
void blocking_close(struct blocking *b);

/* In a child process: close what is for accepting, which is its parent's. */
void blocking_close_sockets(struct blocking *b);

#endif
