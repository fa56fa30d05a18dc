#include "cmd/listen_first.h"

#include "cmd/session.h"
#include "stream/acceptor.h"

/* Waiting for the client, for as long as the loop turns. */
struct accepting {
	struct loop *loop;
	struct stream *stream;
	struct timer limit;
	bool late;
};

static void first_accepted(void *context, struct stream *stream, const struct addr *peer)
{
	struct accepting *a = context;

	(void)peer;
	/* Two sockets may be ready at once; the second client finds nobody. */
	if (a->stream)
		(void)stream_close(stream);
	else
		a->stream = stream;
	loop_stop(a->loop);
}

static void first_late(struct timer *timer)
{
	struct accepting *a = CONTAINER_OF(timer, struct accepting, limit);

	a->late = true;
	loop_stop(a->loop);
}

static int first_fail_late(const struct listen_first_request *q, bool deadline, struct err *err)
{
	char subject[256];
	struct text t = TEXT_OVER(subject);

	listener_describe(q->listener, &t);
	if (deadline)
		return session_deadline(q->relay, "accept", subject, err);
	(void)err_set(err, ERR_TIME, 0, "accept", "%s", subject);
	err_detail(err, "nobody connected within %g s (--accept-timeout)",
	           nsec_to_msec(q->accept_timeout) / 1000);
	return -1;
}

int listen_first(struct loop *loop, const struct listen_first_request *q, struct report *report,
                 struct stream **client, struct err *err)
{
	struct accepting a = { .loop = loop, .limit.fire = first_late };
	struct acceptor_request request = {
		.loop = loop,
		.report = report,
		.listener = q->listener,
		.tells = true,
		.accepted = first_accepted,
		.context = &a,
	};
	nsec_t until = nsec_after(loop_now(loop), q->accept_timeout);
	struct acceptor *acceptor = acceptor_new(&request, err);

	if (!acceptor)
		return -1;
	loop_timer(loop, &a.limit, until < q->deadline ? until : q->deadline);
	int result = loop_run(loop, err);
	loop_timer_cancel(loop, &a.limit);
	acceptor_free(acceptor);
	if (!result && a.late)
		return first_fail_late(q, until > q->deadline, err);
	*client = a.stream;
	return result;
}
