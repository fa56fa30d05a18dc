#include "relay/datagram_server.h"

#include <errno.h>

#include "out/failure.h"
#include "relay/datagram_server_ends.h"
#include "sys/clock.h"
#include "sys/wait.h"

/* How long receiving rests when memory is out. */
#define SERVER_PAUSE (200 * NSEC_PER_MSEC)

/*
 * Where datagrams come one by one, but so fast that each finds us awake, waking up costs more than
 * they do. After so many turns in so quick a succession each waits a moment for several to be
 * there, which is far less than the kernel's buffer holds.
 */
enum { SERVER_BUSY_TURNS = 16 };
#define SERVER_BUSY (150 * NSEC_PER_USEC)
#define SERVER_NAP (30 * NSEC_PER_USEC)

/* WATCH with INTEREST, and not at all without. */
static void watch_for(struct datagram_server *s, struct watch *watch, unsigned interest)
{
	if (interest)
		loop_watch(s->loop, watch, interest);
	else
		loop_unwatch(watch);
}

static void server_watch(struct datagram_server *s)
{
	bool replies = server_replies(s);
	unsigned receives = s->collector.want_to || s->resting ? 0 : READY_IN;
	unsigned sends = replies ? s->sender.want_to : 0;

	watch_for(s, &s->in, replies ? s->sender.want_from : 0);
	watch_for(s, &s->out, s->collector.want_to);
	for (size_t i = 0; i < s->socket_count; i++) {
		struct watch *watch = &s->sockets[i].watch;

		watch_for(s, watch, receives | (watch->fd == s->replier.fd ? sends : 0));
	}
	if (replies && s->sender.want_time != NSEC_NEVER && !s->pause.set)
		loop_timer(s->loop, &s->pause, s->sender.want_time);
}

static void server_turn(struct datagram_server *s)
{
	server_check(s);
	if (!s->finished)
		server_watch(s);
}

/* What was lost on the way to somebody is told here and is no trouble; a lack of memory passes. */
static void server_receive_failed(struct datagram_server *s, int error)
{
	if (!err_is_local(error))
		return;
	REPORT_WITH(s->report, REPORT_RECEIVE_PAUSED, true,
	            FIELD_STR("reason", failure_errno_text(error)));
	s->resting = true;
	loop_timer(s->loop, &s->rest, nsec_after(loop_now(s->loop), SERVER_PAUSE));
}

static void server_gather(struct datagram_server *s)
{
	bool quick = loop_now(s->loop) - s->turned_at < SERVER_BUSY;
	bool full = s->collector.datagrams - s->turned_with >= MAILBOX_BATCH;

	s->busy = quick ? s->busy + 1 : 0;
	if (s->busy >= SERVER_BUSY_TURNS && !full)
		sys_nap(SERVER_NAP);
	s->turned_with = s->collector.datagrams;
}

static void server_socket_ready(struct watch *watch, unsigned ready)
{
	struct server_socket *socket = CONTAINER_OF(watch, struct server_socket, watch);
	struct datagram_server *s = socket->server;

	if (ready & READY_OUT && server_replies(s))
		sender_run(&s->sender);
	/* Another socket's datagrams may have filled the sink in this same turn. */
	if (ready & (READY_IN | READY_TROUBLE) && !s->collector.want_to && !s->resting) {
		server_gather(s);
		int error = collector_receive(&s->collector, watch->fd, &socket->local);

		if (error)
			server_receive_failed(s, -error);
		s->turned_at = sys_now();
	}
	server_turn(s);
}

static void server_in_ready(struct watch *watch, unsigned ready)
{
	struct datagram_server *s = CONTAINER_OF(watch, struct datagram_server, in);

	(void)ready;
	sender_run(&s->sender);
	server_turn(s);
}

static void server_out_ready(struct watch *watch, unsigned ready)
{
	struct datagram_server *s = CONTAINER_OF(watch, struct datagram_server, out);

	(void)ready;
	collector_write(&s->collector);
	server_turn(s);
}

static void server_begin(struct timer *timer)
{
	server_turn(CONTAINER_OF(timer, struct datagram_server, begin));
}

static void server_pause_due(struct timer *timer)
{
	struct datagram_server *s = CONTAINER_OF(timer, struct datagram_server, pause);

	if (s->sending)
		sender_run(&s->sender);
	server_turn(s);
}

static void server_rest_due(struct timer *timer)
{
	struct datagram_server *s = CONTAINER_OF(timer, struct datagram_server, rest);

	s->resting = false;
	server_turn(s);
}

static void server_accept_due(struct timer *timer)
{
	struct datagram_server *s = CONTAINER_OF(timer, struct datagram_server, accept);
	char why[80];
	struct text t = TEXT_OVER(why);

	if (s->collector.datagrams > 0)
		return;
	text_add(&t, "nobody has sent one within %g s (--accept-timeout), ",
	         nsec_to_msec(s->request.accept_timeout) / 1000);
	server_fail_time(s, why);
}

