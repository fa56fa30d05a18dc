#include "serve/blocking_client.h"

#include <errno.h>

#include "out/failure.h"
#include "serve/hostname.h"
#include "sys/clock.h"
#include "sys/process.h"
#include "sys/wait.h"

#define BLOCKING_NAME_LIMIT NSEC_PER_SEC

/* While it is served. */
struct visit {
	struct blocking_client *c;
	struct exchange *x;
	nsec_t now;
	uint64_t received, sent; /* bytes, when they were looked at last */
	nsec_t active;           /* when that changed, or the service was waiting */
	bool stopping;           /* and draining */
	nsec_t drain_until;      /* from then on */
	const char *cut;         /* why it is over before it has ended; NULL: it is not */
};

static nsec_t visit_wake(const struct visit *v, enum exchange_wait wait)
{
	nsec_t wake = exchange_wake(v->x);

	return wait == EXCHANGE_OUTPUT || (wait == EXCHANGE_INPUT && wake <= 0) ? NSEC_NEVER : wake;
}

/* A service that waits for time is not the client's idleness. */
static nsec_t visit_idle_until(const struct visit *v, enum exchange_wait wait)
{
	return wait == EXCHANGE_TIME ? NSEC_NEVER
	                             : nsec_after(v->active, v->c->server->request->idle_timeout);
}

/* Served by the one who accepts: there is nobody else whom signals could tell something. */
static bool visit_is_alone(const struct visit *v)
{
	return v->c->orders.stop < 0;
}

/* Whether it has been told to go, or to come to an end; this changes what it waits for. */
static bool visit_ordered(struct visit *v, bool order)
{
	/* They come to one thread alone, which gives the others orders. */
	unsigned count = signals_wait_mask() ? signals_count() : 0;

	if (count > 1 || (order && v->stopping)) {
		v->cut = "cut by a signal";
		return true;
	}
	if (v->stopping || (!order && count == 0))
		return false;
	v->stopping = true;
	v->drain_until = nsec_after(v->now, v->c->server->request->drain);
	exchange_drain(v->x);
	if (visit_is_alone(v))
		server_stop_listening(v->c->server);
	return true;
}

/* What whoever serves alone has to see to besides, and when it has to be seen to again. */
static nsec_t visit_look_around(const struct visit *v)
{
	struct server *server = v->c->server;

	if (!visit_is_alone(v))
		return NSEC_NEVER;
	if (signals_take_usr1())
		server_tell_totals(server, true);
	return server_sample(server, v->now);
}

/* The client's socket is ready: for what it waits for, or else it is in trouble. */
static void visit_ready(struct visit *v, enum exchange_wait wait)
{
	v->c->stream.readable = wait == EXCHANGE_INPUT;
	if (wait == EXCHANGE_TIME)
		v->cut = failure_errno_text(ECONNRESET);
}

/* Until what WAIT says is there, or it is cut. */
static void visit_wait(struct visit *v, enum exchange_wait wait)
{
	static const short events[] = {
		[EXCHANGE_INPUT] = POLLIN,
		[EXCHANGE_OUTPUT] = POLLOUT,
		[EXCHANGE_TIME] = 0,
	};
	const struct blocking_client *c = v->c;
	nsec_t wake = visit_wake(v, wait), idle = visit_idle_until(v, wait);
	nsec_t until = nsec_earlier(nsec_earlier(wake, idle), v->drain_until);
	struct pollfd fds[] = {
		{ .fd = c->stream.stream.fd, .events = events[wait] },
		{ .fd = v->stopping ? c->orders.cut : c->orders.stop, .events = POLLIN },
	};

	while (!v->cut) {
		nsec_t next = nsec_earlier(until, visit_look_around(v));
		nsec_t rest = next == NSEC_NEVER ? next : next > v->now ? next - v->now : 0;
		int count = sys_poll(fds, ARRAY_LEN(fds), rest);

		v->now = sys_now();
		if (count < 0) {
			v->cut = failure_errno_text(-count);
			return;
		}
		if (visit_ordered(v, count > 0 && fds[1].revents))
			return;
		if (count > 0 && fds[0].revents) {
			visit_ready(v, wait);
			return;
		}
		if (v->now >= wake)
			return;
		if (v->now >= v->drain_until)
			v->cut = "cut by --drain";
		else if (v->now >= idle)
			v->cut = "cut by --idle-timeout";
	}
}

static void visit_name(struct visit *v)
{
	char name[HOSTNAME_SIZE];

	hostname_of(&v->c->peer, BLOCKING_NAME_LIMIT, name);
	exchange_named(v->x, name);
	v->now = sys_now();
}

static void visit_count(struct visit *v)
{
	uint64_t received = exchange_received(v->x), sent = exchange_sent(v->x);

	if (received == v->received && sent == v->sent)
		return;
	server_moved(v->c->server, received - v->received, sent - v->sent);
	v->received = received;
	v->sent = sent;
	v->active = v->now;
}

/* Until it is over, or cut. */
static void visit_run(struct visit *v, struct exchange_scratch *scratch)
{
	enum exchange_wait wait;

	while (!v->cut && (wait = exchange_run(v->x, scratch, v->now)) != EXCHANGE_OVER) {
		v->now = sys_now();
		visit_count(v);
		if (wait == EXCHANGE_NAME)
			visit_name(v);
		else
			visit_wait(v, wait);
		/* A service that waits is not idle. */
		if (wait == EXCHANGE_NAME || wait == EXCHANGE_TIME)
			v->active = v->now;
	}
	visit_count(v);
}

static void blocking_client_gone(struct blocking_client *c, const struct exchange *x,
                                 const char *cut)
{
	struct client_end end = client_end_of(x, cut);

	server_client_gone(c->server, &c->client, &end);
}

void blocking_client_serve(struct blocking_client *c, struct exchange_scratch *scratch)
{
	const struct server_request *request = c->server->request;
	struct visit v = {
		.c = c,
		.x = exchange_new(&c->stream.stream, &c->peer, c->client.place->service,
		                  request->setup),
		.now = sys_now(),
		.drain_until = NSEC_NEVER,
	};

	if (!v.x) {
		blocking_client_refuse(c, "serve it", ENOMEM);
		return;
	}
	exchange_number(v.x, c->client.id);
	c->client.peer = &c->peer;
	v.active = v.now;
	visit_run(&v, scratch);
	(void)stream_close(&c->stream.stream);
	blocking_client_gone(c, v.x, v.cut);
	exchange_free(v.x);
}

void blocking_client_drop(struct blocking_client *c, const char *reason)
{
	(void)stream_close(&c->stream.stream);
	c->client.peer = &c->peer;
	blocking_client_gone(c, NULL, reason);
}

void blocking_client_refuse(struct blocking_client *c, const char *what, int error)
{
	REPORT_WITH(c->server->report, REPORT_UNSERVED, true, FIELD_ADDR("peer", &c->peer),
	            FIELD_STR("what", what), FIELD_STR("reason", failure_errno_text(error)));
	blocking_client_drop(c, failure_errno_text(error));
}
