#include "stream/dial.h"

#include <errno.h>
#include <string.h>

#include "loop/resolver.h"
#include "out/failure.h"
#include "stream/socket.h"
#include "stream/tries.h"
#include "sys/file.h"
#include "sys/socket.h"

/* RFC 8305 section 8: Connection Attempt Delay. */
#define DIAL_ATTEMPT_DELAY (250 * NSEC_PER_MSEC)
/* A Unix server whose queue is full says EAGAIN and nothing tells when there is room. */
#define DIAL_RETRY_DELAY (10 * NSEC_PER_MSEC)

struct dial {
	struct loop *loop;
	struct report *report;
	struct dial_request request;
	int type; /* SOCK_... */
	dial_done *done;
	void *context;
	nsec_t began;
	struct lookup *lookup;
	struct tries tries;
	struct timer deadline, next;
	bool starting;
	struct dial_try *won; /* at once, or */
	struct err failure;   /* this: to be told from the loop */
};

static void try_close(struct dial_try *try)
{
	loop_unwatch(&try->watch);
	(void)sys_close(TAKE_FD(try->watch.fd));
}

void dial_abandon(struct dial *dial)
{
	if (!dial)
		return;
	lookup_abandon(dial->lookup);
	for (size_t i = 0; i < dial->tries.started; i++)
		try_close(&dial->tries.at[i]);
	loop_timer_cancel(dial->loop, &dial->deadline);
	loop_timer_cancel(dial->loop, &dial->next);
	addr_list_free(&dial->tries.list);
	free(dial->tries.at);
	free(dial);
}

static void dial_end(struct dial *dial, struct stream *stream, const struct err *err)
{
	dial_done *done = dial->done;
	void *context = dial->context;

	dial_abandon(dial);
	done(context, stream, err);
}

static void dial_win(struct dial *dial, struct dial_try *try);

static void dial_ended_at_once(struct timer *timer)
{
	struct dial *dial = CONTAINER_OF(timer, struct dial, next);

	if (dial->won) {
		dial_win(dial, dial->won);
		return;
	}
	struct err err = dial->failure;
	dial_end(dial, NULL, &err);
}

/* DONE is never called before the caller has *dial. */
static void dial_finish(struct dial *dial, struct stream *stream, const struct err *err)
{
	if (!dial->starting) {
		dial_end(dial, stream, err);
		return;
	}
	dial->failure = *err;
	dial->next.fire = dial_ended_at_once;
	loop_timer(dial->loop, &dial->next, loop_now(dial->loop));
}

static void dial_fail_here(struct dial *dial, int error)
{
	struct err err;

	(void)err_set(&err, ERR_LOCAL, error, "connect", "%s", dial->request.spec->text);
	dial_finish(dial, NULL, &err);
}

static void dial_fail(struct dial *dial)
{
	struct err err;

	tries_tell_failure(&dial->tries, &dial->request, &err);
	dial_finish(dial, NULL, &err);
}

static void dial_deadline(struct timer *timer)
{
	struct dial *dial = CONTAINER_OF(timer, struct dial, deadline);
	struct err err;

	tries_tell_late(&dial->tries, &dial->request, dial->lookup, &err);
	dial_finish(dial, NULL, &err);
}

static struct tune dial_tune(const struct dial *dial)
{
	unsigned place = dial->type == SOCK_DGRAM ? SOCKOPT_DATAGRAM : SOCKOPT_STREAM;

	return (struct tune){ dial->request.sockopts, place | SOCKOPT_CONNECTS, dial->report };
}

