#include "sys/clock.h"

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

void sys_wall_split(nsec_t wall, struct tm *tm)
{
	time_t seconds = (time_t)(wall / NSEC_PER_SEC);

	(void)localtime_r(&seconds, tm);
}
