/* Fork and exec of a plan: the part of child.h between two processes. */
#ifndef HARNESS_LAUNCH_H
#define HARNESS_LAUNCH_H

#include <stddef.h>
#include <sys/types.h>

#include "harness/child.h"

/* Path of the sockit under test, from the environment variable SOCKIT; fails the test without. */
const char *launch_sockit(void);

/* PLAN's command line, for messages; cut to SIZE. */
void launch_describe(const struct plan *plan, char *text, size_t size);

/*
 * Start PLAN's program in a session of its own with FDS as its descriptors 0-2 (-1: closed), and
 * with TTY, unless -1, as its terminal. It dies with the thread that called. What cannot be run
 * exits with 127 and says why on its stderr.
 */
pid_t launch(const struct plan *plan, const int fds[3], int tty);

#endif
