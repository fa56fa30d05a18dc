#include "relay/patience.h"

#define PATIENCE_FIRST (1 * NSEC_PER_MSEC)
#define PATIENCE_LAST (50 * NSEC_PER_MSEC)

bool patience_is_over(struct patience *p, nsec_t now, int64_t acked, nsec_t limit, bool excused)
{
	bool moves = !patience_has_begun(p) || acked > p->acked;

	p->acked = acked;
	if (moves)
		p->pause = PATIENCE_FIRST;
	if (moves || excused)
		p->until = nsec_after(now, limit);
	return now >= p->until;
}

nsec_t patience_next(struct patience *p, nsec_t now)
{
	nsec_t at = nsec_after(now, p->pause);

	p->pause = p->pause * 2 < PATIENCE_LAST ? p->pause * 2 : PATIENCE_LAST;
	return at;
}

void patience_renew(struct patience *p)
{
	p->pause = 0;
}

bool patience_has_begun(const struct patience *p)
{
	return p->pause != 0;
}
