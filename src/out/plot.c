#include "out/plot.h"

/* Columns of two into one. */
static void plot_halve(struct plot *p)
{
	for (size_t i = 0; i < PLOT_COLUMNS / 2; i++)
		p->column[i] = p->column[2 * i] + p->column[2 * i + 1];
	p->count = PLOT_COLUMNS / 2;
	p->seconds *= 2;
	p->filled = p->seconds;
}

void plot_add(struct plot *p, uint64_t value)
{
	if (p->seconds == 0)
		p->seconds = p->filled = 1;
	if (p->count == PLOT_COLUMNS && p->filled == p->seconds)
		plot_halve(p);
	if (p->count == 0 || p->filled == p->seconds) {
		p->column[p->count++] = 0;
		p->filled = 0;
	}
	p->column[p->count - 1] += value;
	p->filled++;
}

void plot_show(const struct plot *p, struct text *t)
{
	static const char *const blocks[] = { "\u2581", "\u2582", "\u2583", "\u2584",
		                              "\u2585", "\u2586", "\u2587", "\u2588" };
	uint64_t most = 0;

	for (size_t i = 0; i < p->count; i++)
		most = p->column[i] > most ? p->column[i] : most;
	for (size_t i = 0; i < p->count; i++) {
		double share = most ? (double)p->column[i] / (double)most : 0;

		text_add_str(t, blocks[(size_t)(share * 7)]);
	}
}