static void dial_win(struct dial *dial, struct dial_try *try)
{
	const struct addr *peer = &dial->tries.list.at[try - dial->tries.at];
	struct tune tune = dial_tune(dial);
	struct addr local = { .len = sizeof local.at };
	struct err err;

	if (tune_connected(&tune, try->watch.fd, peer, &err)) {
		dial_finish(dial, NULL, &err);
		return;
	}
	struct stream *stream = stream_socket_new(try->watch.fd, peer, dial->type);
	if (!stream) {
		dial_fail_here(dial, ENOMEM);
		return;
	}
	stream_keep_options(stream, dial->request.sockopts);
	loop_unwatch(&try->watch);
	try->watch.fd = -1;
	if (try->attempt.unconnected)
		stream_leave_unconnected(stream);
	if (report_is_heard(dial->report) &&
	    sys_getsockname(stream->fd, &local.at.any, &local.len) == 0)
		REPORT(dial->report, try->attempt.unconnected ? REPORT_SENDING : REPORT_CONNECTED,
		       FIELD_ADDR("peer", peer), FIELD_ADDR("local", &local),
		       FIELD_TIME("time", loop_now(dial->loop) - dial->began));
	dial_finish(dial, stream, NULL);
}

static void try_failed(struct dial_try *try, int error)
{
	struct dial *dial = try->dial;

	try->error = error;
	try_close(try);
	dial->tries.failed++;
	REPORT(dial->report, REPORT_ATTEMPT_FAILED,
	       FIELD_ADDR("peer", &dial->tries.list.at[try - dial->tries.at]),
	       FIELD_STR("reason", failure_errno_text(error)));
	if (dial->tries.failed == dial->tries.list.count)
		dial_fail(dial);
	else if (dial->tries.started < dial->tries.list.count)
		loop_timer(dial->loop, &dial->next, loop_now(dial->loop));
}

/*
 * What ERROR says: connected, failed, or under way. It is asked for at once, too: on the loopback
 * there is an answer by then.
 */
static void try_came_to(struct dial_try *try, int error)
{
	struct dial *dial = try->dial;

	if (error == EINPROGRESS) {
		loop_watch(dial->loop, &try->watch, READY_OUT);
	} else if (error) {
		try_failed(try, error);
	} else if (dial->starting) {
		dial->won = try;
		dial->next.fire = dial_ended_at_once;
		loop_timer(dial->loop, &dial->next, loop_now(dial->loop));
	} else {
		dial_win(dial, try);
	}
}

static void try_ready(struct watch *watch, unsigned ready)
{
	struct dial_try *try = CONTAINER_OF(watch, struct dial_try, watch);
	struct dial *dial = try->dial;
	int error = ready & READY_LOST
	                    ? loop_lost_error(dial->loop)
	                    : attempt_outcome(watch->fd, &dial->tries.list.at[try - dial->tries.at],
	                                      dial->type);

	try_came_to(try, error);
}

static void try_start(struct dial_try *try)
{
	struct dial *dial = try->dial;
	const struct addr *to = &dial->tries.list.at[try - dial->tries.at];
	struct attempt_options options = {
		.source = dial->request.source,
		.interface = dial->request.interface,
		.type = dial->type,
		.tune = dial_tune(dial),
		.multicast = dial->request.multicast,
	};
	struct err err;
	int fd = attempt_open(to, &options, &try->attempt, &err);

	try->watch = (struct watch){ .fd = -1, .ready = try_ready, .may_be_lost = true };
	if (fd == -EAGAIN && to->at.any.sa_family == AF_UNIX) {
		dial->tries.started--;
		loop_timer(dial->loop, &dial->next,
		           nsec_after(loop_now(dial->loop), DIAL_RETRY_DELAY));
	} else if (fd < 0 && strcmp(try->attempt.op, "sockopt") == 0) {
		/* What was asked for cannot be had, whatever the other addresses would say. */
		dial_finish(dial, NULL, &err);
	} else if (fd < 0) {
		try_failed(try, -fd);
	} else {
		bool tells = to->at.any.sa_family != AF_VSOCK; /* before it is ready */

		try->watch.fd = fd;
		try_came_to(try, tells ? attempt_outcome(fd, to, dial->type) : EINPROGRESS);
	}
}

