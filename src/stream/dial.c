#include "stream/dial.h"

#include <errno.h>
#include <string.h>

#include "loop/resolver.h"
#include "net/vsock.h"
#include "out/failure.h"
#include "stream/attempt.h"
#include "stream/socket.h"
#include "sys/file.h"
#include "sys/socket.h"

/* RFC 8305 section 8: Connection Attempt Delay. */
#define DIAL_ATTEMPT_DELAY (250 * NSEC_PER_MSEC)
/* A Unix server whose queue is full says EAGAIN and nothing tells when there is room. */
#define DIAL_RETRY_DELAY (10 * NSEC_PER_MSEC)

/* One address and what became of it. */
struct dial_try {
	struct dial *dial;
	struct watch watch; /* fd -1: not under way */
	int error;          /* an errno, or 0 */
	struct attempt attempt;
};

struct dial {
	struct loop *loop;
	struct report *report;
	struct dial_request request;
	int type; /* SOCK_... */
	dial_done *done;
	void *context;
	nsec_t began;
	struct lookup *lookup;
	struct addr_list list;
	struct dial_try *tries; /* one for each address of the list */
	size_t started, failed;
	struct timer deadline, next;
	bool starting;
	struct err failure; /* at once: to be told from the loop */
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
	for (size_t i = 0; i < dial->started; i++)
		try_close(&dial->tries[i]);
	loop_timer_cancel(dial->loop, &dial->deadline);
	loop_timer_cancel(dial->loop, &dial->next);
	addr_list_free(&dial->list);
	free(dial->tries);
	free(dial);
}

static void dial_end(struct dial *dial, struct stream *stream, const struct err *err)
{
	dial_done *done = dial->done;
	void *context = dial->context;

	dial_abandon(dial);
	done(context, stream, err);
}

static void dial_failed_at_once(struct timer *timer)
{
	struct dial *dial = CONTAINER_OF(timer, struct dial, next);
	struct err err = dial->failure;

	dial_end(dial, NULL, &err);
}

/* DONE is never called before the caller has *dial. Nothing is connected that soon. */
static void dial_finish(struct dial *dial, struct stream *stream, const struct err *err)
{
	if (!dial->starting) {
		dial_end(dial, stream, err);
		return;
	}
	dial->failure = *err;
	dial->next.fire = dial_failed_at_once;
	loop_timer(dial->loop, &dial->next, loop_now(dial->loop));
}

static void dial_fail_here(struct dial *dial, int error)
{
	struct err err;

	(void)err_set(&err, ERR_LOCAL, error, "connect", "%s", dial->request.spec->text);
	dial_finish(dial, NULL, &err);
}

/*
 * "db.example port 5432 (192.0.2.7, 192.0.2.8)": the addresses of tries that ended with ERROR, left
 * out where the host was given as its address.
 */
static void dial_add_subject(struct text *t, const struct dial *dial, int error)
{
	char host[INET6_ADDRSTRLEN + 16];
	const char *between = " (";

	text_add_str(t, dial->request.spec->text);
	for (size_t i = 0; i < dial->started && !spec_has_address(dial->request.spec->kind); i++) {
		struct text one = TEXT_OVER(host);

		addr_add_host(&one, &dial->list.at[i]);
		if (dial->tries[i].error != error ||
		    strncmp(dial->request.spec->text, host, one.len) == 0)
			continue;
		text_add(t, "%s%s", between, host);
		between = ", ";
	}
	text_add_str(t, *between == ',' ? ")" : "");
}

/* What became of the addresses that did not end with ERROR. */
static void dial_add_others(struct text *t, const struct dial *dial, int error)
{
	for (size_t i = 0; i < dial->started; i++) {
		if (dial->tries[i].error == error || dial->tries[i].error == 0)
			continue;
		text_add_str(t, "; ");
		addr_add_host(t, &dial->list.at[i]);
		text_add(t, ": %s", failure_errno_text(dial->tries[i].error));
	}
}

/* The failure that says most: one of the network if there is one, else the first. */
static const struct dial_try *dial_telling_try(const struct dial *dial)
{
	for (size_t i = 0; i < dial->started; i++)
		if (!err_is_local(dial->tries[i].error))
			return &dial->tries[i];
	return &dial->tries[0];
}

static void dial_fail(struct dial *dial)
{
	const struct dial_try *telling = dial_telling_try(dial);
	char subject[ERR_SUBJECT_SIZE], others[ERR_DETAIL_SIZE];
	struct text t = TEXT_OVER(subject), more = TEXT_OVER(others);
	struct err err;

	if (strcmp(telling->attempt.op, "bind") == 0)
		addr_add(&t, dial->request.source);
	else if (strcmp(telling->attempt.op, "interface") == 0)
		text_add(&t, "%s", dial->request.interface);
	else
		dial_add_subject(&t, dial, telling->error);
	dial_add_others(&more, dial, telling->error);
	(void)err_socket(&err, telling->error, telling->attempt.op, "%s", subject);
	err_detail(&err, "%s", others);
	vsock_explain(&err, &dial->list.at[0]);
	dial_finish(dial, NULL, &err);
}

