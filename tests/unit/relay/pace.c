/* relay/pace: how much may go when, by a clock of the test's own. */
#include "relay/pace.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

static const nsec_t start = 1000 * NSEC_PER_SEC;

/*
 * Send N bytes as a program would that waits exactly as told, and then up to LATE longer. Returns
 * the time that it took; *steps are the writes.
 */
static nsec_t send_all(struct pace *p, size_t n, nsec_t late, unsigned *steps)
{
	static uint8_t bytes[1 << 20];
	nsec_t now = start, until = 0;

	*steps = 0;
	while (n > 0) {
		size_t some = n < sizeof bytes ? n : sizeof bytes;
		size_t share = pace_allow(p, now, bytes, some, &until);

		cr_assert(share <= some);
		if (share == 0) {
			cr_assert(until > now, "would spin");
			now = until + (late ? rand() % late : 0);
			continue;
		}
		pace_passed(p, now, bytes, share);
		n -= share;
		++*steps;
	}
	return now - start;
}

/* Long enough to see the rate, and never faster than it but for the first wait. */
Test(pace, a_rate_is_kept)
{
	static const struct {
		uint64_t rate;
		size_t bytes;
	} rows[] = { { 1, 10 },
		     { 3, 20 },
		     { 100, 500 },
		     { 1000, 5000 },
		     { 1 << 20, 1 << 20 },
		     { 1 << 20, 5000 },
		     { 1 << 30, 1 << 28 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int late = 0; late < 2; late++) {
			struct pace p = { .rate = rows[i].rate };
			unsigned steps;
			nsec_t slack = PACE_WAIT + NSEC_PER_SEC / (nsec_t)rows[i].rate;
			nsec_t took =
				send_all(&p, rows[i].bytes, late ? 20 * NSEC_PER_MSEC : 0, &steps);
			nsec_t ideal = (nsec_t)((double)rows[i].bytes * 1e9 / (double)rows[i].rate);

			cr_assert(took >= ideal - slack, "row %zu: %lld", i, (long long)took);
			cr_assert(took <= ideal + ideal / 1000 + slack + late * PACE_BURST,
			          "row %zu: %lld", i, (long long)took);
		}
	}
}

/* Smooth, but without waking up for every byte. */
Test(pace, the_steps_are_small_and_not_too_many)
{
	struct pace p = { .rate = 1 << 20 };
	unsigned steps;

	(void)send_all(&p, 1 << 20, 0, &steps);
	cr_assert(steps >= 50 && steps <= 120, "%u", steps);
	p = (struct pace){ .rate = 5 };
	(void)send_all(&p, 20, 0, &steps);
	cr_assert_eq(steps, 20);
}

/* What was not used is forgotten, but for a tenth of a second. */
Test(pace, an_idle_time_saves_up_little)
{
	static uint8_t bytes[100000];
	struct pace p = { .rate = 100000 };
	nsec_t until = 0;

	cr_assert_eq(pace_allow(&p, start, bytes, 10, &until), 10);
	pace_passed(&p, start, bytes, 10);
	nsec_t later = start + 3600 * NSEC_PER_SEC;
	size_t share = pace_allow(&p, later, bytes, sizeof bytes, &until);
	cr_assert_eq(share, 10000);
	pace_passed(&p, later, bytes, share);
	cr_assert_eq(pace_allow(&p, later, bytes, sizeof bytes, &until), 0);
	cr_assert_eq(until, later + PACE_WAIT);
}

/* What the sink did not take is not counted. */
Test(pace, a_short_write_costs_what_it_took)
{
	static uint8_t bytes[1000];
	struct pace p = { .rate = 1000 };
	nsec_t until = 0;

	cr_assert_eq(pace_allow(&p, start, bytes, 10, &until), 10);
	pace_passed(&p, start, bytes, 4);
	cr_assert_eq(pace_allow(&p, start, bytes, 6, &until), 6);
}

Test(pace, no_rate_is_too_high)
{
	struct pace p = { .rate = UINT64_MAX };
	unsigned steps;

	cr_assert(send_all(&p, 100 << 20, 0, &steps) < PACE_WAIT);
}

