#include "sys/clock.h"

#include <sys/time.h>

static nsec_t clock_read(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

nsec_t sys_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

nsec_t sys_wall(void)
{
	return clock_read(CLOCK_REALTIME);
}

/*
 * What the archive of jansson calls, once (see the Makefile). libc would choose its own among
 * several at every start, which touches two pages more.
 */
int __wrap_gettimeofday(struct timeval *restrict now, void *restrict zone);
int __wrap_gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	nsec_t wall = sys_wall();

	(void)zone;
	now->tv_sec = wall / NSEC_PER_SEC;
	now->tv_usec = wall % NSEC_PER_SEC / NSEC_PER_USEC;
	return 0;
}

void sys_wall_split(nsec_t wall, struct tm *tm)
{
	time_t seconds = (time_t)(wall / NSEC_PER_SEC);

	(void)localtime_r(&seconds, tm);
}
