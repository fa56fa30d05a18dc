#include "serve/role_service.h"

#include <errno.h>

#include "out/failure.h"
#include "serve/naming.h"
#include "stream/socket.h"
#include "sys/clock.h"

/* What the clients of a loop share. */
struct speech {
	struct loop *loop;
	struct server *server;
	struct exchange_scratch *scratch;
	struct namings *namings;     /* NULL: not needed yet */
	struct deferred count_moved; /* once a turn */
	uint64_t received, sent;     /* not counted yet */
};

/* Small, because there may be many. */
struct speaker {
	/* What every request needs comes first. */
	struct watch watch;
	struct speech *speech;
	struct exchange *exchange;
	enum exchange_wait waits;
	nsec_t active;      /* when a byte was moved last */
	struct timer timer; /* when to look whether its time has come: no later than it does */
	struct client client;
};

/* CUT is why it is over before it has ended, or NULL. */
static void speaker_end(struct speaker *s, const char *cut)
{
	struct speech *speech = s->speech;
	struct client_end end = client_end_of(s->exchange, cut);

	if (s->waits == EXCHANGE_NAME && speech->namings)
		naming_cancel(speech->namings, s);
	loop_timer_cancel(speech->loop, &s->timer);
	loop_unwatch_closing(&s->watch);
	client_gone(&s->client, &end);
}

/*
 * Set the timer for what comes first. One that is set for earlier stays and looks again then, so
 * that activity costs nothing.
 */
static void speaker_set_timer(struct speaker *s)
{
	nsec_t idle_timeout = s->speech->server->request->idle_timeout, at = NSEC_NEVER;

	if (s->waits == EXCHANGE_INPUT || s->waits == EXCHANGE_TIME)
		at = exchange_wake(s->exchange);
	if ((s->waits == EXCHANGE_INPUT || s->waits == EXCHANGE_OUTPUT) &&
	    nsec_after(s->active, idle_timeout) < at)
		at = nsec_after(s->active, idle_timeout);
	if (s->waits == EXCHANGE_NAME)
		at = nsec_after(s->active, NAMING_LIMIT);
	if (at != NSEC_NEVER && (!s->timer.set || at < s->timer.at))
		loop_timer(s->speech->loop, &s->timer, at);
}

static void speaker_run(struct speaker *s);

static void speaker_named(void *context, const char *name)
{
	struct speaker *s = context;

	exchange_named(s->exchange, name);
	s->waits = EXCHANGE_TIME;
	speaker_run(s);
}

/* Its name, later; false when there is none to be waited for. */
static bool speaker_look_up(struct speaker *s)
{
	struct speech *speech = s->speech;

	if (s->client.told.peer->at.any.sa_family == AF_UNIX)
		return false;
	if (!speech->namings)
		speech->namings = namings_new(speech->loop, speaker_named);
	return speech->namings && naming_start(speech->namings, s->client.told.peer, s) == 0;
}

static void speaker_run(struct speaker *s)
{
	static const unsigned interest[] = {
		[EXCHANGE_INPUT] = READY_IN,
		[EXCHANGE_OUTPUT] = READY_OUT,
		[EXCHANGE_TIME] = 0,
		[EXCHANGE_NAME] = 0,
	};
	struct speech *speech = s->speech;
	uint64_t received = exchange_received(s->exchange), sent = exchange_sent(s->exchange);
	nsec_t now = loop_now(speech->loop);
	enum exchange_wait waits = exchange_run(s->exchange, speech->scratch, now);

	if (waits == EXCHANGE_NAME && s->waits != EXCHANGE_NAME) {
		s->active = now;
		if (!speaker_look_up(s)) {
			exchange_named(s->exchange, "");
			waits = exchange_run(s->exchange, speech->scratch, now);
		}
	}
	received = exchange_received(s->exchange) - received;
	sent = exchange_sent(s->exchange) - sent;
	/* A service that waits is not idle. */
	if (received + sent > 0 || s->waits == EXCHANGE_TIME)
		s->active = now;
	if (received + sent > 0) {
		speech->received += received;
		speech->sent += sent;
		loop_defer(speech->loop, &speech->count_moved);
	}
	s->waits = waits;
	if (waits == EXCHANGE_OVER) {
		speaker_end(s, NULL);
		return;
	}
	loop_watch(speech->loop, &s->watch, interest[waits]);
	speaker_set_timer(s);
}

