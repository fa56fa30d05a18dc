#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

void sample_add(struct sample *s, double value)
{
	if (s->count < SAMPLE_ROOM)
		s->at[s->count++] = value;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double sample_quantile(struct sample *s, double fraction)
{
	qsort(s->at, s->count, sizeof s->at[0], compare);
	return s->at[(size_t)((double)(s->count - 1) * fraction + 0.5)];
}

double sample_median(struct sample *s)
{
	return sample_quantile(s, 0.5);
}

bool bound_print(struct bound bound, double value)
{
	bool pass = value >= bound.least && (bound.most == 0 || value <= bound.most);

	if (bound.least > 0)
		printf(" (>= %.2f) %s", bound.least, pass ? "pass" : "FAIL");
	else if (bound.most > 0)
		printf(" (<= %.2f) %s", bound.most, pass ? "pass" : "FAIL");
	return pass;
}
