#include "loop/loop.h"

#include <errno.h>
#include <stddef.h>

#include "sys/clock.h"
#include "sys/process.h"

enum {
	LOOP_FEW = 8,
	LOOP_AHEAD = 6,      /* cache lines of 64 bytes */
	LOOP_DEAF_MOST = 64, /* busy turns, until it hears signals */
};

/* And so long, where turns take their time. */
#define LOOP_DEAF_LONGEST (20 * NSEC_PER_MSEC)

struct loop {
	struct poller *poller;
	nsec_t now;
	bool stopped;
	struct timers timers;
	struct deferred *first_deferred, **last_deferred;
	size_t deferred_count;
	struct watch *changed;       /* to be told to the poller before the next wait */
	struct watch *always;        /* ready without waiting */
	struct watch *cursor;        /* the one of `always` to be called next */
	int event_count, event_next; /* of `events` */
	int lost_error;
	unsigned turns;
	unsigned deaf; /* turns in which it was busy */
	nsec_t heard;  /* when it was not */
	unsigned signals_seen;
	void (*usr1)(void *context);
	void *usr1_context;
	size_t batch;
	/* The batch being dispatched, so that unwatching takes an event back. */
	struct poller_event events[];
};

static struct loop *loop_over(const struct poller_kind *kind, size_t batch, struct err *err)
{
	int error = -ENOMEM;
	struct loop *loop = calloc(1, sizeof *loop + batch * sizeof loop->events[0]);

	if (loop)
		loop->poller = kind->make(&error);
	if (!loop || !loop->poller) {
		free(loop);
		(void)err_set(err, ERR_LOCAL, -error, "wait for", "events");
		return NULL;
	}
	loop->batch = batch;
	loop->last_deferred = &loop->first_deferred;
	loop->now = loop->heard = sys_now();
	signals_catch();
	return loop;
}

struct loop *loop_new(struct err *err)
{
	return loop_over(poller_of_many, POLLER_BATCH, err);
}

struct loop *loop_new_for_few(struct err *err)
{
	return loop_over(&poller_poll, LOOP_FEW, err);
}

void loop_free(struct loop *loop)
{
	if (loop)
		loop->poller->kind->free(loop->poller);
	free(loop);
}

nsec_t loop_now(const struct loop *loop)
{
	return loop->now;
}

unsigned loop_turns(const struct loop *loop)
{
	return loop->turns;
}

static void watch_link(struct watch **list, struct watch *w)
{
	w->previous = NULL;
	w->next = *list;
	if (w->next)
		w->next->previous = w;
	*list = w;
	w->listed = true;
}

static void watch_unlink(struct watch **list, struct watch *w)
{
	if (!w->listed)
		return;
	if (w->previous)
		w->previous->next = w->next;
	else
		*list = w->next;
	if (w->next)
		w->next->previous = w->previous;
	w->listed = false;
}

void loop_watch(struct loop *loop, struct watch *w, unsigned interest)
{
	w->loop = loop;
	w->interest = (unsigned char)interest;
	if (!w->listed && !w->always && (!w->added || w->armed != interest))
		watch_link(&loop->changed, w);
}

/* All but what the poller knows of it. */
static void watch_forget(struct watch *w)
{
	struct loop *loop = w->loop;

	if (loop->cursor == w)
		loop->cursor = w->next;
	watch_unlink(w->always ? &loop->always : &loop->changed, w);
	for (int i = loop->event_next; i < loop->event_count; i++)
		if (loop->events[i].data == w)
			loop->events[i].data = NULL;
	w->loop = NULL;
	w->added = w->always = false;
}

void loop_unwatch(struct watch *w)
{
	if (!w->loop)
		return;
	if (w->added)
		w->loop->poller->kind->remove(w->loop->poller, w->fd);
	watch_forget(w);
}

void loop_unwatch_closing(struct watch *w)
{
	if (!w->loop)
		return;
	if (w->added)
		w->loop->poller->kind->closing(w->loop->poller, w->fd);
	watch_forget(w);
}

int loop_lost_error(const struct loop *loop)
{
	return loop->lost_error;
}

void loop_timer(struct loop *loop, struct timer *timer, nsec_t at)
{
	timers_set(&loop->timers, timer, at);
}

void loop_timer_cancel(struct loop *loop, struct timer *timer)
{
	timers_cancel(&loop->timers, timer);
}

void loop_defer(struct loop *loop, struct deferred *d)
{
	if (d->queued)
		return;
	d->queued = true;
	d->next = NULL;
	*loop->last_deferred = d;
	loop->last_deferred = &d->next;
	loop->deferred_count++;
}

void loop_defer_cancel(struct loop *loop, struct deferred *d)
{
	struct deferred **at = &loop->first_deferred;

	if (!d->queued)
		return;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	if (!d->next)
		loop->last_deferred = at;
	loop->deferred_count--;
	d->queued = false;
}

