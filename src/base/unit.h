/*
 * Units that travel between floors. Durations become absolute deadlines at the first floor that
 * acts.
 */
#ifndef SOCKIT_BASE_UNIT_H
#define SOCKIT_BASE_UNIT_H

#include <stdint.h>

typedef int64_t nsec_t; /* nanoseconds; as a point in time: of CLOCK_MONOTONIC */

#define NSEC_PER_USEC INT64_C(1000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_SEC INT64_C(1000000000)

/* A deadline that never comes, and a duration without limit. */
#define NSEC_NEVER INT64_MAX

/* now + duration, NSEC_NEVER when that is beyond the end of time. */
static inline nsec_t nsec_after(nsec_t now, nsec_t duration)
{
	return duration >= NSEC_NEVER - now ? NSEC_NEVER : now + duration;
}

static inline nsec_t nsec_earlier(nsec_t a, nsec_t b)
{
	return a < b ? a : b;
}

static inline double nsec_to_msec(nsec_t duration)
{
	return (double)duration / (double)NSEC_PER_MSEC;
}

#endif
