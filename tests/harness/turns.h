/*
 * A client of a service without a socket: drives its steps as serve/exchange does, with the pieces,
 * the room and the time that the test wants, and aborts where a step breaks the contract of
 * serve/service.h. Input and room lie in memory of just their size, so that a sanitizer sees a step
 * that goes beyond.
 */
#ifndef HARNESS_TURNS_H
#define HARNESS_TURNS_H

#include "serve/service.h"

struct turns {
	/* What the test may set after turns_start. */
	size_t room;      /* at most SERVICE_ROOM, what it is when it begins */
	const char *name; /* of the peer, when it is asked for; "" at first */
	size_t out_most;  /* the client leaves when it was given so much */
	nsec_t now;       /* goes on by itself where the service waits */
	struct addr peer; /* 127.0.0.1 port 40000 */

	char *out; /* all that was given; always ends with a NUL */
	size_t out_len;
	bool over;
	enum service_next last; /* what the last step said */
	nsec_t wake;            /* and its time */
	unsigned names, waits;  /* how often it asked for these */

	/* The rest is for turns.c. */
	const struct service *service;
	void *state;
	uint8_t *kept, *room_at;
	size_t kept_len, room_len, out_room;
	bool ended, named;
};

struct turns turns_start(const struct service *service);

/* N bytes come; steps are made until more is wanted, or it is over. */
void turns_feed(struct turns *t, const void *bytes, size_t n);

/* No more input comes. */
void turns_end_input(struct turns *t);

/* The time is now T->now, and nothing has come. */
void turns_wake(struct turns *t);

void turns_finish(struct turns *t);

/*
 * The property that every service over streams has: what it says does not depend on how its input
 * is cut into pieces and its output into rooms. Aborts where it does. BYTES beyond the first
 * TURNS_CUTS are the input; those say how it is cut. The time of day in a line "Date:" is not
 * compared, and nothing beyond 16 KiB.
 */
enum { TURNS_CUTS = 8 };
void turns_try_cuts(const struct service *service, const uint8_t *bytes, size_t n);

#endif
