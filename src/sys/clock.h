/* The time. */
#ifndef SOCKIT_SYS_CLOCK_H
#define SOCKIT_SYS_CLOCK_H

#include "base/unit.h"

/* CLOCK_MONOTONIC. Not observed: the observer itself uses it, and it is no call into the kernel. */
nsec_t sys_now(void);

#endif
