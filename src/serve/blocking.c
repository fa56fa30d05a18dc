#include "serve/blocking.h"

#include <errno.h>
#include <stdlib.h>

#include "net/notify.h"
#include "out/failure.h"
#include "stream/acceptor.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/socket.h"
#include "sys/wait.h"

/* How long accepting rests when descriptors or memory are out, unless a client goes before. */
#define BLOCKING_PAUSE (200 * NSEC_PER_MSEC)
/* How long those who were told to go may take for it. */
#define BLOCKING_GRACE (NSEC_PER_SEC / 2)
/* How often it is looked whether they have gone, where that cannot be waited for. */
#define BLOCKING_NAP (10 * NSEC_PER_MSEC)

static unsigned blocking_served(struct blocking *b, unsigned most)
{
	return b->way->served ? b->way->served(b, most) : 0;
}

static bool blocking_all_came(const struct blocking *b)
{
	unsigned most = b->server->request->max_accepts;

	return most && b->accepted >= most;
}

static bool blocking_may_accept(struct blocking *b)
{
	unsigned most = b->server->request->max_conns;
	unsigned served = blocking_served(b, b->resume_at ? 0 : most);

	if (served < b->served || b->now >= b->resume_at)
		b->resume_at = 0;
	b->served = served;
	return served < most && !b->resume_at && !blocking_all_came(b) && !signals_caught();
}

/* A socket that stays ready must not be asked again and again. */
static void blocking_pause(struct blocking *b, int error)
{
	if (!b->paused)
		REPORT_WITH(b->server->report, REPORT_ACCEPT_PAUSED, true,
		            FIELD_STR("reason", failure_errno_text(error)));
	b->paused = true;
	b->resume_at = nsec_after(b->now, BLOCKING_PAUSE);
}

/* Others are refused from now on instead of waiting in vain. */
static void blocking_stop_listening(struct blocking *b)
{
	server_stop_listening(b->server);
	for (size_t i = 0; i < b->count; i++)
		if (!b->sockets[i].place->datagrams)
			b->sockets[i].fd = -1;
}

static void blocking_accept(struct blocking *b, const struct blocking_socket *socket)
{
	struct blocking_client c = {
		.server = b->server,
		.client = { .place = socket->place, .peer = &c.peer },
		.orders = b->orders,
	};

	if (!server_claim(b->server))
		return;
	int fd = listener_accept(socket->place->listener, socket->index, true, &c.peer);
	if (fd < 0) {
		server_unclaim(b->server);
		if (fd != -EAGAIN && !acceptor_error_passes(-fd, &b->passed))
			blocking_pause(b, -fd);
		return;
	}
	b->paused = false;
	b->passed = 0;
	if (!admission_lets(listener_admission(socket->place->listener), fd, &c.peer)) {
		server_unclaim(b->server);
		(void)sys_close(fd);
		return;
	}
	b->accepted++;
	if (blocking_all_came(b))
		blocking_stop_listening(b);
	server_client_came(b->server, &c.client, fd);
	int error = stream_blocking_init(&c.stream, fd, &c.peer);
	if (error)
		blocking_client_refuse(&c, "limit its writes", -error);
	else if (!acceptor_tunes(socket->place->listener, b->server->report, &c.peer, fd))
		blocking_client_drop(&c, "it cannot have its socket options");
	else
		b->way->serve(b, &c);
}

static void blocking_answer(struct blocking *b, const struct blocking_socket *socket)
{
	int error = answerer_ready(socket->answerer, socket->index);

	if (error && !b->deaf)
		REPORT_WITH(b->server->report, REPORT_RECEIVE_PAUSED, true,
		            FIELD_STR("reason", failure_errno_text(-error)));
	b->deaf = error != 0;
	if (error)
		b->hear_at = nsec_after(b->now, BLOCKING_PAUSE);
}

/*
 * Until somebody comes, if clients or datagrams are looked for, fewer are served, UNTIL, or a
 * signal.
 */
static int blocking_wait(struct blocking *b, bool clients, bool datagrams, nsec_t until,
                         struct err *err)
{
	uint64_t wakes;

	for (size_t i = 0; i < b->count; i++) {
		bool wanted = b->sockets[i].answerer ? datagrams : clients;

		b->polled[i] =
			(struct pollfd){ .fd = wanted ? b->sockets[i].fd : -1, .events = POLLIN };
	}
	b->polled[b->count] = (struct pollfd){ .fd = b->wake, .events = POLLIN };
	until = nsec_earlier(until, server_sample(b->server, b->now));
	nsec_t rest = until == NSEC_NEVER ? until : until > b->now ? until - b->now : 0;
	int count = sys_poll(b->polled, b->count + 1, rest);
	b->now = sys_now();
	if (signals_take_usr1())
		server_tell_totals(b->server, true);
	if (count < 0)
		return err_set(err, ERR_LOCAL, -count, "wait for", "clients");
	if (count == 0)
		for (size_t i = 0; i <= b->count; i++)
			b->polled[i].revents = 0;
	if (b->polled[b->count].revents)
		(void)!sys_read(b->wake, &wakes, sizeof wakes);
	return 0;
}

static int blocking_accept_all(struct blocking *b, struct err *err)
{
	b->now = sys_now();
	while (!blocking_all_came(b) && !signals_caught()) {
		bool clients = blocking_may_accept(b), datagrams = b->now >= b->hear_at;
		nsec_t until = nsec_earlier(b->resume_at ? b->resume_at : NSEC_NEVER,
		                            datagrams ? NSEC_NEVER : b->hear_at);

		if (blocking_wait(b, clients, datagrams, until, err))
			return -1;
		for (size_t i = 0; i < b->count; i++) {
			if (!b->polled[i].revents)
				continue;
			if (b->sockets[i].answerer)
				blocking_answer(b, &b->sockets[i]);
			else if (blocking_may_accept(b))
				blocking_accept(b, &b->sockets[i]);
		}
	}
	return 0;
}

