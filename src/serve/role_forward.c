#include "serve/role_forward.h"

#include <errno.h>

#include "out/failure.h"
#include "relay/forward.h"

/* That something is lacking is told again after so long. */
#define LACK_TOLD_AGAIN (10 * NSEC_PER_SEC)

/* What the clients of a loop have in common. */
struct switchboard {
	struct engine *engine;
	struct server *server;
	struct forward_request request;
	/* Clients that wait for what this machine lacks: nobody else is accepted. */
	unsigned lacking;
	nsec_t told_at; /* when that was told last; 0: never */
	bool failing;   /* the last client could not be joined, and that has been told */
};

struct caller {
	struct client client;
	struct switchboard *board;
	struct forward *forward;
};

static void caller_gone(struct caller *c, const struct forward_end *end, bool failed)
{
	const struct client_end told = {
		.received = end->received,
		.sent = end->sent,
		.reason = end->reason,
		.failed = failed,
		.failed_here = end->err && end->err->domain == ERR_LOCAL,
	};

	server_moved(c->board->server, end->received, end->sent);
	c->client.told.peer = forward_client(c->forward);
	client_gone(&c->client, &told);
}

static void caller_done(void *context, const struct forward_end *end)
{
	struct caller *c = context;
	struct switchboard *board = c->board;

	if (!end->joined && end->err && !board->failing)
		report_failure(board->server->report, end->err);
	if (end->joined || end->err)
		board->failing = !end->joined;
	caller_gone(c, end, end->err != NULL);
}

static void switchboard_tell_lack(struct switchboard *board, int error)
{
	nsec_t now = loop_now(engine_loop(board->engine));

	if (board->told_at && now < nsec_after(board->told_at, LACK_TOLD_AGAIN))
		return;
	board->told_at = now;
	REPORT_WITH(board->server->report, REPORT_ACCEPT_PAUSED, true,
	            FIELD_STR("reason", failure_errno_text(error)));
}

static void switchboard_lack(void *context, int error)
{
	struct switchboard *board = context;

	if (error && board->lacking++ == 0) {
		switchboard_tell_lack(board, error);
		spares_drop_pipes(board->request.pair.shared);
		engine_hold(board->engine, true);
	} else if (!error && --board->lacking == 0) {
		engine_hold(board->engine, false);
	}
}

static struct client *role_forward_new(void *state, const struct server_place *place,
                                       struct stream *stream)
{
	struct switchboard *board = state;
	struct caller *c = malloc(sizeof *c);

	(void)place;
	if (!c)
		return NULL;
	*c = (struct caller){ .board = board };
	c->forward = forward_new(&board->request, stream);
	if (!c->forward) {
		free(c);
		return NULL;
	}
	return &c->client;
}

static void role_forward_start(struct client *client)
{
	struct caller *c = CONTAINER_OF(client, struct caller, client);

	forward_start(c->forward, client->told.id, caller_done, c);
}

static void role_forward_drain(struct client *client)
{
	forward_drain(CONTAINER_OF(client, struct caller, client)->forward);
}

static void role_forward_cut(struct client *client, const char *reason)
{
	struct caller *c = CONTAINER_OF(client, struct caller, client);
	struct forward_end end;

	forward_cut(c->forward, &end);
	end.reason = reason;
	caller_gone(c, &end, true);
}

static void role_forward_free(struct client *client)
{
	struct caller *c = CONTAINER_OF(client, struct caller, client);

	forward_free(c->forward);
	free(c);
}

static int role_forward_open(struct engine *engine, void *context, void **state, struct err *err)
{
	struct switchboard *board = malloc(sizeof *board);
	struct spares *shared = board ? spares_new(FLOW_FULL_READ) : NULL;

	if (!shared) {
		free(board);
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	}
	*board = (struct switchboard){
		.engine = engine,
		.server = engine_server(engine),
		.request = *(const struct forward_request *)context,
	};

	struct report *report = board->server->report;

	board->request.pair.loop = engine_loop(engine);
	board->request.pair.shared = shared;
	board->request.report = report;
	board->request.deadline = NSEC_NEVER;
	board->request.lack = switchboard_lack;
	board->request.lack_context = board;
	board->request.dialling = report_hears_details(report) ? report : NULL;
	*state = board;
	return 0;
}

static void role_forward_close(void *state)
{
	struct switchboard *board = state;

	spares_free(board->request.pair.shared);
	free(board);
}

const struct role role_forward = {
	.open = role_forward_open,
	.close = role_forward_close,
	.new_client = role_forward_new,
	.start = role_forward_start,
	.drain = role_forward_drain,
	.cut = role_forward_cut,
	.free_client = role_forward_free,
};
