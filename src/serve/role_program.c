#include "serve/role_program.h"

#include <errno.h>

#include "out/failure.h"
#include "relay/exec.h"
#include "stream/socket.h"

/* How long a lack of descriptors, memory or processes is waited out, unless a client goes. */
#define PROGRAM_PAUSE (200 * NSEC_PER_MSEC)

struct programs {
	const struct role_program_plan *plan;
	struct engine *engine;
	struct loop *loop;
	struct server *server;
	struct program_client *waiting; /* for what is lacking; nobody is accepted meanwhile */
	struct timer retry;
	bool told; /* of the lack */
};

struct program_client {
	struct client client;
	struct programs *all;
	struct addr peer;
	struct stream *stream; /* until the program has it */
	struct exec *exec;     /* NULL: it has not been started */
	struct between between;
};

/* ERR is what befell it, NULL when nothing has or somebody else's will ended it. */
static void program_client_gone(struct program_client *c, const char *reason, bool failed,
                                const struct err *err)
{
	struct client_end end = {
		.reason = reason,
		.failed = failed,
		.failed_here = err && (err->domain == ERR_LOCAL || err->domain == ERR_PROGRAM),
	};

	end.uncounted = !c->exec || !exec_count(c->exec, &end.sent, &end.received);
	server_moved(c->all->server, end.received, end.sent);
	client_gone(&c->client, &end);
}

static const char *program_reason(const struct err *err)
{
	if (err->domain != ERR_TIME)
		return failure_errno_text(err->code);
	return err->code ? "what was sent is not acknowledged" : "cut by --idle-timeout";
}

static void program_done(void *context, int status, const struct err *err)
{
	(void)status;
	program_client_gone(context, err ? program_reason(err) : "ended", err != NULL, err);
}

static struct client *role_program_new(void *state, const struct server_place *place,
                                       struct stream *stream)
{
	struct program_client *c = calloc(1, sizeof *c);

	(void)place;
	if (!c)
		return NULL;
	c->all = state;
	c->stream = stream;
	c->peer = *stream_peer(stream);
	return &c->client;
}

static int program_client_run(struct program_client *c, struct err *err)
{
	const struct role_program_plan *plan = c->all->plan;
	struct exec_request request = {
		.peer = c->stream,
		.client = c->client.told.id,
		.path = plan->path,
		.argv = plan->argv,
		.allow_setuid = plan->allow_setuid,
		.of_many = true,
		.sees_bytes = between_sees(&plan->between) || plan->idle_timeout != NSEC_NEVER,
		.up = c->between.up,
		.down = c->between.down,
		.idle_timeout = plan->idle_timeout,
		.ack_timeout = plan->ack_timeout,
		.deadline = NSEC_NEVER,
	};

	if (exec_start(c->all->loop, &request, c->all->server->report, program_done, c, &c->exec,
	               err))
		return -1;
	c->stream = NULL;
	return 0;
}

/* Have C wait, and with it all who come. */
static void programs_wait(struct programs *all, struct program_client *c, int error)
{
	if (!all->told)
		REPORT_WITH(all->server->report, REPORT_ACCEPT_PAUSED, true,
		            FIELD_STR("reason", failure_errno_text(error)));
	all->told = true;
	all->waiting = c;
	engine_hold(all->engine, true);
	loop_timer(all->loop, &all->retry, nsec_after(loop_now(all->loop), PROGRAM_PAUSE));
}

static void program_client_try(struct program_client *c)
{
	struct programs *all = c->all;
	struct err err;

	if (program_client_run(c, &err) == 0)
		return;
	if (err_is_lack(&err)) {
		programs_wait(all, c, err.code);
		return;
	}
	report_failure(all->server->report, &err);
	stream_reset_on_close(c->stream);
	program_client_gone(c, failure_errno_text(err.code), true, &err);
}

static void programs_retry(struct timer *timer)
{
	struct programs *all = CONTAINER_OF(timer, struct programs, retry);

	program_client_try(TAKE(all->waiting));
	if (all->waiting)
		return;
	all->told = false;
	engine_hold(all->engine, false);
}

static void role_program_start(struct client *client)
{
	struct program_client *c = CONTAINER_OF(client, struct program_client, client);

	/* The stream is the program's in the end, and the address is still to be told. */
	client->told.peer = &c->peer;
	between_init(&c->between, &c->all->plan->between);
	program_client_try(c);
}

static void role_program_drain(struct client *client)
{
	struct program_client *c = CONTAINER_OF(client, struct program_client, client);

	if (c->exec) {
		exec_end_input(c->exec);
	} else {
		stream_reset_on_close(c->stream);
		program_client_gone(c, "cut by a signal", true, NULL);
	}
}

/* All that are still there are told to end before the first is waited for. */
static void role_program_cut(struct client *client, const char *reason)
{
	for (struct client *c = client; c; c = c->next) {
		struct exec *exec = CONTAINER_OF(c, struct program_client, client)->exec;

		if (exec)
			exec_terminate(exec);
	}
	program_client_gone(CONTAINER_OF(client, struct program_client, client), reason, true,
	                    NULL);
}

static void role_program_free(struct client *client)
{
	struct program_client *c = CONTAINER_OF(client, struct program_client, client);
	struct programs *all = c->all;

	exec_free(c->exec);
	(void)stream_close(c->stream);
	if (all->waiting == c) {
		all->waiting = NULL;
		loop_timer_cancel(all->loop, &all->retry);
	}
	free(c);
	if (all->waiting)
		loop_timer(all->loop, &all->retry, loop_now(all->loop));
}

static int role_program_open(struct engine *engine, void *context, void **state, struct err *err)
{
	struct programs *all = calloc(1, sizeof *all);

	if (!all)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	*all = (struct programs){
		.plan = context,
		.engine = engine,
		.loop = engine_loop(engine),
		.server = engine_server(engine),
		.retry = { .fire = programs_retry },
	};
	*state = all;
	return 0;
}

static void role_program_close(void *state)
{
	free(state);
}

const struct role role_program = {
	.open = role_program_open,
	.close = role_program_close,
	.new_client = role_program_new,
	.start = role_program_start,
	.drain = role_program_drain,
	.cut = role_program_cut,
	.free_client = role_program_free,
};
