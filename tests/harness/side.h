/*
 * One of two programs that are joined by a connection, with what it is given to send and what it
 * is to receive: made, started, fed, drained and compared the same way for sockit and for others.
 */
#ifndef HARNESS_SIDE_H
#define HARNESS_SIDE_H

#include "harness/child.h"
#include "harness/data.h"
#include "harness/mover.h"

struct side {
	/* Set by the test. */
	const char *name;
	enum end_kind in;  /* END_FILE, END_PIPE, END_SOCKET, END_NULL (with no data) or END_PTY */
	enum end_kind out; /* END_FILE, END_APPEND, END_PIPE or END_SOCKET */
	struct data data;  /* what its stdin gives; lines for END_PTY */
	struct flow pace;  /* `chunk` and `pause` of the feeding; the rest is not looked at */
	struct flow drain; /* and of the draining */
	bool hold;         /* feed only the first half until side_release() */
	/* Set by the functions. */
	struct child child;
	struct mover *source, *sink;
	const char *in_path, *out_path;
};

/* What to start SIDE's program with; files are made. ARGS as in struct plan. */
struct plan side_plan(struct side *side, const char *const *args);

/* SIDE's program has been started as CHILD: feed it, and drain it of what OTHER sends. */
void side_begin(struct side *side, const struct child *child, const struct side *other);

/* Type ^D at SIDE's terminal, once everything is typed and both sides have been begun. */
void side_end_typing(struct side *side);

/* Feed the second half, and the end. Its first half has been taken. */
void side_release(struct side *side);

/* Wait until SIDE has put out N bytes. Only for END_PIPE and END_SOCKET. */
void side_await(struct side *side, uint64_t n);

/* Wait for everything; fail the test unless the status is 0 and OTHER's data came out whole. */
void side_expect_whole(struct side *side, const struct side *other);

#endif
