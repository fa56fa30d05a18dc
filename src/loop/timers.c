#include "loop/timers.h"

static struct timer *heap_join(struct timer *a, struct timer *b)
{
	if (!a || !b)
		return a ? a : b;
	if (b->at < a->at) {
		struct timer *swap = a;

		a = b;
		b = swap;
	}
	b->next = a->child;
	if (b->next)
		b->next->previous = b;
	b->previous = a;
	a->child = b;
	return a;
}

/* Join siblings by pairs, then the pairs from the last to the first. */
static struct timer *heap_join_siblings(struct timer *first)
{
	struct timer *pairs = NULL, *all = NULL;

	while (first) {
		struct timer *a = first, *b = a->next;

		first = b ? b->next : NULL;
		a->next = a->previous = NULL;
		if (b)
			b->next = b->previous = NULL;
		a = heap_join(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct timer *next = pairs->next;

		pairs->next = NULL;
		all = heap_join(all, pairs);
		pairs = next;
	}
	return all;
}

void timers_cancel(struct timers *t, struct timer *timer)
{
	if (!timer->set)
		return;
	timer->set = false;
	struct timer *children = heap_join_siblings(timer->child);
	if (timer == t->first) {
		t->first = children;
	} else {
		if (timer->previous->child == timer)
			timer->previous->child = timer->next;
		else
			timer->previous->next = timer->next;
		if (timer->next)
			timer->next->previous = timer->previous;
		t->first = heap_join(t->first, children);
	}
	timer->child = timer->next = timer->previous = NULL;
}

void timers_set(struct timers *t, struct timer *timer, nsec_t at)
{
	timers_cancel(t, timer);
	if (at == NSEC_NEVER)
		return;
	timer->at = at;
	timer->set = true;
	t->first = heap_join(t->first, timer);
}

nsec_t timers_next(const struct timers *t)
{
	return t->first ? t->first->at : NSEC_NEVER;
}

void timers_fire(struct timers *t, nsec_t now)
{
	while (t->first && t->first->at <= now) {
		struct timer *due = t->first;

		timers_cancel(t, due);
		due->fire(due);
	}
}
