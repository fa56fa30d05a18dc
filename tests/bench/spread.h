/* How times are spread: counts in buckets no wider than a 64th of what they count. */
#ifndef BENCH_SPREAD_H
#define BENCH_SPREAD_H

#include <stdint.h>

enum { SPREAD_STEP = 64, SPREAD_BUCKETS = SPREAD_STEP * 40 };

struct spread {
	uint64_t count, most; /* most: the longest, in ns */
	uint32_t at[SPREAD_BUCKETS];
};

/* Times in nanoseconds, up to some hours. */
void spread_add(struct spread *s, uint64_t ns);

/* The time that the fraction of all did not exceed, in microseconds; 0 when there is none. */
double spread_quantile_us(const struct spread *s, double fraction);

#endif
