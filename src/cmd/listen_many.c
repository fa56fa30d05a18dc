#include "cmd/listen_many.h"

#include <stdatomic.h>

#include "base/status.h"
#include "cmd/listen_joined.h"
#include "serve/model.h"
#include "serve/role_forward.h"
#include "serve/role_program.h"
#include "sys/process.h"

/*
 * Descriptors of a client: its socket, the two pipes of a program, and what tells of the program's
 * end; or its socket, that of the other end, and the pipes of both ways.
 */
enum { PROGRAM_DESCRIPTORS = 4, FORWARD_DESCRIPTORS = 6 };

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
	bool here = atomic_load(&server->totals->failed_here) > 0;

	return failed ? err_answer(err, here ? STATUS_LOCAL : STATUS_NETWORK,
	                           "%llu of %llu clients did not end well%s%s", failed,
	                           (unsigned long long)atomic_load(&server->totals->clients),
	                           here ? "; " : "", server->failed_here)
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

/* What clients are joined to. */
struct listening_role {
	const struct role *role;
	void *context;
	const char *name;
	unsigned descriptors; /* of a client */
	nsec_t idle_timeout;  /* that the role does not see to itself */
};

static int listening_serve(struct loop *loop, const struct listen_many_request *request,
                           const struct listening_role *role, struct report *report,
                           struct err *err)
{
	struct server_place place = { .name = role->name, .listener = request->listener };
	struct server_request server = {
		.places = &place,
		.place_count = 1,
		.role = role->role,
		.role_context = role->context,
		.max_conns = request->many->max_conns,
		.threads = 1,
		.max_accepts = request->many->max_accepts,
		.idle_timeout = role->idle_timeout,
		.drain = request->many->drain,
	};
	struct listening l = { .request = request };

	process_want_descriptors(role->descriptors * request->many->max_conns);
	return listening_run(&l, loop, &server, report, err);
}

static int listening_program(struct loop *loop, const struct listen_many_request *request,
                             struct report *report, struct err *err)
{
	struct role_program_plan program = {
		.path = request->program->words->path,
		.argv = request->program->words->argv,
		.allow_setuid = request->program->allow_setuid,
		.between = session_wish(request->relay),
		.idle_timeout = request->relay->idle_timeout,
		.ack_timeout = SESSION_TIMEOUT,
	};
	struct listening_role role = { &role_program, &program, "a program", PROGRAM_DESCRIPTORS,
		                       NSEC_NEVER };

	return listening_serve(loop, request, &role, report, err);
}

static int listening_forward(struct loop *loop, const struct listen_many_request *request,
                             struct report *report, struct err *err)
{
	struct forwarding *f = request->forwarding;
	struct listening_role role = { &role_forward, &f->request, f->target.text,
		                       FORWARD_DESCRIPTORS, NSEC_NEVER };

	return listening_serve(loop, request, &role, report, err);
}

static int listening_joined(struct loop *loop, const struct listen_many_request *request,
                            struct report *report, struct err *err)
{
	struct listen_joined joined;

	if (listen_joined_open(&joined, request->joined, request->relay, err))
		return -1;
	struct listening_role role = { joined.role, joined.context, joined.name, joined.descriptors,
		                       request->relay->idle_timeout };
	int result = listening_serve(loop, request, &role, report, err);
	return listen_joined_close(&joined, result, report, err);
}

int listen_many(struct loop *loop, const struct listen_many_request *request, struct report *report,
                struct err *err)
{
	int result = request->program      ? listening_program(loop, request, report, err)
	             : request->forwarding ? listening_forward(loop, request, report, err)
	                                   : listening_joined(loop, request, report, err);

	listener_close(request->listener);
	return result;
}
