#include "sample.h"

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

double sample_sum(const struct sample *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->count; i++)
		sum += s->at[i];
	return sum;
}
