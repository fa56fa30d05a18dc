/* relay/patience: when TCP is asked, and when it had time enough, by a clock of the test's own. */
#include "relay/patience.h"

#include <criterion/criterion.h>

static const nsec_t start = 1000 * NSEC_PER_SEC;
static const nsec_t limit = 2 * NSEC_PER_SEC;

/* Ask as a program would until it is over; returns how long that took. ASKED counts. */
static nsec_t wait_it_out(struct patience *p, nsec_t from, int64_t acked, unsigned *asked)
{
	nsec_t now = from;

	for (*asked = 1; !patience_is_over(p, now, acked, limit, false); ++*asked) {
		nsec_t next = patience_next(p, now);

		cr_assert(next > now, "would spin");
		now = next;
	}
	return now - from;
}

Test(patience, is_asked_soon_and_then_seldom)
{
	struct patience p = { 0 };
	nsec_t now = start, pauses[8];

	cr_assert_not(patience_has_begun(&p));
	for (size_t i = 0; i < 8; i++) {
		cr_assert_not(patience_is_over(&p, now, -100, limit, false));
		cr_assert(patience_has_begun(&p));
		pauses[i] = patience_next(&p, now) - now;
		now += pauses[i];
	}
	cr_assert_eq(pauses[0], 1 * NSEC_PER_MSEC);
	cr_assert_eq(pauses[1], 2 * NSEC_PER_MSEC);
	cr_assert_eq(pauses[6], 50 * NSEC_PER_MSEC);
	cr_assert_eq(pauses[7], 50 * NSEC_PER_MSEC);
}

Test(patience, ends_when_nothing_has_come_for_the_limit)
{
	struct patience p = { 0 };
	unsigned asked;
	nsec_t took = wait_it_out(&p, start, -100, &asked);

	cr_assert(took >= limit && took <= limit + 50 * NSEC_PER_MSEC, "%g s", took / 1e9);
	cr_assert(asked < 60, "asked %u times", asked);
}

Test(patience, begins_anew_with_every_byte)
{
	struct patience p = { 0 };
	nsec_t now = start;

	for (int64_t owed = 100; owed > 0; owed--) {
		cr_assert_not(patience_is_over(&p, now, -owed, limit, false));
		cr_assert_eq(patience_next(&p, now) - now, 1 * NSEC_PER_MSEC, "asked soon again");
		now += limit;
	}
	cr_assert(patience_is_over(&p, now, -1, limit, false));
	/* More that is owed is nothing that has come. */
	cr_assert(patience_is_over(&p, now, -50, limit, false));
}

Test(patience, does_not_count_what_the_peer_is_excused_for)
{
	struct patience p = { 0 };
	nsec_t now = start;

	for (int i = 0; i < 10; i++) {
		cr_assert_not(patience_is_over(&p, now, -100, limit, true));
		now = patience_next(&p, now) + limit;
	}
	cr_assert(patience_is_over(&p, now, -100, limit, false));
}

Test(patience, is_asked_soon_again_when_what_was_waited_for_has_come)
{
	struct patience p = { 0 };
	unsigned asked;

	wait_it_out(&p, start, -100, &asked);
	patience_renew(&p);
	cr_assert_not(patience_has_begun(&p));
	cr_assert_not(patience_is_over(&p, start + 60 * NSEC_PER_SEC, -100, limit, false));
	cr_assert_eq(patience_next(&p, start), start + 1 * NSEC_PER_MSEC);
}
