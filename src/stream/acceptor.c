#include "stream/acceptor.h"

#include <errno.h>

#include "out/failure.h"
#include "stream/socket.h"
#include "sys/file.h"
#include "sys/lookup.h"
#include "sys/socket.h"

/* How long accepting rests when descriptors or memory are out. */
#define ACCEPTOR_PAUSE (200 * NSEC_PER_MSEC)

/* The most that are taken at once after a pause, and that may fail in a row. */
enum { ACCEPTOR_RETRIES = 64 };

struct acceptor_socket {
	struct acceptor *acceptor;
	struct watch watch;
};

struct acceptor {
	struct acceptor_request request;
	struct tune tune;
	int type;
	bool paused;     /* nothing is watched */
	bool told;       /* of the lack that pauses it */
	unsigned passed; /* of acceptor_error_passes */
	unsigned at_once,
		last_turn; /* so many are taken when one comes; the turn in which that was */
	struct timer rest;
	struct deferred retry;
	size_t count;
	struct acceptor_socket sockets[];
};

static void acceptor_watch(struct acceptor *a)
{
	for (size_t i = 0; i < a->count; i++)
		loop_watch(a->request.loop, &a->sockets[i].watch,
		           READY_IN | (a->request.shared ? READY_SHARED : 0u));
}

/* Until acceptor_resume. */
static void acceptor_pause(struct acceptor *a)
{
	if (a->paused)
		return;
	a->paused = true;
	for (size_t i = 0; i < a->count; i++)
		loop_unwatch(&a->sockets[i].watch);
}

/*
 * Only waiting helps against a lack of descriptors or memory; spinning on a ready socket does not.
 */
static void acceptor_rest(struct acceptor *a, int error)
{
	if (!a->told)
		REPORT_WITH(a->request.report, REPORT_ACCEPT_PAUSED, true,
		            FIELD_STR("reason", failure_errno_text(error)));
	a->told = true;
	acceptor_pause(a);
	loop_timer(a->request.loop, &a->rest,
	           nsec_after(loop_now(a->request.loop), ACCEPTOR_PAUSE));
}

/*
 * Who it is, in numbers: accepting never waits for DNS. The report writes addresses by itself; the
 * call is made for --trace, where it shows how a server names its client. So nothing hangs on it.
 */
