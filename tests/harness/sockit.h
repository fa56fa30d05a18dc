/* The program under test in its two roles, started and ready. */
#ifndef HARNESS_SOCKIT_H
#define HARNESS_SOCKIT_H

#include "harness/child.h"
#include "harness/peer.h"
#include "harness/place.h"

/*
 * Start `sockit listen ENDPOINT`, followed by PLAN's args, on loopback and a free port or on a path
 * that does not exist; return when it listens, with the real place in *PLACE.
 */
struct child sockit_listen(const struct plan *plan, enum net net, struct place *place);

/* The same for another command that listens. */
struct child sockit_listen_with(const char *command, const struct plan *plan, enum net net,
                                struct place *place);

/* Start `sockit connect ENDPOINT`, followed by PLAN's args. */
struct child sockit_connect(const struct plan *plan, const struct place *place);

/*
 * Accept the connection that CHILD makes. When it ends instead, the test fails with what it said.
 */
int sockit_accept(struct child *child, int listener);

/* Run sockit with these words, stdin at its end, to the end. */
struct child sockit_run(const char *const *words);

/* sockit_run() and child_expect(). */
struct child sockit_expect(const char *const *words, int status);

/* The same with status 4 after SECONDS, and with SAID. */
void sockit_expect_late(const char *said, const char *const *words, double seconds);

enum role {
	CONNECT,
	LISTEN,
	ROLES,
};

/* A started sockit, and the test as its peer. */
struct session {
	struct child child;
	struct place place;
	int listener; /* what accepted `fd`; -1 when sockit listened */
	int fd;       /* the test's side of the connection */
};

/* Start sockit as CONNECT or LISTEN with PLAN's args and connect the test to it. */
struct session session_start(enum role role, const struct plan *plan, enum net net);

/* session_start(CONNECT, ...) to a peer with the smallest receive buffer there is. */
struct session session_start_narrow(const struct plan *plan, enum net net);

/* For what is true of both commands over every net: call TEST for each. */
void session_each(void (*test)(enum role role, enum net net));

#endif