Test(pace, each_line_is_followed_by_a_pause)
{
	static const uint8_t text[] = "one\ntwo\n\nno end";
	static const size_t lines[] = { 4, 4, 1, 6 };
	struct pace p = { .line_delay = NSEC_PER_SEC };
	nsec_t now = start, until = 0;
	const uint8_t *at = text;
	size_t left = sizeof text - 1;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (i > 0) {
			cr_assert_eq(pace_allow(&p, now, at, left, &until), 0);
			cr_assert_eq(until, now + NSEC_PER_SEC);
			now = until;
		}
		cr_assert_eq(pace_allow(&p, now, at, left, &until), lines[i]);
		pace_passed(&p, now, at, lines[i]);
		at += lines[i];
		left -= lines[i];
	}
	/* No line has ended. */
	cr_assert_eq(pace_allow(&p, now, text, 1, &until), 1);
}

/* A line that the sink takes in two pieces has one end. */
Test(pace, a_part_of_a_line_is_no_line)
{
	static const uint8_t text[] = "line\n";
	struct pace p = { .line_delay = NSEC_PER_SEC };
	nsec_t until = 0;

	cr_assert_eq(pace_allow(&p, start, text, 5, &until), 5);
	pace_passed(&p, start, text, 2);
	cr_assert_eq(pace_allow(&p, start, text + 2, 3, &until), 3);
	pace_passed(&p, start, text + 2, 3);
	cr_assert_eq(pace_allow(&p, start, text, 5, &until), 0);
}

Test(pace, rate_and_pause_hold_both)
{
	static const uint8_t text[] = "0123456\n0123456\n";
	struct pace p = { .rate = 8, .line_delay = NSEC_PER_SEC / 4 };
	nsec_t now = start, until = 0;
	size_t at = 0;

	while (at < sizeof text - 1) {
		size_t share = pace_allow(&p, now, text + at, sizeof text - 1 - at, &until);

		if (share == 0) {
			now = until;
			continue;
		}
		pace_passed(&p, now, text + at, share);
		at += share;
	}
	/* 16 bytes at 8 a second, the first at once; the pause saved up nothing beyond a byte. */
	cr_assert_eq(now - start, 15 * NSEC_PER_SEC / 8 + NSEC_PER_SEC / 8);
}

Test(pace, a_pause_without_end_does_not_overflow)
{
	struct pace p = { .line_delay = NSEC_NEVER - 1 };
	nsec_t until = 0;

	pace_passed(&p, start, (const uint8_t *)"\n", 1);
	cr_assert_eq(pace_allow(&p, start, (const uint8_t *)"x", 1, &until), 0);
	cr_assert_eq(until, NSEC_NEVER);
}

/* Each is paid for after it has gone, and none is so long that it never goes. */
Test(pace, whole_datagrams_keep_the_rate)
{
	static const size_t lengths[] = { 1, 1400, 100, 65507 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct pace p = { .rate = 1000 };
		nsec_t now = start, until = 0, cost = (nsec_t)lengths[i] * NSEC_PER_MSEC;

		for (int sent = 0; sent < 100;) {
			if (!pace_allow_whole(&p, now, lengths[i], &until)) {
				cr_assert(until > now, "would spin");
				now = until;
				continue;
			}
			pace_passed_whole(&p, now, lengths[i], false);
			sent++;
		}
		cr_assert(now - start <= 99 * cost + PACE_WAIT, "%zu: too slow", lengths[i]);
		cr_assert(now - start >= 99 * cost - PACE_WAIT, "%zu: too fast", lengths[i]);
	}
}

Test(pace, an_empty_datagram_is_free_and_may_be_a_line)
{
	struct pace p = { .rate = 1 }, lines = { .line_delay = NSEC_PER_SEC };
	nsec_t until = 0;

	cr_assert(pace_allow_whole(&p, start, 10, &until));
	pace_passed_whole(&p, start, 10, true);
	cr_assert_not(pace_allow_whole(&p, start, 1, &until));
	cr_assert(pace_allow_whole(&p, start, 0, &until));
	pace_passed_whole(&lines, start, 0, true);
	cr_assert_not(pace_allow_whole(&lines, start, 0, &until));
	cr_assert_eq(until, start + NSEC_PER_SEC);
}