/* Start the next attempt, and set the time for the one after it. */
static void dial_next(struct dial *dial)
{
	struct dial_try *try = &dial->tries.at[dial->tries.started++];
	nsec_t after = nsec_after(loop_now(dial->loop), DIAL_ATTEMPT_DELAY);

	loop_timer(dial->loop, &dial->next,
	           dial->tries.started < dial->tries.list.count ? after : NSEC_NEVER);
	/* Not when it is one that a full queue has put off. */
	if (!try->dial)
		REPORT(dial->report, REPORT_TRYING,
		       FIELD_ADDR("peer", &dial->tries.list.at[try - dial->tries.at]));
	*try = (struct dial_try){ .dial = dial, .watch.fd = -1 };
	try_start(try);
}

static void dial_next_due(struct timer *timer)
{
	dial_next(CONTAINER_OF(timer, struct dial, next));
}

/* The addresses are known: race them. */
static void dial_race(struct dial *dial)
{
	struct tune tune = dial_tune(dial);
	struct err err;

	if (tune_check(&tune, dial->tries.list.at, dial->tries.list.count, dial->request.spec->text,
	               &err) ||
	    multicast_check(dial->request.multicast, MULTICAST_SENDS, &dial->tries.list,
	                    dial->request.spec->text, &err)) {
		dial_finish(dial, NULL, &err);
		return;
	}
	addr_list_interleave(&dial->tries.list);
	dial->tries.at = calloc(dial->tries.list.count, sizeof *dial->tries.at);
	if (!dial->tries.at) {
		dial_fail_here(dial, ENOMEM);
		return;
	}
	dial_next(dial);
}

static void dial_resolved(void *context, struct addr_list *list, const struct err *err)
{
	struct dial *dial = context;

	dial->lookup = NULL;
	if (err) {
		dial_finish(dial, NULL, err);
		return;
	}
	dial->tries.list = *list;
	REPORT(dial->report, REPORT_RESOLVED, FIELD_STR("host", dial->request.spec->host),
	       FIELD_INT("count", list->count),
	       FIELD_TIME("time", loop_now(dial->loop) - dial->began));
	dial_race(dial);
}

/* Find the addresses: 0 when they are there, 1 when they are being looked up. */
static int dial_find(struct dial *dial, struct err *err)
{
	const struct spec *spec = dial->request.spec;
	struct lookup_question question = {
		.host = spec->host,
		.port = spec->port,
		.family = dial->request.family,
		.numeric = dial->request.numeric,
	};

	if (spec_has_address(spec->kind) || !spec->host[0]) {
		int failed = spec_has_address(spec->kind)
		                     ? addr_list_add(&dial->tries.list, &spec->address)
		                     : addr_list_add_loopback(&dial->tries.list,
		                                              dial->request.family, spec->port);

		return failed ? err_set(err, ERR_LOCAL, ENOMEM, "connect", "%s", spec->text) : 0;
	}
	int answer = lookup_numeric(&question, &dial->tries.list, err);
	if (answer != 1)
		return answer;
	REPORT(dial->report, REPORT_RESOLVING, FIELD_STR("host", question.host));
	if (lookup_start(dial->loop, &question, dial_resolved, dial, &dial->lookup, err))
		return -1;
	return 1;
}

int dial_start(struct loop *loop, const struct dial_request *request, struct report *report,
               dial_done *done, void *context, struct dial **dial, struct err *err)
{
	struct dial *made = calloc(1, sizeof *made);

	if (!made)
		return err_set(err, ERR_LOCAL, ENOMEM, "connect", "%s", request->spec->text);
	*made = (struct dial){
		.loop = loop,
		.report = report,
		.request = *request,
		.type = spec_socktype(request->spec->kind),
		.done = done,
		.context = context,
		.began = loop_now(loop),
		.deadline.fire = dial_deadline,
		.next.fire = dial_next_due,
		.starting = true,
	};
	if (!request->multicast)
		made->request.multicast = &multicast_none;
	int waiting = dial_find(made, err);
	if (waiting < 0) {
		dial_abandon(made);
		return -1;
	}
	loop_timer(loop, &made->deadline, request->deadline);
	/* A server has the socket for this client before it takes the next. */
	*dial = made;
	if (waiting == 0)
		dial_race(made);
	made->starting = false;
	return 0;
}
