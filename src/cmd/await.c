#include "cmd/await.h"

#include "cmd/session.h"
#include "stream/acceptor.h"

/* Waiting for the client, for as long as the loop turns. */
struct accepting {
	struct loop *loop;
	struct stream *stream;
	struct timer limit;
	bool late;
};

static void await_accepted(void *context, struct stream *stream, const struct addr *peer)
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

static void await_late(struct timer *timer)
{
	struct accepting *a = CONTAINER_OF(timer, struct accepting, limit);

	a->late = true;
	loop_stop(a->loop);
}

int await_client(struct loop *loop, const struct await_request *request, struct report *report,
                 struct stream **client, struct err *err)
{
	struct accepting a = { .loop = loop, .limit.fire = await_late };
	struct acceptor_request accepting = {
		.loop = loop,
		.report = report,
		.listener = request->listener,
		.tells = true,
		.accepted = await_accepted,
		.context = &a,
	};
	char subject[256];
	struct text t = TEXT_OVER(subject);
	nsec_t until = nsec_after(loop_now(loop), request->accept_timeout);

	listener_describe(request->listener, &t);
	struct acceptor *acceptor = acceptor_new(&accepting, err);
	if (!acceptor)
		return -1;
	loop_timer(loop, &a.limit, until < request->deadline ? until : request->deadline);
	int result = loop_run(loop, err);
	loop_timer_cancel(loop, &a.limit);
	acceptor_free(acceptor);
	*client = a.stream;
	if (result || !a.late)
		return result;
	if (until > request->deadline)
		return session_deadline(request->relay, "accept", subject, err);
	(void)err_set(err, ERR_TIME, 0, "accept", "%s", subject);
	err_detail(err, "nobody connected within %g s (--accept-timeout)",
	           nsec_to_msec(request->accept_timeout) / 1000);
	return -1;
}
