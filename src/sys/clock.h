/* The time. */
#ifndef SOCKIT_SYS_CLOCK_H
#define SOCKIT_SYS_CLOCK_H

#include <time.h>

#include "base/unit.h"

/* CLOCK_MONOTONIC. Not observed: the observer itself uses it, and it is no call into the kernel. */
nsec_t sys_now(void);

/* CLOCK_REALTIME: since 1970. Not observed either. */
nsec_t sys_wall(void);

/*
 * What WALL, such a time, is on a clock here. The time zone is read once, when it is first asked.
 */
void sys_wall_split(nsec_t wall, struct tm *tm);

#endif
