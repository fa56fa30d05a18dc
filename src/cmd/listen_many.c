#include "cmd/listen_many.h"

#include <stdatomic.h>

#include "serve/model.h"
#include "serve/role_forward.h"
#include "serve/role_program.h"
#include "sys/process.h"

/* Descriptors of a client: its socket, the two pipes of a program, and what tells of the program's end; or the
 * socket of a target, and a pipe each way while much is moved. */
enum { LISTEN_DESCRIPTORS = 4 };

struct listening {
	const struct listen_many_request *request;
	struct server server;
	struct timer unmet, deadline;
};

/* ERR becomes one of time, with what is listened on as its subject. */
static void listening_late(const struct listening *l, const char *op, struct err *err)
{
	char subject[256];
	struct text t = TEXT_OVER(subject);

	listener_describe(l->request->listener, &t);
	(void)err_set(err, ERR_TIME, 0, op, "%s", subject);
}

static void listening_unmet(struct timer *timer)
{
	struct listening *l = CONTAINER_OF(timer, struct listening, unmet);

	struct err err;

	if (atomic_load(&l->server.totals->clients) > 0)
		return;
	listening_late(l, "accept", &err);
	err_detail(&err, "nobody connected within %g s (--accept-timeout)",
	           nsec_to_msec(l->request->accept_timeout) / 1000);
	server_break(&l->server, &err);
}

static void listening_deadline(struct timer *timer)
{
	struct listening *l = CONTAINER_OF(timer, struct listening, deadline);

	struct err err;

	listening_late(l, "serve clients", &err);
	err_detail(&err, "cut by --deadline at %g s",
	           nsec_to_msec(l->request->relay->deadline) / 1000);
	server_break(&l->server, &err);
}

/* Never status 0 when something was cut. */
static int listening_result(const struct server *server, struct err *err)
{
	unsigned long long failed = atomic_load(&server->totals->failed);

	return failed ? err_answer(err, 1, "%llu of %llu clients did not end well", failed,
	                           (unsigned long long)atomic_load(&server->totals->clients))
	              : 0;
}

static int listening_run(struct listening *l, struct loop *loop, const struct server_request *q,
                         struct report *report, struct err *err)
{
	const struct listen_many_request *request = l->request;

	if (server_start(&l->server, loop, q, report, err))
		return -1;
	l->unmet.fire = listening_unmet;
	l->deadline.fire = listening_deadline;
	loop_timer(loop, &l->unmet, nsec_after(loop_now(loop), request->accept_timeout));
	loop_timer(loop, &l->deadline, request->deadline);
	int result = model_event.run(&l->server, err);
	loop_timer_cancel(loop, &l->unmet);
	loop_timer_cancel(loop, &l->deadline);
	if (!result)
		result = listening_result(&l->server, err);
	server_end(&l->server);
	return result;
}

static int listening_program(struct listening *l, struct loop *loop, struct server_request *q,
                             struct report *report, struct err *err)
{
	const struct listen_many_request *request = l->request;
	struct role_program_plan program = {
		.path = request->program->words->path,
		.argv = request->program->words->argv,
		.allow_setuid = request->program->allow_setuid,
		.between = session_wish(request->relay),
		.idle_timeout = request->relay->idle_timeout,
		.ack_timeout = SESSION_TIMEOUT,
	};

	q->role = &role_program;
	q->role_context = &program;
	q->idle_timeout = NSEC_NEVER;
	process_want_descriptors(LISTEN_DESCRIPTORS * q->max_conns);
	return listening_run(l, loop, q, report, err);
}

static int listening_forward(struct listening *l, struct loop *loop, struct server_request *q,
                             struct server_place *place, struct report *report, struct err *err)
{
	struct forwarding *forwarding = l->request->forwarding;

	q->role = &role_forward;
	q->role_context = &forwarding->request;
	q->idle_timeout = NSEC_NEVER;
	place->name = forwarding->target.text;
	process_want_descriptors(LISTEN_DESCRIPTORS * q->max_conns);
	return listening_run(l, loop, q, report, err);
}

static int listening_joined(struct listening *l, struct loop *loop, struct server_request *q,
                            struct server_place *place, struct report *report, struct err *err)
{
	struct listen_joined joined;

	if (listen_joined_open(&joined, l->request->joined, l->request->relay, err))
		return -1;
	q->role = joined.role;
	q->role_context = joined.context;
	place->name = joined.name;
	process_want_descriptors(joined.descriptors * q->max_conns);
	int result = listening_run(l, loop, q, report, err);
	return listen_joined_close(&joined, result, err);
}

int listen_many(struct loop *loop, const struct listen_many_request *request, struct report *report,
                struct err *err)
{
	struct server_place place = { .name = "a program", .listener = request->listener };
	struct server_request server = {
		.places = &place,
		.place_count = 1,
		.max_conns = request->many->max_conns,
		.threads = 1,
		.max_accepts = request->many->max_accepts,
		.idle_timeout = request->relay->idle_timeout,
		.drain = request->many->drain,
	};
	struct listening l = { .request = request };
	int result;

	if (request->program)
		result = listening_program(&l, loop, &server, report, err);
	else if (request->forwarding)
		result = listening_forward(&l, loop, &server, &place, report, err);
	else
		result = listening_joined(&l, loop, &server, &place, report, err);

	listener_close(request->listener);
	return result;
}
