/* A client, a sockit that forwards it, and the target: the test is both ends. */
#ifndef HARNESS_JOINT_H
#define HARNESS_JOINT_H

#include "harness/child.h"
#include "harness/peer.h"

struct joint {
	struct child child;
	struct place place, target; /* of sockit, and of the test */
	int listener;               /* at the target */
	int client, server;         /* both ends of the last that was joined */
};

/*
 * Start `sockit listen --forward` from a place of FROM to one of TO, followed by ARGS, with
 * RLIMIT_NOFILE MAX_FDS unless 0.
 */
struct joint joint_open(enum net from, enum net to, const char *const *args, unsigned max_fds);

/* Connect one client, and accept it at the target. */
void joint_join(struct joint *j);

/* The first two. */
struct joint joint_start(enum net from, enum net to, const char *const *args);

/* Close both ends. */
void joint_part(struct joint *j);

/* Close the target; fail the test unless sockit ends with STATUS, or does so after a TERM. */
void joint_finish(struct joint *j, int status);
void joint_stop(struct joint *j);

#endif
