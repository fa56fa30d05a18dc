/* What was measured, and what is asked of it. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

enum { SAMPLE_ROOM = 1024 };

struct sample {
	size_t count;
	double at[SAMPLE_ROOM]; /* what comes after that is dropped */
};

void sample_add(struct sample *s, double value);

/* Sorts; the fraction of the values that is not above the answer: 0.5 is the median. */
double sample_quantile(struct sample *s, double fraction);
double sample_median(struct sample *s);

/* What a number has to be; both 0: nothing is asked. */
struct bound {
	double least, most;
};

/* Print " (>= 2.30) pass", say; nothing where nothing is asked. False for what fails. */
bool bound_print(struct bound bound, double value);

#endif
