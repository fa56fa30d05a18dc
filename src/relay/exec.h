/*
 * One connection joined to one program. The program has the socket itself as its 0 and 1 where
 * nothing has to see the bytes; else two pipes, and a relay between. sockit-listen(1), Programs, is
 * the contract. Many of them may live in a loop at once.
 */
#ifndef SOCKIT_RELAY_EXEC_H
#define SOCKIT_RELAY_EXEC_H

#include "loop/loop.h"
#include "out/report.h"
#include "relay/flow.h"
#include "stream/stream.h"

struct exec_request {
	struct stream *peer; /* a socket; the exec's once exec_start has succeeded */
	uint64_t client;     /* a number, told and given to the program */
	const char *path;    /* with a slash; lives as long as the exec, as do ARGV and its words */
	const char *const *argv; /* up to a NULL */
	bool allow_setuid;
	bool of_many; /* the connection's end is told of by whoever asked for it: exec_count */

	bool sees_bytes;              /* the bytes go through sockit, as what stands below needs */
	struct flow_between up, down; /* up: from the program to the peer */
	nsec_t idle_timeout;          /* or NSEC_NEVER */

	nsec_t ack_timeout;
	nsec_t deadline;       /* of it all, or NSEC_NEVER */
	nsec_t deadline_after; /* the duration it was made from, for the message */
};

struct exec; /* opaque */

/*
 * Called once, from the loop, when the program has ended and the connection is over: STATUS as a
 * shell has it, ERR, unless NULL, is what befell the connection.
 */
typedef void exec_done(void *context, int status, const struct err *err);

/*
 * Start the program: -1 with ERR_PROGRAM when it cannot be run, ERR_LOCAL when this machine has no
 * room.
 */
int exec_start(struct loop *loop, const struct exec_request *request, struct report *report,
               exec_done *done, void *context, struct exec **exec, struct err *err) MUST_CHECK;

/*
 * Once it is over: bytes each way. False where nobody counted them: a program had the socket, and
 * it is not one of TCP.
 */
bool exec_count(const struct exec *e, uint64_t *sent, uint64_t *received);

/* Nothing more is to come from the connection: the program is at the end of its input. */
void exec_end_input(struct exec *e);

/* Have it end early: the program's group is sent TERM. Waits for nothing. */
void exec_terminate(struct exec *e);

/*
 * End the program as exec_free does, and tell that the connection was cut short for REASON, unless
 * its end has been told. DONE is not called any more; what is left is to free it.
 */
void exec_cut(struct exec *e, const char *reason);

/* Free it. One that still runs is ended first: TERM, unless it has been sent that, KILL one second
 * later, or at the next signal to sockit. NULL is allowed. */
void exec_free(struct exec *e);

#endif