/* Those that were queued before this turn; one may queue itself again. */
static void loop_run_deferred(struct loop *loop)
{
	for (size_t left = loop->deferred_count; left > 0 && loop->first_deferred; left--) {
		struct deferred *d = loop->first_deferred;

		loop_defer_cancel(loop, d);
		d->call(d);
	}
}

static int watch_arm(struct loop *loop, struct watch *w)
{
	const struct poller_kind *kind = loop->poller->kind;

	if (w->added && w->armed == w->interest)
		return 0;
	int error = (w->added ? kind->change : kind->add)(loop->poller, w->fd, w->interest, w);

	if (error == -EPERM && !w->added) {
		w->always = true;
		watch_link(&loop->always, w);
		return 0;
	}
	if (error)
		return error;
	w->added = true;
	w->armed = w->interest;
	return 0;
}

static void watch_lose(struct loop *loop, struct watch *w, int error)
{
	loop->lost_error = -error;
	loop_unwatch(w);
	w->ready(w, READY_LOST);
}

static int loop_arm(struct loop *loop)
{
	while (loop->changed) {
		struct watch *w = loop->changed;

		watch_unlink(&loop->changed, w);
		int error = watch_arm(loop, w);
		if (error && !w->may_be_lost)
			return error;
		if (error)
			watch_lose(loop, w, error);
	}
	return 0;
}

static bool loop_has_always(const struct loop *loop)
{
	for (const struct watch *w = loop->always; w; w = w->next)
		if (w->interest)
			return true;
	return false;
}

static void loop_call_always(struct loop *loop)
{
	loop->cursor = loop->always;
	while (loop->cursor) {
		struct watch *w = loop->cursor;

		loop->cursor = w->next;
		if (w->interest)
			w->ready(w, w->interest);
	}
}

static int loop_wait(struct loop *loop)
{
	nsec_t next = timers_next(&loop->timers), timeout = NSEC_NEVER;
	int count;

	if (loop->first_deferred || loop_has_always(loop))
		timeout = 0;
	else if (next != NSEC_NEVER)
		timeout = next > (loop->now = sys_now()) ? next - loop->now : 0;
	count = loop->poller->kind->wait(loop->poller, loop->events, loop->batch, timeout);
	/* Who does not really wait hears none either. */
	loop->deaf = count > 0 || timeout == 0 ? loop->deaf + 1 : 0;
	loop->now = sys_now();
	if (loop->deaf == 0)
		loop->heard = loop->now;
	return count;
}

static void loop_dispatch(struct loop *loop, int count)
{
	loop->event_count = count;
	loop->event_next = 0;
	while (loop->event_next < loop->event_count) {
		const struct poller_event *event = &loop->events[loop->event_next++];
		struct watch *w = event->data;

		/*
		 * Of many clients none is in the processor's cache; what the next watch is part of,
		 * and what was allocated with that, may come meanwhile.
		 */
		if (loop->event_next < loop->event_count)
			for (unsigned line = 0; line < LOOP_AHEAD; line++)
				__builtin_prefetch((const char *)event[1].data + 64 * line);
		if (w)
			w->ready(w, event->ready);
	}
	loop->event_count = loop->event_next = 0;
}

static int loop_turn(struct loop *loop)
{
	int count;

	loop->turns++;
	loop_run_deferred(loop);
	timers_fire(&loop->timers, loop->now);
	if (loop->stopped)
		return 0;
	count = loop_arm(loop);
	/* One that was lost may have been all there was to wait for. */
	if (count == 0 && !loop->stopped)
		count = loop_wait(loop);
	if (count < 0)
		return count;
	if (loop->deaf >= LOOP_DEAF_MOST ||
	    (loop->deaf > 0 && loop->now - loop->heard >= LOOP_DEAF_LONGEST)) {
		signals_let_in();
		loop->deaf = 0;
		loop->heard = loop->now;
	}
	loop_dispatch(loop, count);
	loop_call_always(loop);
	return 0;
}

int loop_run(struct loop *loop, struct err *err)
{
	/* Signals come to one thread alone. */
	bool signalled = signals_wait_mask() != NULL;

	loop->stopped = false;
	while (!loop->stopped) {
		if (signalled && loop->usr1 && signals_take_usr1())
			loop->usr1(loop->usr1_context);
		/*
		 * Before the turn, for one may have been caught before there was any: while a line
		 * was written.
		 */
		if (signalled && signals_count() != loop->signals_seen) {
			loop->signals_seen = signals_count();
			return err_set(err, ERR_SIGNAL, signals_caught(), "finish",
			               "after a signal");
		}
		int error = loop_turn(loop);

		if (error)
			return err_set(err, ERR_LOCAL, -error, "wait for", "events");
	}
	return 0;
}

void loop_on_usr1(struct loop *loop, void (*call)(void *context), void *context)
{
	loop->usr1 = call;
	loop->usr1_context = context;
	signals_catch_usr1();
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
