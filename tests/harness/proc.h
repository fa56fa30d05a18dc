/* What /proc tells about a child: used to see that it is ready, and what it costs. */
#ifndef HARNESS_PROC_H
#define HARNESS_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/place.h"

/* Wait until process PID listens on a TCP socket of PLACE's family, and set PLACE's port. */
void proc_await_port(pid_t pid, struct place *place);

/* Wait until somebody listens at the Unix socket PLACE. */
void proc_await_path(const struct place *place);

/* Whether somebody does; a file that is left over does not count. */
bool proc_path_is_live(const char *path);

/* Wait until process PID is blocked in a system call and has been for three looks, 2 ms apart. */
void proc_await_idle(pid_t pid);

/* CPU seconds that PID used so far, user and system. */
double proc_cpu_seconds(pid_t pid);

/* The most memory that PID had in RAM at any time since its exec, in KiB. Not after its end. */
unsigned long proc_peak_kib(pid_t pid);

/* The same now. */
unsigned long proc_resident_kib(pid_t pid);

/* How often PID gave up the processor to wait: of all its threads. */
unsigned long proc_switches(pid_t pid);

#endif