static void dial_deadline(struct timer *timer)
{
	struct dial *dial = CONTAINER_OF(timer, struct dial, deadline);
	char subject[ERR_SUBJECT_SIZE], others[ERR_DETAIL_SIZE];
	struct text t = TEXT_OVER(subject), more = TEXT_OVER(others);
	struct err err;

	dial_add_subject(&t, dial, 0);
	dial_add_others(&more, dial, 0);
	(void)err_set(&err, ERR_TIME, 0, dial->lookup ? "resolve" : "connect", "%s",
	              dial->lookup ? dial->request.spec->host : subject);
	err_detail(&err, "no answer within %g s%s", nsec_to_msec(dial->request.limit) / 1000,
	           others);
	dial_finish(dial, NULL, &err);
}

static struct tune dial_tune(const struct dial *dial)
{
	unsigned place = dial->type == SOCK_DGRAM ? SOCKOPT_DATAGRAM : SOCKOPT_STREAM;

	return (struct tune){ dial->request.sockopts, place | SOCKOPT_CONNECTS, dial->report };
}

static void dial_win(struct dial *dial, struct dial_try *try)
{
	const struct addr *peer = &dial->list.at[try - dial->tries];
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

static void dial_next(struct dial *dial);

static void try_failed(struct dial_try *try, int error)
{
	struct dial *dial = try->dial;

	try->error = error;
	try_close(try);
	dial->failed++;
	REPORT(dial->report, REPORT_ATTEMPT_FAILED,
	       FIELD_ADDR("peer", &dial->list.at[try - dial->tries]),
	       FIELD_STR("reason", failure_errno_text(error)));
	if (dial->failed == dial->list.count)
		dial_fail(dial);
	else if (dial->started < dial->list.count)
		dial_next(dial);
}

static void try_ready(struct watch *watch, unsigned ready)
{
	struct dial_try *try = CONTAINER_OF(watch, struct dial_try, watch);
	struct dial *dial = try->dial;
	int error =
		ready & READY_LOST
			? loop_lost_error(dial->loop)
			: attempt_outcome(watch->fd, &dial->list.at[try - dial->tries], dial->type);

	if (error == EINPROGRESS)
		return;
	if (error)
		try_failed(try, error);
	else
		dial_win(dial, try);
}

static void try_start(struct dial_try *try)
{
	struct dial *dial = try->dial;
	const struct addr *to = &dial->list.at[try - dial->tries];
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
		dial->started--;
		loop_timer(dial->loop, &dial->next,
		           nsec_after(loop_now(dial->loop), DIAL_RETRY_DELAY));
	} else if (fd < 0 && strcmp(try->attempt.op, "sockopt") == 0) {
		/* What was asked for cannot be had, whatever the other addresses would say. */
		dial_finish(dial, NULL, &err);
	} else if (fd < 0) {
		try_failed(try, -fd);
	} else {
		try->watch.fd = fd;
		loop_watch(dial->loop, &try->watch, READY_OUT);
	}
}

/* Start the next attempt, and set the time for the one after it. */
static void dial_next(struct dial *dial)
{
	struct dial_try *try = &dial->tries[dial->started++];
	nsec_t after = nsec_after(loop_now(dial->loop), DIAL_ATTEMPT_DELAY);

	loop_timer(dial->loop, &dial->next, dial->started < dial->list.count ? after : NSEC_NEVER);
	/* Not when it is one that a full queue has put off. */
	if (!try->dial)
		REPORT(dial->report, REPORT_TRYING,
		       FIELD_ADDR("peer", &dial->list.at[try - dial->tries]));
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

	if (tune_check(&tune, dial->list.at, dial->list.count, dial->request.spec->text, &err) ||
	    multicast_check(dial->request.multicast, MULTICAST_SENDS, &dial->list,
	                    dial->request.spec->text, &err)) {
		dial_finish(dial, NULL, &err);
		return;
	}
	addr_list_interleave(&dial->list);
	dial->tries = calloc(dial->list.count, sizeof *dial->tries);
	if (!dial->tries) {
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
	dial->list = *list;
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
		                     ? addr_list_add(&dial->list, &spec->address)
		                     : addr_list_add_loopback(&dial->list, dial->request.family,
		                                              spec->port);

		return failed ? err_set(err, ERR_LOCAL, ENOMEM, "connect", "%s", spec->text) : 0;
	}
	int answer = lookup_numeric(&question, &dial->list, err);
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