static void speaker_ready(struct watch *watch, unsigned ready)
{
	struct speaker *s = CONTAINER_OF(watch, struct speaker, watch);

	if (ready & READY_LOST)
		speaker_end(s, failure_errno_text(loop_lost_error(s->speech->loop)));
	else if (s->waits == EXCHANGE_INPUT || s->waits == EXCHANGE_OUTPUT)
		speaker_run(s);
	else if (ready & READY_TROUBLE)
		speaker_end(s, failure_errno_text(ECONNRESET));
}

/* Others may have been looked up for so long that its turn did not come. */
static void speaker_has_no_name(struct speaker *s)
{
	naming_cancel(s->speech->namings, s);
	speaker_named(s, "");
}

static void speaker_timer(struct timer *timer)
{
	struct speaker *s = CONTAINER_OF(timer, struct speaker, timer);
	nsec_t now = loop_now(s->speech->loop);
	nsec_t idle_timeout = s->speech->server->request->idle_timeout;
	bool timed = s->waits == EXCHANGE_INPUT || s->waits == EXCHANGE_TIME;

	if (timed && now >= exchange_wake(s->exchange))
		speaker_run(s);
	else if (s->waits == EXCHANGE_NAME && now >= nsec_after(s->active, NAMING_LIMIT))
		speaker_has_no_name(s);
	else if (s->waits != EXCHANGE_TIME && s->waits != EXCHANGE_NAME &&
	         now >= nsec_after(s->active, idle_timeout))
		speaker_end(s, "cut by --idle-timeout");
	else
		speaker_set_timer(s);
}

static struct client *role_service_new(void *state, const struct server_place *place,
                                       struct stream *stream)
{
	struct speech *speech = state;
	struct speaker *s = malloc(sizeof *s);

	if (!s)
		return NULL;
	*s = (struct speaker){
		.watch = { .fd = stream->fd, .ready = speaker_ready, .may_be_lost = true },
		.timer = { .fire = speaker_timer },
		.speech = speech,
		.active = loop_now(speech->loop),
	};
	s->exchange = exchange_new(stream, stream_peer(stream), place->service,
	                           speech->server->request->setup);
	if (!s->exchange) {
		free(s);
		return NULL;
	}
	return &s->client;
}

static void role_service_start(struct client *c)
{
	struct speaker *s = CONTAINER_OF(c, struct speaker, client);

	exchange_number(s->exchange, c->told.id);
	speaker_run(s);
}

static void role_service_drain(struct client *c)
{
	struct speaker *s = CONTAINER_OF(c, struct speaker, client);

	exchange_drain(s->exchange);
	speaker_run(s);
}

static void role_service_cut(struct client *c, const char *reason)
{
	speaker_end(CONTAINER_OF(c, struct speaker, client), reason);
}

static void role_service_free(struct client *c)
{
	struct speaker *s = CONTAINER_OF(c, struct speaker, client);
	struct stream *stream = exchange_stream(s->exchange);

	exchange_free(s->exchange);
	(void)stream_close(stream);
	free(s);
}

static void speech_count_moved(struct deferred *deferred)
{
	struct speech *speech = CONTAINER_OF(deferred, struct speech, count_moved);

	server_moved(speech->server, speech->received, speech->sent);
	speech->received = speech->sent = 0;
}

static int role_service_open(struct engine *engine, void *context, void **state, struct err *err)
{
	struct speech *speech = calloc(1, sizeof *speech);

	(void)context;
	if (speech) {
		speech->scratch = exchange_scratch_new();
		if (!speech->scratch)
			free(TAKE(speech));
	}
	if (!speech)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	speech->loop = engine_loop(engine);
	speech->server = engine_server(engine);
	speech->count_moved.call = speech_count_moved;
	*state = speech;
	return 0;
}

static void role_service_close(void *state)
{
	struct speech *speech = state;

	loop_defer_cancel(speech->loop, &speech->count_moved);
	speech_count_moved(&speech->count_moved);
	namings_free(speech->namings);
	free(speech->scratch);
	free(speech);
}

const struct role role_service = {
	.open = role_service_open,
	.close = role_service_close,
	.new_client = role_service_new,
	.start = role_service_start,
	.drain = role_service_drain,
	.cut = role_service_cut,
	.free_client = role_service_free,
};
