#include "serve/engine.h"

#include <errno.h>
#include <stdatomic.h>

#include "out/failure.h"
#include "serve/answerer.h"
#include "serve/role.h"
#include "serve/role_service.h"
#include "stream/acceptor.h"
#include "stream/socket.h"

enum { ENGINE_ACCEPTS = 16 };

struct engine_place {
	struct engine *engine;
	const struct server_place *place;
	struct acceptor *acceptor; /* NULL: it is for datagrams */
	struct answerer *answerer; /* NULL: it is not */
};

struct engine {
	struct engine_request request;
	const struct role *role;
	void *state; /* of the role */
	struct client *clients;
	struct timer limit; /* of draining */
	atomic_bool paused;
	bool draining;
	bool closed; /* nobody is accepted any more */
	bool held;   /* by the role */
	struct deferred close;
	size_t count;
	struct engine_place places[];
};

static void engine_check_over(struct engine *e)
{
	if (e->request.over && !e->clients && (e->draining || server_is_done(e->request.server)))
		e->request.over(e->request.context);
}

/* Others are refused from now on instead of waiting in vain. Datagrams are still answered. */
static void engine_close(struct engine *e)
{
	if (e->closed)
		return;
	e->closed = true;
	for (size_t i = 0; i < e->count; i++)
		acceptor_free(TAKE(e->places[i].acceptor));
	if (e->request.closed)
		e->request.closed(e->request.context);
}

static void engine_close_now(struct deferred *deferred)
{
	engine_close(CONTAINER_OF(deferred, struct engine, close));
}

/* It may be the turn of an acceptor, which is freed. */
static void engine_check_all_came(struct engine *e)
{
	if (!e->closed && server_all_came(e->request.server))
		loop_defer(e->request.loop, &e->close);
}

static void engine_vacated(struct engine *e)
{
	engine_look(e);
	if (e->request.vacated)
		e->request.vacated(e->request.context);
}

void client_gone(struct client *c, const struct client_end *end)
{
	struct engine *e = c->engine;

	*(c->previous ? &c->previous->next : &e->clients) = c->next;
	if (c->next)
		c->next->previous = c->previous;
	server_client_gone(e->request.server, &c->told, end);
	e->role->free_client(c);
	engine_vacated(e);
}

static bool engine_admit(void *context)
{
	struct engine *e = ((struct engine_place *)context)->engine;

	if (e->held)
		return false;
	if (server_claim(e->request.server))
		return true;
	/* Said first, and tried again: a place that becomes free in between is not missed. */
	atomic_store(&e->paused, true);
	if (!server_claim(e->request.server))
		return false;
	atomic_store(&e->paused, false);
	return true;
}

static void engine_missed(void *context)
{
	struct engine *e = ((struct engine_place *)context)->engine;

	server_unclaim(e->request.server);
	if (e->request.vacated)
		e->request.vacated(e->request.context);
}

/* There is no memory for a client. */
static void engine_turn_away(struct engine_place *p, struct stream *stream, const struct addr *peer)
{
	struct server *server = p->engine->request.server;
	struct server_client lost = { .place = p->place, .peer = peer };

	server_client_came(server, &lost, stream->fd);
	server_client_gone(server, &lost,
	                   &(struct client_end){ .reason = failure_errno_text(ENOMEM),
	                                         .failed = true,
	                                         .failed_here = true });
	(void)stream_close(stream);
	engine_vacated(p->engine);
}

static void engine_accepted(void *context, struct stream *stream, const struct addr *peer)
{
	struct engine_place *p = context;
	struct engine *e = p->engine;
	struct client *c = e->role->new_client(e->state, p->place, stream);

	if (!c) {
		engine_turn_away(p, stream, peer);
		return;
	}
	c->engine = e;
	c->told = (struct server_client){ .place = p->place, .peer = stream_peer(stream) };
	c->previous = NULL;
	c->next = e->clients;
	if (c->next)
		c->next->previous = c;
	e->clients = c;
	server_client_came(e->request.server, &c->told, stream->fd);
	engine_check_all_came(e);
	e->role->start(c);
}

void engine_look(struct engine *e)
{
	atomic_store(&e->paused, false);
	for (size_t i = 0; i < e->count && !e->draining; i++)
		if (e->places[i].acceptor)
			acceptor_resume(e->places[i].acceptor);
	engine_check_all_came(e);
	engine_check_over(e);
}

void engine_hold(struct engine *e, bool hold)
{
	e->held = hold;
	if (!hold)
		engine_look(e);
}

bool engine_is_paused(const struct engine *e)
{
	return atomic_load(&e->paused);
}

static void engine_stop_accepting(struct engine *e)
{
	engine_close(e);
	for (size_t i = 0; i < e->count; i++) {
		answerer_free(e->places[i].answerer);
		e->places[i].answerer = NULL;
	}
}

void engine_cut(struct engine *e, const char *reason)
{
	e->draining = true;
	engine_stop_accepting(e);
	loop_timer_cancel(e->request.loop, &e->limit);
	while (e->clients)
		e->role->cut(e->clients, reason);
}

static void engine_late(struct timer *timer)
{
	struct engine *e = CONTAINER_OF(timer, struct engine, limit);

	engine_cut(e, "cut by --drain");
}

void engine_drain(struct engine *e, nsec_t limit)
{
	struct client *next;

	if (e->draining)
		return;
	e->draining = true;
	engine_stop_accepting(e);
	loop_timer(e->request.loop, &e->limit, limit);
	for (struct client *c = e->clients; c; c = next) {
		next = c->next;
		e->role->drain(c);
	}
	engine_check_over(e);
}

static int engine_serve(struct engine *e, const struct server_place *place, struct err *err)
{
	struct engine_place *p = &e->places[e->count++];
	struct acceptor_request request = {
		.loop = e->request.loop,
		.report = e->request.server->report,
		.listener = place->listener,
		.shared = e->request.shared,
		.at_once = ENGINE_ACCEPTS,
		.admit = engine_admit,
		.missed = engine_missed,
		.accepted = engine_accepted,
		.context = p,
	};

	*p = (struct engine_place){ .engine = e, .place = place };
	if (place->datagrams) {
		p->answerer = answerer_new(e->request.server, place, err);
		if (p->answerer)
			answerer_watch(p->answerer, e->request.loop, e->request.shared);
		return p->answerer ? 0 : -1;
	}
	p->acceptor = acceptor_new(&request, err);
	return p->acceptor ? 0 : -1;
}

int engine_new(const struct engine_request *request, struct engine **engine, struct err *err)
{
	const struct server_request *q = request->server->request;
	struct engine *e = calloc(1, sizeof *e + q->place_count * sizeof *e->places);
	int result;

	if (!e)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	e->request = *request;
	e->limit.fire = engine_late;
	e->close.call = engine_close_now;
	e->role = q->role ? q->role : &role_service;
	result = e->role->open(e, q->role_context, &e->state, err);
	if (result) {
		free(e);
		return -1;
	}
	for (size_t i = 0; i < q->place_count && !result; i++)
		result = engine_serve(e, &q->places[i], err);
	if (result)
		engine_free(e);
	else
		*engine = e;
	return result;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	e->request.vacated = e->request.over = e->request.closed = NULL;
	engine_cut(e, "cut");
	loop_defer_cancel(e->request.loop, &e->close);
	e->role->close(e->state);
	free(e);
}

struct loop *engine_loop(const struct engine *e)
{
	return e->request.loop;
}

struct server *engine_server(const struct engine *e)
{
	return e->request.server;
}
