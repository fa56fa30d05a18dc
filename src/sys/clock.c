#include "sys/clock.h"

#include <time.h>

#include "sys/call.h"

nsec_t sys_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

void sys_nap(nsec_t duration)
{
	struct timespec rest = { .tv_nsec = (long)duration };
	struct sys_call call = { SYS_NAP, .arg = { (intptr_t)duration } };

	/* One that is cut short by a signal is long enough. */
	SYS_RUN_ONCE(call, nanosleep(&rest, NULL));
}
