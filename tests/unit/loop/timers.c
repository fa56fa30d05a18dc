/* loop/timers: a heap against a list that is searched. */
#include "loop/timers.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/attr.h"

enum { TIMERS = 200 };

struct probe {
	struct timer timer;
	unsigned fired;
};

static nsec_t last_fired;

static void probe_fire(struct timer *timer)
{
	struct probe *p = CONTAINER_OF(timer, struct probe, timer);

	cr_assert(timer->at >= last_fired, "out of order");
	cr_assert(!timer->set, "still set while it fires");
	last_fired = timer->at;
	p->fired++;
}

/* When the next of the reference is due. */
static nsec_t reference_next(const nsec_t *due)
{
	nsec_t next = NSEC_NEVER;

	for (int i = 0; i < TIMERS; i++)
		next = due[i] < next ? due[i] : next;
	return next;
}

Test(timers, fire_as_a_sorted_list_would)
{
	static struct probe probes[TIMERS];
	static nsec_t due[TIMERS];
	static unsigned fired[TIMERS];
	struct timers timers = { 0 };
	nsec_t now = 0;

	srand(3);
	for (int i = 0; i < TIMERS; i++) {
		probes[i].timer.fire = probe_fire;
		due[i] = NSEC_NEVER;
	}
	for (int round = 0; round < 50000; round++) {
		int i = rand() % TIMERS;

		switch (rand() % 4) {
		case 0:
		case 1:
			due[i] = now + rand() % 1000;
			timers_set(&timers, &probes[i].timer, due[i]);
			break;
		case 2:
			due[i] = NSEC_NEVER;
			if (rand() % 2)
				timers_cancel(&timers, &probes[i].timer);
			else
				timers_set(&timers, &probes[i].timer, NSEC_NEVER);
			break;
		case 3:
			now += rand() % 20;
			last_fired = 0;
			timers_fire(&timers, now);
			for (int j = 0; j < TIMERS; j++) {
				if (due[j] > now)
					continue;
				fired[j]++;
				due[j] = NSEC_NEVER;
			}
			break;
		}
		cr_assert_eq(timers_next(&timers), reference_next(due), "round %d", round);
		for (int j = 0; j < TIMERS; j += 17)
			cr_assert_eq(probes[j].fired, fired[j], "round %d, timer %d", round, j);
	}
	for (int j = 0; j < TIMERS; j++)
		cr_assert_eq(probes[j].timer.set, due[j] != NSEC_NEVER);
}

static struct timers chain;
static unsigned chained;

static void fire_again(struct timer *timer)
{
	if (++chained < 5)
		timers_set(&chain, timer, timer->at + 10);
}

Test(timers, one_may_set_itself_again_while_it_fires)
{
	struct timer timer = { .fire = fire_again };

	timers_set(&chain, &timer, 10);
	timers_fire(&chain, 35);
	cr_assert_eq(chained, 3);
	cr_assert_eq(timers_next(&chain), 40);
	timers_fire(&chain, 1000);
	cr_assert_eq(chained, 5);
	cr_assert_eq(timers_next(&chain), NSEC_NEVER);
}

static struct timer *victim;

static void fire_and_cancel(struct timer *timer)
{
	(void)timer;
	timers_cancel(&chain, victim);
}

static void fire_never(struct timer *timer)
{
	(void)timer;
	cr_assert_fail("was cancelled");
}

Test(timers, one_may_cancel_another_that_is_due_too)
{
	struct timer first = { .fire = fire_and_cancel }, second = { .fire = fire_never };

	victim = &second;
	timers_set(&chain, &first, 10);
	timers_set(&chain, &second, 11);
	timers_fire(&chain, 20);
	cr_assert(!second.set);
	cr_assert_eq(timers_next(&chain), NSEC_NEVER);
}

Test(timers, cancelling_one_that_is_not_set_does_nothing)
{
	struct timers timers = { 0 };
	struct timer timer = { .fire = fire_never };

	timers_cancel(&timers, &timer);
	timers_fire(&timers, 100);
	cr_assert_eq(timers_next(&timers), NSEC_NEVER);
}
