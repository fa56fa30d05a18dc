#include "out/plot.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *shown(const struct plot *p)
{
	static char buf[512];
	struct text t = TEXT_OVER(buf);

	buf[0] = '\0';
	plot_show(p, &t);
	return buf;
}

Test(plot, the_most_is_a_full_block)
{
	struct plot p = { .count = 0 };

	cr_assert_str_empty(shown(&p));
	plot_add(&p, 0);
	plot_add(&p, 50);
	plot_add(&p, 100);
	cr_assert_str_eq(shown(&p), "\u2581\u2584\u2588");
}

Test(plot, nothing_is_the_lowest)
{
	struct plot p = { .count = 0 };

	plot_add(&p, 0);
	cr_assert_str_eq(shown(&p), "\u2581");
}

Test(plot, a_long_one_is_still_a_line)
{
	struct plot p = { .count = 0 };
	uint64_t sum = 0;

	for (unsigned i = 0; i < 100000; i++)
		plot_add(&p, 3);
	cr_assert(p.count > PLOT_COLUMNS / 2 - 1 && p.count <= PLOT_COLUMNS);
	for (size_t i = 0; i < p.count; i++)
		sum += p.column[i];
	cr_assert_eq(sum, 300000);
	cr_assert_eq(p.column[0], 3 * p.seconds);
	cr_assert_eq(strlen(shown(&p)), 3 * p.count);
}
