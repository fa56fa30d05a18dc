/* The time. Not observed: the observer itself uses it, and it is no call into the kernel. */
#ifndef SOCKIT_SYS_CLOCK_H
#define SOCKIT_SYS_CLOCK_H

#include "base/unit.h"

/* CLOCK_MONOTONIC. */
nsec_t sys_now(void);

/* The time of day: whole seconds since 1970 began in UTC, leap seconds left out (CLOCK_REALTIME). */
int64_t sys_time_of_day(void);

#endif
