#include "harness/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

#define NSEC 1000000000

int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NSEC + now.tv_nsec;
}

int64_t clock_after(double seconds)
{
	return clock_now() + (int64_t)(seconds * NSEC);
}

double clock_since(int64_t start)
{
	return (double)(clock_now() - start) / NSEC;
}

int clock_poll_ms(int64_t deadline)
{
	int64_t left = deadline - clock_now();

	if (left <= 0)
		return 0;
	left = left / 1000000 + 1;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void clock_pause(double seconds)
{
	int64_t until = clock_after(seconds);
	struct timespec at = { .tv_sec = until / NSEC, .tv_nsec = until % NSEC };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		continue;
}

bool clock_watch(bool (*done)(void *arg), void *arg, int64_t deadline)
{
	while (!done(arg)) {
		if (clock_now() >= deadline)
			return false;
		clock_pause(0.002);
	}
	return true;
}

double clock_slack(void)
{
	return getenv("SOCKIT_ASAN") ? 5 : 1;
}