static void acceptor_tell(const struct acceptor *a, const struct addr *peer, int fd)
{
	struct addr local = { .len = sizeof local.at };
	char host[128] = "", port[16] = "";

	if (addr_is_inet(peer))
		(void)!sys_getnameinfo(&peer->at.any, peer->len, host, sizeof host, port,
		                       sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
	if (report_is_heard(a->request.report) &&
	    sys_getsockname(fd, &local.at.any, &local.len) == 0)
		REPORT(a->request.report, REPORT_ACCEPTED, FIELD_ADDR("peer", peer),
		       FIELD_ADDR("local", &local));
}

bool acceptor_tunes(const struct listener *l, struct report *report, const struct addr *peer,
                    int fd)
{
	struct tune tune = listener_tune(l);
	struct err err;

	if (tune_accepted(&tune, fd, peer, &err) == 0)
		return true;
	REPORT_WITH(report, REPORT_SOCKOPT_FAILED, true, FIELD_ADDR("peer", peer),
	            FIELD_STR("option", err.subject),
	            FIELD_STR("reason", failure_errno_text(err.code)));
	return false;
}

/* man 2 accept */
bool acceptor_error_passes(int error, unsigned *in_a_row)
{
	static const int of_connection[] = {
		ECONNABORTED, EPROTO,     EPERM,        ENETDOWN,   ENOPROTOOPT, EHOSTDOWN,
		ENONET,       ECONNRESET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, ETIMEDOUT,
	};

	for (size_t i = 0; i < ARRAY_LEN(of_connection); i++)
		if (error == of_connection[i])
			return ++*in_a_row < ACCEPTOR_RETRIES;
	return false;
}

static void acceptor_missed(const struct acceptor *a)
{
	if (a->request.missed)
		a->request.missed(a->request.context);
}

/* Hand a new connection on, or close it. 0, or -ENOMEM. */
static int acceptor_take(struct acceptor *a, int fd, const struct addr *peer)
{
	bool lets = admission_lets(listener_admission(a->request.listener), fd, peer);
	struct stream *stream = lets ? stream_socket_new(fd, peer, a->type) : NULL;

	if (!stream) {
		(void)sys_close(fd);
		acceptor_missed(a);
		return lets ? -ENOMEM : 0;
	}
	stream_keep_options(stream, a->tune.options);
	if (a->request.tells)
		acceptor_tell(a, peer, fd);
	if (!acceptor_tunes(a->request.listener, a->request.report, peer, fd)) {
		(void)stream_close(stream);
		acceptor_missed(a);
		return 0;
	}
	a->request.accepted(a->request.context, stream, peer);
	return 0;
}

/* Take one connection of a socket. False when there is none more now, or it pauses. */
static bool acceptor_accept(struct acceptor *a, const struct acceptor_socket *socket)
{
	struct addr peer;

	if (a->request.admit && !a->request.admit(a->request.context)) {
		acceptor_pause(a);
		return false;
	}
	int fd = listener_accept(a->request.listener, (size_t)(socket - a->sockets), false, &peer);
	if (fd < 0)
		acceptor_missed(a);
	if (fd == -EAGAIN) {
		a->told = false;
		a->passed = 0;
		a->at_once = 1;
		return false;
	}
	if (fd < 0 && acceptor_error_passes(-fd, &a->passed))
		return true;
	if (fd >= 0)
		a->passed = 0;
	int error = fd < 0 ? fd : acceptor_take(a, fd, &peer);
	if (error)
		acceptor_rest(a, -error);
	return error == 0;
}

/*
 * More than one at a time only where they come turn after turn: a call that finds nobody is not for
 * free.
 */
static void acceptor_pace(struct acceptor *a)
{
	unsigned turn = loop_turns(a->request.loop);

	if (turn != a->last_turn + 1)
		a->at_once = 1;
	else if (a->at_once < a->request.at_once)
		a->at_once *= 2;
	a->last_turn = turn;
}

static void acceptor_ready(struct watch *watch, unsigned ready)
{
	struct acceptor_socket *socket = CONTAINER_OF(watch, struct acceptor_socket, watch);
	struct acceptor *a = socket->acceptor;

	if (ready & READY_LOST) {
		acceptor_rest(a, loop_lost_error(a->request.loop));
		return;
	}
	acceptor_pace(a);
	for (unsigned i = a->at_once; i > 0 && acceptor_accept(a, socket); i--)
		continue;
}

/* Watch again only once nobody waits, so that a full server costs no calls. */
static void acceptor_retry(struct deferred *retry)
{
	struct acceptor *a = CONTAINER_OF(retry, struct acceptor, retry);

	if (!a->paused)
		return;
	loop_timer_cancel(a->request.loop, &a->rest);
	a->paused = false;
	for (size_t i = 0; i < a->count; i++)
		for (int most = ACCEPTOR_RETRIES;
		     most > 0 && !a->paused && acceptor_accept(a, &a->sockets[i]); most--)
			continue;
	if (!a->paused)
		acceptor_watch(a);
}

static void acceptor_rested(struct timer *timer)
{
	acceptor_resume(CONTAINER_OF(timer, struct acceptor, rest));
}

void acceptor_resume(struct acceptor *a)
{
	if (a->paused)
		loop_defer(a->request.loop, &a->retry);
}

struct acceptor *acceptor_new(const struct acceptor_request *request, struct err *err)
{
	size_t count = listener_sockets(request->listener);
	struct acceptor *a = calloc(1, sizeof *a + count * sizeof *a->sockets);
	struct addr local;

	if (!a) {
		(void)err_set(err, ERR_LOCAL, ENOMEM, "accept", "connections");
		return NULL;
	}
	a->request = *request;
	a->tune = listener_tune(request->listener);
	a->type = listener_type(request->listener);
	a->at_once = 1;
	a->rest.fire = acceptor_rested;
	a->retry.call = acceptor_retry;
	a->count = count;
	for (size_t i = 0; i < count; i++)
		a->sockets[i] = (struct acceptor_socket){
			.acceptor = a,
			.watch = { .fd = listener_socket(request->listener, i, &local),
			           .ready = acceptor_ready,
			           .may_be_lost = true },
		};
	acceptor_watch(a);
	return a;
}

void acceptor_free(struct acceptor *a)
{
	if (!a)
		return;
	loop_timer_cancel(a->request.loop, &a->rest);
	loop_defer_cancel(a->request.loop, &a->retry);
	for (size_t i = 0; i < a->count; i++)
		loop_unwatch(&a->sockets[i].watch);
	free(a);
}
