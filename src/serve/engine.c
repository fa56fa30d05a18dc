#include "serve/engine.h"

#include <errno.h>
#include <stdatomic.h>

#include "out/failure.h"
#include "serve/answerer.h"
#include "serve/naming.h"
#include "stream/acceptor.h"
#include "stream/socket.h"
#include "sys/clock.h"

enum { ENGINE_ACCEPTS = 16 };

/* Small, because there may be many. */
struct engine_client {
	/* What every request needs comes first. */
	struct watch watch;
	struct engine *engine;
	struct exchange *exchange;
	nsec_t active;      /* when a byte was moved last */
	struct timer timer; /* when to look whether its time has come: no later than it does */
	enum exchange_wait waits;
	struct server_client told;
	struct engine_client *next, *previous;
};

struct engine_place {
	struct engine *engine;
	const struct server_place *place;
	struct acceptor *acceptor; /* NULL: it is for datagrams */
	struct answerer *answerer; /* NULL: it is not */
};

struct engine {
	struct engine_request request;
	struct exchange_scratch *scratch;
	struct namings *namings; /* NULL: not needed yet */
	struct engine_client *clients;
	struct timer limit;          /* of draining */
	struct deferred count_moved; /* once a turn */
	uint64_t received, sent;     /* not counted yet */
	atomic_bool paused;
	bool draining;
	size_t count;
	struct engine_place places[];
};

static void engine_check_over(struct engine *e)
{
	if (e->request.over && !e->clients && (e->draining || server_is_done(e->request.server)))
		e->request.over(e->request.context);
}

static void engine_vacated(struct engine *e)
{
	engine_look(e);
	if (e->request.vacated)
		e->request.vacated(e->request.context);
}

static void client_end(struct engine_client *c, const char *cut)
{
	struct engine *e = c->engine;
	struct stream *stream = exchange_stream(c->exchange);

	if (c->waits == EXCHANGE_NAME && e->namings)
		naming_cancel(e->namings, c);
	loop_timer_cancel(e->request.loop, &c->timer);
	loop_unwatch_closing(&c->watch);
	*(c->previous ? &c->previous->next : &e->clients) = c->next;
	if (c->next)
		c->next->previous = c->previous;
	server_client_gone(e->request.server, &c->told, c->exchange, cut);
	exchange_free(c->exchange);
	(void)stream_close(stream);
	free(c);
	engine_vacated(e);
}

/* Set the timer for what comes first. One that is set for earlier stays and looks again then, so that
 * activity costs nothing. */
static void client_set_timer(struct engine_client *c)
{
	nsec_t idle_timeout = c->engine->request.server->request->idle_timeout, at = NSEC_NEVER;

	if (c->waits == EXCHANGE_INPUT || c->waits == EXCHANGE_TIME)
		at = exchange_wake(c->exchange);
	if ((c->waits == EXCHANGE_INPUT || c->waits == EXCHANGE_OUTPUT) &&
	    nsec_after(c->active, idle_timeout) < at)
		at = nsec_after(c->active, idle_timeout);
	if (c->waits == EXCHANGE_NAME)
		at = nsec_after(c->active, NAMING_LIMIT);
	if (at != NSEC_NEVER && (!c->timer.set || at < c->timer.at))
		loop_timer(c->engine->request.loop, &c->timer, at);
}

static void client_run(struct engine_client *c);

static void client_named(void *context, const char *name)
{
	struct engine_client *c = context;

	exchange_named(c->exchange, name);
	c->waits = EXCHANGE_TIME;
	client_run(c);
}

/* Its name, later; false when there is none to be waited for. */
static bool client_look_up(struct engine_client *c)
{
	struct engine *e = c->engine;

	if (c->told.peer->at.any.sa_family == AF_UNIX)
		return false;
	if (!e->namings)
		e->namings = namings_new(e->request.loop, client_named);
	return e->namings && naming_start(e->namings, c->told.peer, c) == 0;
}

static void client_run(struct engine_client *c)
{
	static const unsigned interest[] = {
		[EXCHANGE_INPUT] = READY_IN,
		[EXCHANGE_OUTPUT] = READY_OUT,
		[EXCHANGE_TIME] = 0,
		[EXCHANGE_NAME] = 0,
	};
	struct engine *e = c->engine;
	uint64_t received = exchange_received(c->exchange), sent = exchange_sent(c->exchange);
	nsec_t now = loop_now(e->request.loop);
	enum exchange_wait waits = exchange_run(c->exchange, e->scratch, now);

	if (waits == EXCHANGE_NAME && c->waits != EXCHANGE_NAME) {
		c->active = now;
		if (!client_look_up(c)) {
			exchange_named(c->exchange, "");
			waits = exchange_run(c->exchange, e->scratch, now);
		}
	}
	received = exchange_received(c->exchange) - received;
	sent = exchange_sent(c->exchange) - sent;
	/* A service that waits is not idle. */
	if (received + sent > 0 || c->waits == EXCHANGE_TIME)
		c->active = now;
	if (received + sent > 0) {
		e->received += received;
		e->sent += sent;
		loop_defer(e->request.loop, &e->count_moved);
	}
	c->waits = waits;
	if (waits == EXCHANGE_OVER) {
		client_end(c, NULL);
		return;
	}
	loop_watch(e->request.loop, &c->watch, interest[waits]);
	client_set_timer(c);
}

