/* What was measured. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stddef.h>

enum { SAMPLE_ROOM = 1 << 17 };

struct sample {
	size_t count;
	double at[SAMPLE_ROOM]; /* what comes after that is dropped */
};

void sample_add(struct sample *s, double value);

/* Sorts; the fraction of the values that is not above the answer: 0.5 is the median. */
double sample_quantile(struct sample *s, double fraction);

double sample_sum(const struct sample *s);

#endif
