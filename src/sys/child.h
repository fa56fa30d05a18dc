/* Child processes. Functions return the result of the call of their name, or the negative errno. */
#ifndef SOCKIT_SYS_CHILD_H
#define SOCKIT_SYS_CHILD_H

#include <sys/types.h>

#include "base/attr.h"

/* man 2 fork: 0 in the child. */
pid_t sys_fork(void) MUST_CHECK;

/*
 * man 2 waitpid with -1 and WNOHANG: a child that has ended, which is no zombie any more; 0 while
 * those that there are live, -ECHILD when there is none.
 */
pid_t sys_wait_child(int *status) MUST_CHECK;

/* The signal that ended the child with this STATUS, 0 for none. */
int child_ended_by(int status);

/*
 * man 2 kill: to a process, or to all of group -PID; signal 0 sends none, and -ESRCH tells that
 * nobody is left.
 */
int sys_kill(pid_t pid, int number) MUST_CHECK;

/* The end of a child: nothing that its parent has still to do is done in it. */
_Noreturn void child_exit(int status);

#endif
