/* sockit with a program, in the two ways in which that has its connection. */
#ifndef HARNESS_PROGRAM_H
#define HARNESS_PROGRAM_H

#include <stdbool.h>

#include "harness/sockit.h"

enum way {
	WITH_SOCKET, /* the program has the socket itself */
	WITH_PIPES,  /* an option that must see the bytes is given */
	WAYS,
};

/* Start sockit as ROLE with ARGS, which name the program, and connect the test to it. */
struct session program_start(enum role role, enum way way, enum net net, const char *const *args);

/* The same for a listener on IPv4 whose program is a shell's command line. */
struct session program_sh(enum way way, const char *command_line);

/* All that comes on FD until its end, as a string that lives as long as the test. */
const char *program_read(int fd);

/* Whether process PID is there, and no zombie. */
bool program_runs(int pid);

/* Wait until none of the COUNT processes runs, for at most SECONDS; fails the test then. */
void program_await_gone(const int *pids, unsigned count, double seconds);

#endif