static void client_ready(struct watch *watch, unsigned ready)
{
	struct engine_client *c = CONTAINER_OF(watch, struct engine_client, watch);

	if (ready & READY_LOST)
		client_end(c, failure_errno_text(loop_lost_error(c->engine->request.loop)));
	else if (c->waits == EXCHANGE_INPUT || c->waits == EXCHANGE_OUTPUT)
		client_run(c);
	else if (ready & READY_TROUBLE)
		client_end(c, failure_errno_text(ECONNRESET));
}

/* Others may have been looked up for so long that its turn did not come. */
static void client_has_no_name(struct engine_client *c)
{
	naming_cancel(c->engine->namings, c);
	client_named(c, "");
}

static void client_timer(struct timer *timer)
{
	struct engine_client *c = CONTAINER_OF(timer, struct engine_client, timer);
	nsec_t now = loop_now(c->engine->request.loop);
	nsec_t idle_timeout = c->engine->request.server->request->idle_timeout;
	bool timed = c->waits == EXCHANGE_INPUT || c->waits == EXCHANGE_TIME;

	if (timed && now >= exchange_wake(c->exchange))
		client_run(c);
	else if (c->waits == EXCHANGE_NAME && now >= nsec_after(c->active, NAMING_LIMIT))
		client_has_no_name(c);
	else if (c->waits != EXCHANGE_TIME && c->waits != EXCHANGE_NAME &&
	         now >= nsec_after(c->active, idle_timeout))
		client_end(c, "cut by --idle-timeout");
	else
		client_set_timer(c);
}

static struct engine_client *client_new(struct engine_place *p, struct stream *stream,
                                        const struct addr *peer)
{
	struct engine *e = p->engine;
	struct engine_client *c = malloc(sizeof *c);

	if (!c)
		return NULL;
	*c = (struct engine_client){
		.watch = { .fd = stream->fd, .ready = client_ready, .may_be_lost = true },
		.timer = { .fire = client_timer },
		.engine = e,
		.told = { .place = p->place, .peer = peer },
		.active = loop_now(e->request.loop),
		.next = e->clients,
	};
	c->exchange =
		exchange_new(stream, peer, p->place->service, e->request.server->request->setup);
	if (!c->exchange) {
		free(c);
		return NULL;
	}
	if (c->next)
		c->next->previous = c;
	e->clients = c;
	return c;
}

static bool engine_admit(void *context)
{
	struct engine *e = ((struct engine_place *)context)->engine;

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

static void engine_accepted(void *context, struct stream *stream, const struct addr *peer)
{
	struct engine_place *p = context;
	struct server *server = p->engine->request.server;
	struct engine_client *c = client_new(p, stream, stream_peer(stream));
	struct server_client lost = { .place = p->place, .peer = peer };
	int fd = stream->fd;

	server_client_came(server, c ? &c->told : &lost, fd);
	if (!c) {
		server_client_gone(server, &lost, NULL, failure_errno_text(ENOMEM));
		(void)stream_close(stream);
		engine_vacated(p->engine);
		return;
	}
	exchange_number(c->exchange, c->told.id);
	client_run(c);
}

void engine_look(struct engine *e)
{
	atomic_store(&e->paused, false);
	for (size_t i = 0; i < e->count && !e->draining; i++)
		if (e->places[i].acceptor)
			acceptor_resume(e->places[i].acceptor);
	engine_check_over(e);
}

bool engine_is_paused(const struct engine *e)
{
	return atomic_load(&e->paused);
}

static void engine_stop_accepting(struct engine *e)
{
	for (size_t i = 0; i < e->count; i++) {
		acceptor_free(e->places[i].acceptor);
		e->places[i].acceptor = NULL;
		answerer_free(e->places[i].answerer);
		e->places[i].answerer = NULL;
	}
}

static void engine_count_moved(struct deferred *deferred)
{
	struct engine *e = CONTAINER_OF(deferred, struct engine, count_moved);

	server_moved(e->request.server, e->received, e->sent);
	e->received = e->sent = 0;
}

void engine_cut(struct engine *e, const char *reason)
{
	e->draining = true;
	engine_stop_accepting(e);
	loop_timer_cancel(e->request.loop, &e->limit);
	while (e->clients)
		client_end(e->clients, reason);
}

static void engine_late(struct timer *timer)
{
	struct engine *e = CONTAINER_OF(timer, struct engine, limit);

	engine_cut(e, "cut by --drain");
}

void engine_drain(struct engine *e, nsec_t limit)
{
	struct engine_client *next;

	if (e->draining)
		return;
	e->draining = true;
	engine_stop_accepting(e);
	loop_timer(e->request.loop, &e->limit, limit);
	for (struct engine_client *c = e->clients; c; c = next) {
		next = c->next;
		exchange_drain(c->exchange);
		client_run(c);
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
	int result = 0;

	if (!e)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	e->request = *request;
	e->limit.fire = engine_late;
	e->count_moved.call = engine_count_moved;
	e->scratch = exchange_scratch_new();
	if (!e->scratch)
		result = err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
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
	e->request.vacated = e->request.over = NULL;
	engine_cut(e, "cut");
	loop_defer_cancel(e->request.loop, &e->count_moved);
	engine_count_moved(&e->count_moved);
	namings_free(e->namings);
	free(e->scratch);
	free(e);
}
