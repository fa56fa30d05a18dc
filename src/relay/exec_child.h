/*
 * The program of an exec as a process in the loop: started, seen to end, made to end with its whole
 * process group.
 */
#ifndef SOCKIT_RELAY_EXEC_CHILD_H
#define SOCKIT_RELAY_EXEC_CHILD_H

#include "loop/loop.h"
#include "out/report.h"
#include "stream/stream.h"
#include "sys/program.h"

/* How long a process group has between TERM and KILL. */
#define EXEC_GRACE (1 * NSEC_PER_SEC)

struct exec_child {
	struct loop *loop;
	struct report *report;
	uint64_t client;
	/*
	 * From the loop: the program has ended, with STATUS; and where it was told to end, so has
	 * its group, or it has been sent KILL.
	 */
	void (*ended)(struct exec_child *child);
	int status;
	bool running; /* not reaped yet */
	bool over;    /* ENDED has been called */
	int lost;     /* the errno for which it was told to end: nothing waits for it */

	/* private */
	pid_t pid;
	nsec_t began;
	struct watch watch; /* of the pidfd */
	struct timer kill;
	bool terminated, killed;
	bool beyond_reach; /* it may not be signalled any more: it has become another user */
	nsec_t kill_at;
};

/* PROGRAM cannot be run for lack of something here: -1, always. ERROR is a negative errno. */
int exec_child_fail(const char *program, int error, struct err *err);

/*
 * A pipe to PROGRAM, which gets end THEIRS, one that blocks. Both ends are the caller's, also after
 * -1 unless they are NULL or -1.
 */
int exec_child_pipe(const char *program, int theirs, const char *name, int *their_fd,
                    struct stream **ours, struct err *err) MUST_CHECK;

/* The first four fields are set, the rest is zero. */
int exec_child_start(struct exec_child *c, const struct sys_program *program,
                     struct err *err) MUST_CHECK;

/*
 * Send TERM to its group, and KILL after EXEC_GRACE; REASON is told. Does nothing the second time,
 * or when it has ended.
 */
void exec_child_terminate(struct exec_child *c, const char *reason);

/* End it now if it runs, as exec_free says, without the loop. */
void exec_child_close(struct exec_child *c);

#endif
