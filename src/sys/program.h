/*
 * Another program as a child of this one: found, started, signalled, reaped. Functions return a
 * result or the negative errno.
 */
#ifndef SOCKIT_SYS_PROGRAM_H
#define SOCKIT_SYS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"

/* The environment of this process, up to a NULL. */
const char *const *sys_environment(void);

/*
 * Where program NAME is, as execvp(3) finds it: by PATH unless there is a slash in it. -ENOENT when
 * it is nowhere, -EACCES when nothing of that name may be run. *PATH is to be freed.
 */
int sys_program_find(const char *name, char **path) MUST_CHECK;

struct sys_program {
	const char *path; /* with a slash in it */
	const char *const *argv;
	const char *const *env;
	int in, out;       /* become its 0 and 1; both above 2, and may be the same */
	bool allow_setuid; /* else nothing that it runs can gain privileges (PR_SET_NO_NEW_PRIVS) */
};

struct sys_child {
	pid_t pid; /* and the id of its process group */
	int pidfd; /* readable when it has ended; the caller's to close */
};

/*
 * Start it in a process group of its own, with the signals as this process found them, and no
 * descriptor but 0, 1 and 2; 2 is closed where this process was started without it. 0, or the
 * negative errno; then *refused tells whether the program could not be run, or else this machine
 * had no room. Linux 5.2.
 */
int sys_program_start(const struct sys_program *program, struct sys_child *child,
                      bool *refused) MUST_CHECK;

/*
 * Whether child PID has ended: 0 while it runs, unless WAIT says to stay until it has; then its PID
 * and in *status how, as a shell has it: the exit status, or 128 and the signal's number.
 */
int sys_program_reap(pid_t pid, bool wait, int *status) MUST_CHECK;

/* How many bytes can be read from FD, a pipe or a stream socket (FIONREAD). */
int sys_readable_bytes(int fd) MUST_CHECK;

#endif
