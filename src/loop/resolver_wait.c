#include <stddef.h>

#include "loop/resolver.h"

/* A look-up that somebody waits for. */
struct lookup_waiter {
	struct loop *loop;
	const struct lookup_question *question;
	nsec_t limit;
	struct lookup *lookup;
	struct timer late;
	struct addr_list *list;
	struct err *err;
	int result;
};

static void waiter_answered(void *context, struct addr_list *list, const struct err *err)
{
	struct lookup_waiter *w = context;

	w->lookup = NULL;
	w->result = err ? -1 : 0;
	if (err)
		*w->err = *err;
	else
		*w->list = *list;
	loop_stop(w->loop);
}

static void waiter_late(struct timer *timer)
{
	struct lookup_waiter *w = CONTAINER_OF(timer, struct lookup_waiter, late);

	w->result = err_set(w->err, ERR_TIME, 0, "resolve", "%s", w->question->host);
	err_detail(w->err, "no answer within %g s", nsec_to_msec(w->limit) / 1000);
	loop_stop(w->loop);
}

int lookup_wait(struct loop *loop, const struct lookup_question *question, nsec_t limit,
                struct addr_list *list, struct err *err)
{
	struct lookup_waiter w = {
		.loop = loop,
		.question = question,
		.limit = limit,
		.late.fire = waiter_late,
		.list = list,
		.err = err,
	};

	if (lookup_start(loop, question, waiter_answered, &w, &w.lookup, err))
		return -1;
	loop_timer(loop, &w.late, nsec_after(loop_now(loop), limit));
	int ran = loop_run(loop, err);
	loop_timer_cancel(loop, &w.late);
	lookup_abandon(w.lookup);
	return ran ? -1 : w.result;
}
