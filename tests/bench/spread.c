#include "spread.h"

static unsigned bucket_of(uint64_t ns)
{
	unsigned shift;

	if (ns < SPREAD_STEP)
		return (unsigned)ns;
	shift = 63 - (unsigned)__builtin_clzll(ns) - 6;
	unsigned bucket = (shift + 1) * SPREAD_STEP + (unsigned)(ns >> shift) - SPREAD_STEP;

	return bucket < SPREAD_BUCKETS ? bucket : SPREAD_BUCKETS - 1;
}

/* The longest time that a bucket holds. */
static uint64_t bucket_end(unsigned bucket)
{
	unsigned shift = bucket / SPREAD_STEP;

	if (shift == 0)
		return bucket;
	return (((uint64_t)(bucket % SPREAD_STEP) + SPREAD_STEP + 1) << (shift - 1)) - 1;
}

void spread_add(struct spread *s, uint64_t ns)
{
	s->count++;
	s->at[bucket_of(ns)]++;
	if (ns > s->most)
		s->most = ns;
}

double spread_quantile_us(const struct spread *s, double fraction)
{
	uint64_t below = 0, wanted = (uint64_t)((double)s->count * fraction);

	for (unsigned i = 0; i < SPREAD_BUCKETS; i++) {
		below += s->at[i];
		if (below > wanted || (below == s->count && s->count))
			return (double)(bucket_end(i) < s->most ? bucket_end(i) : s->most) / 1e3;
	}
	return 0;
}