static void server_quit_due(struct timer *timer)
{
	struct datagram_server *s = CONTAINER_OF(timer, struct datagram_server, quit);

	REPORT(s->report, REPORT_CUT, FIELD_STR("reason", "ended by --quit-after-eof"));
	s->reason = "--quit-after-eof";
	collector_stop(&s->collector);
	server_turn(s);
}

static void server_idle_due(struct timer *timer)
{
	struct datagram_server *s = CONTAINER_OF(timer, struct datagram_server, idle);
	/* One that its pace holds is not idle. */
	nsec_t held = s->sender.held_until;
	nsec_t until = nsec_after(held > s->moved_at ? held : s->moved_at, s->request.idle_timeout);
	char why[64];
	struct text t = TEXT_OVER(why);

	if (until > loop_now(s->loop)) {
		loop_timer(s->loop, timer, until);
		return;
	}
	text_add(&t, "no datagram for %g s (--idle-timeout), ",
	         nsec_to_msec(s->request.idle_timeout) / 1000);
	server_fail_time(s, why);
}

static void server_deadline_due(struct timer *timer)
{
	struct datagram_server *s = CONTAINER_OF(timer, struct datagram_server, deadline);
	char why[64];
	struct text t = TEXT_OVER(why);

	text_add(&t, "cut by --deadline at %g s, ", nsec_to_msec(s->request.deadline_after) / 1000);
	server_fail_time(s, why);
}

static void server_init_timers(struct datagram_server *s)
{
	s->begin.fire = server_begin;
	s->pause.fire = server_pause_due;
	s->rest.fire = server_rest_due;
	s->accept.fire = server_accept_due;
	s->quit.fire = server_quit_due;
	s->idle.fire = server_idle_due;
	s->deadline.fire = server_deadline_due;
	loop_timer(s->loop, &s->begin, s->began);
	loop_timer(s->loop, &s->accept, nsec_after(s->began, s->request.accept_timeout));
	loop_timer(s->loop, &s->idle, nsec_after(s->began, s->request.idle_timeout));
	loop_timer(s->loop, &s->deadline, s->request.deadline);
}

static int server_init_sender(struct datagram_server *s, struct err *err)
{
	const struct datagram_server_request *q = &s->request;

	if (!q->in)
		return 0;
	s->known = correspondents_new(q->reply_to);
	if (!s->known)
		return err_set(err, ERR_LOCAL, ENOMEM, "buffer", "the addresses of senders");
	s->replier = (struct replier){ .known = s->known, .report = s->report, .fd = -1 };
	if (sender_init(&s->sender, q->in, NULL, q->cut, q->longest, err) ||
	    sender_put_between(&s->sender, &q->up, err))
		return -1;
	s->sender.send = replier_send;
	s->sender.send_context = &s->replier;
	s->in = (struct watch){ .fd = q->in->fd, .ready = server_in_ready };
	s->sending = true;
	return 0;
}

static int server_init(struct datagram_server *s, struct err *err)
{
	const struct datagram_server_request *q = &s->request;

	if (server_init_sender(s, err))
		return -1;
	struct collector_request collect = {
		.to = q->out,
		.tap = q->down.tap,
		.framing = q->framing,
		.tag = q->tag,
		.room = q->room,
		.most = q->most,
		.wants = q->wants,
		.admission = q->admission,
		.known = s->known,
		.report = s->report,
	};
	if (collector_init(&s->collector, &collect, err))
		return -1;
	s->out = (struct watch){ .fd = q->out->fd, .ready = server_out_ready };
	for (size_t i = 0; i < q->socket_count; i++) {
		s->sockets[s->socket_count++] = (struct server_socket){
			.server = s,
			.watch = { .fd = q->sockets[i].fd, .ready = server_socket_ready },
			.local = q->sockets[i].local,
		};
	}
	return 0;
}

int datagram_server_start(struct loop *loop, const struct datagram_server_request *request,
                          struct report *report, relay_done *done, void *context,
                          struct datagram_server **server, struct err *err)
{
	struct datagram_server *s =
		calloc(1, sizeof *s + request->socket_count * sizeof s->sockets[0]);

	if (!s)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve datagrams", "%s", request->where);
	s->loop = loop;
	s->report = report;
	s->request = *request;
	s->done = done;
	s->context = context;
	s->began = s->moved_at = loop_now(loop);
	if (server_init(s, err)) {
		datagram_server_free(s);
		return -1;
	}
	server_init_timers(s);
	*server = s;
	return 0;
}

void datagram_server_cut(struct datagram_server *s, const char *reason)
{
	if (s->finished)
		return;
	s->finished = true;
	server_stop(s);
	server_tell_closed(s, reason);
}

void datagram_server_free(struct datagram_server *s)
{
	if (!s)
		return;
	server_stop(s);
	sender_close(&s->sender);
	collector_close(&s->collector);
	correspondents_free(s->known);
	free(s);
}
