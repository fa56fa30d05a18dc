#include "relay/pace.h"

#include <string.h>

/* What is looked at at once, so that bytes times nanoseconds stay within 64 bits. */
enum { PACE_MOST = 1 << 30 };

/* The time that N bytes take, rounded up. */
static nsec_t pace_time(const struct pace *p, size_t n)
{
	uint64_t scaled = (uint64_t)n * (uint64_t)NSEC_PER_SEC;

	return (nsec_t)(scaled / p->rate + (scaled % p->rate != 0));
}

static nsec_t at_least(nsec_t a, nsec_t b)
{
	return a > b ? a : b;
}

static size_t pace_rate(struct pace *p, nsec_t now, size_t n, nsec_t *until)
{
	nsec_t one = pace_time(p, 1), all = pace_time(p, n);
	nsec_t wait = at_least(PACE_WAIT, one), burst = at_least(PACE_BURST, one);

	p->paid = at_least(p->paid, now - (p->begun ? burst : wait));
	p->begun = true;
	if (all <= wait)
		wait = all;
	if (now - p->paid < wait) {
		*until = p->paid + wait;
		return 0;
	}
	if (now - p->paid >= all)
		return n;
	return (size_t)((uint64_t)(now - p->paid) * p->rate / (uint64_t)NSEC_PER_SEC);
}

size_t pace_allow(struct pace *p, nsec_t now, const uint8_t *bytes, size_t n, nsec_t *until)
{
	if (p->line_delay > 0) {
		const uint8_t *newline = memchr(bytes, '\n', n);

		if (now < p->line_until) {
			*until = p->line_until;
			return 0;
		}
		if (newline)
			n = (size_t)(newline - bytes) + 1;
	}
	if (p->rate == 0)
		return n;
	return pace_rate(p, now, n < PACE_MOST ? n : PACE_MOST, until);
}

void pace_passed(struct pace *p, nsec_t now, const uint8_t *bytes, size_t n)
{
	pace_passed_whole(p, now, n, bytes[n - 1] == '\n');
}

bool pace_allow_whole(struct pace *p, nsec_t now, size_t n, nsec_t *until)
{
	if (now < p->line_until) {
		*until = p->line_until;
		return false;
	}
	return p->rate == 0 || n == 0 || pace_rate(p, now, n, until) > 0;
}

void pace_passed_whole(struct pace *p, nsec_t now, size_t n, bool ends_line)
{
	if (p->rate > 0)
		p->paid += pace_time(p, n);
	if (p->line_delay > 0 && ends_line)
		p->line_until = nsec_after(now, p->line_delay);
}