/* Until those who are served have gone: by themselves, or as signals and limits will have it. */
static int blocking_finish(struct blocking *b, struct err *err)
{
	nsec_t drained = NSEC_NEVER, killed = NSEC_NEVER;

	while (blocking_served(b, 0) > 0) {
		if (drained == NSEC_NEVER && signals_caught()) {
			blocking_stop_listening(b);
			sys_eventfd_signal(b->orders.stop);
			drained = nsec_after(b->now, b->server->request->drain + BLOCKING_GRACE);
		}
		if (killed == NSEC_NEVER && (signals_count() > 1 || b->now >= drained)) {
			sys_eventfd_signal(b->orders.cut);
			killed = nsec_after(b->now, BLOCKING_GRACE);
		}
		if (b->now >= killed && b->way->kill)
			b->way->kill(b);
		nsec_t until = b->now >= killed       ? NSEC_NEVER
		               : killed != NSEC_NEVER ? killed
		                                      : drained;
		if (blocking_wait(b, false, false, until, err))
			return -1;
	}
	return 0;
}

/* Waiting has failed, and with it the server: nobody may be served beyond its end. */
static void blocking_cut_all(struct blocking *b)
{
	nsec_t killed = nsec_after(sys_now(), BLOCKING_GRACE);
	nsec_t given_up = b->way->kill ? nsec_after(killed, BLOCKING_GRACE) : NSEC_NEVER;

	sys_eventfd_signal(b->orders.stop);
	sys_eventfd_signal(b->orders.cut);
	while (blocking_served(b, 0) > 0 && sys_now() < given_up) {
		if (sys_now() >= killed && b->way->kill)
			b->way->kill(b);
		/* Signals are let in there, and so the ends of children. */
		if (sys_poll(b->polled, 0, BLOCKING_NAP) < 0)
			sys_nap(BLOCKING_NAP);
	}
}

int blocking_run(struct blocking *b, struct err *err)
{
	signals_catch_usr1();
	int result = blocking_accept_all(b, err);

	if (signals_caught())
		(void)!notify_manager("STOPPING=1");
	if (!result)
		result = blocking_finish(b, err);
	if (result)
		blocking_cut_all(b);
	if (result || !signals_caught())
		return result;
	return err_set(err, ERR_SIGNAL, signals_caught(), "finish", "after a signal");
}

/* Of the I'th place. A socket for datagrams never blocks: who answers takes what is there. */
static int blocking_open_place(struct blocking *b, size_t i, struct err *err)
{
	const struct server_place *place = &b->server->request->places[i];
	struct addr local;

	admission_wait(listener_admission(place->listener));
	if (place->datagrams) {
		b->answerers[i] = answerer_new(b->server, place, err);
		if (!b->answerers[i])
			return -1;
	}
	for (size_t k = 0; k < listener_sockets(place->listener); k++) {
		int fd = listener_socket(place->listener, k, &local);
		bool ours = !listener_is_shared(place->listener);
		int error = place->datagrams || !ours ? 0 : stream_blocking_listen(fd);

		if (error)
			return err_set(err, ERR_LOCAL, -error, "wait for", "clients");
		b->sockets[b->count++] = (struct blocking_socket){ place, k, fd, b->answerers[i] };
	}
	return 0;
}

static int blocking_open_sockets(struct blocking *b, struct err *err)
{
	const struct server_request *request = b->server->request;
	size_t count = 0;
	int result = 0;

	for (size_t i = 0; i < request->place_count; i++)
		count += listener_sockets(request->places[i].listener);
	b->sockets = calloc(count, sizeof *b->sockets);
	b->polled = calloc(count + 1, sizeof *b->polled);
	b->answerers = calloc(request->place_count, sizeof(struct answerer *));
	if (!b->sockets || !b->polled || !b->answerers)
		return err_set(err, ERR_LOCAL, ENOMEM, "wait for", "clients");
	b->place_count = request->place_count;
	for (size_t i = 0; i < request->place_count && !result; i++)
		result = blocking_open_place(b, i, err);
	return result;
}

static int blocking_open_orders(struct blocking *b, struct err *err)
{
	int *const all[] = { &b->orders.stop, &b->orders.cut, &b->wake };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		*all[i] = sys_eventfd();
		if (*all[i] < 0)
			return err_set(err, ERR_LOCAL, -*all[i], "wait for", "clients");
	}
	return 0;
}

int blocking_open(struct blocking *b, struct server *server, const struct blocking_way *way,
                  bool others, struct err *err)
{
	*b = (struct blocking){ .server = server, .way = way, .orders = { -1, -1 }, .wake = -1 };
	int result = blocking_open_sockets(b, err);
	if (!result && others)
		result = blocking_open_orders(b, err);
	if (result)
		blocking_close(b);
	return result;
}

void blocking_close(struct blocking *b)
{
	(void)sys_close(b->orders.stop);
	(void)sys_close(b->orders.cut);
	(void)sys_close(b->wake);
	for (size_t i = 0; i < b->place_count; i++)
		answerer_free(b->answerers[i]);
	free(b->answerers);
	free(b->sockets);
	free(b->polled);
}

void blocking_close_sockets(struct blocking *b)
{
	for (size_t i = 0; i < b->count; i++)
		(void)sys_close(b->sockets[i].fd);
	(void)sys_close(b->wake);
}
