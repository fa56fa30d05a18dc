#include "relay/datagram_server_ends.h"

#include <errno.h>

#include "out/failure.h"

void server_tell_closed(struct datagram_server *s, const char *reason)
{
	const struct collector *c = &s->collector;
	const struct replier *r = &s->replier;

	REPORT(s->report, REPORT_CLOSED_SERVER, FIELD_STR("reason", reason),
	       FIELD_INT("sent_datagrams", r->datagrams), FIELD_INT("sent_bytes", r->bytes),
	       FIELD_INT("undelivered_datagrams", r->undelivered),
	       FIELD_INT("received_datagrams", c->datagrams), FIELD_INT("received_bytes", c->bytes),
	       FIELD_INT("truncated_datagrams", c->truncated),
	       FIELD_TIME("time", loop_now(s->loop) - s->began));
}

void server_stop(struct datagram_server *s)
{
	struct timer *timers[] = { &s->begin, &s->pause, &s->rest,    &s->accept,
		                   &s->quit,  &s->idle,  &s->deadline };

	for (size_t i = 0; i < s->socket_count; i++)
		loop_unwatch(&s->sockets[i].watch);
	loop_unwatch(&s->in);
	loop_unwatch(&s->out);
	for (size_t i = 0; i < ARRAY_LEN(timers); i++)
		loop_timer_cancel(s->loop, timers[i]);
}

static void server_finish(struct datagram_server *s, const char *reason, const struct err *err)
{
	if (s->finished)
		return;
	s->finished = true;
	server_stop(s);
	server_tell_closed(s, reason);
	s->done(s->context, err);
}

/* Out with a failure that is told with the counts, behind what its detail says already. */
static void server_fail(struct datagram_server *s, const char *reason, struct err *err)
{
	char detail[ERR_DETAIL_SIZE];
	struct text t = TEXT_OVER(detail);

	text_add_str(&t, err->detail);
	err_detail(err, "%safter %llu datagrams sent and %llu received", detail,
	           (unsigned long long)s->replier.datagrams,
	           (unsigned long long)s->collector.datagrams);
	server_finish(s, reason, err);
}

void server_fail_time(struct datagram_server *s, const char *why)
{
	struct err err;

	(void)err_set(&err, ERR_TIME, 0, "serve datagrams", "%s", s->request.where);
	err_detail(&err, "%s", why);
	server_fail(s, "time limit", &err);
}

static void server_fail_stdout(struct datagram_server *s, int error)
{
	struct err err;

	(void)err_set(&err, error == EPIPE ? ERR_STDOUT_GONE : ERR_LOCAL, error, "write",
	              "standard output");
	server_fail(s, failure_errno_text(error), &err);
}

static void server_fail_input(struct datagram_server *s)
{
	struct err err;

	sender_explain(&s->sender, &err);
	server_fail(s, failure_errno_text(err.code), &err);
}

/* Nothing is read before there is somebody to send it to. */
bool server_replies(const struct datagram_server *s)
{
	return s->sending && correspondents_count(s->known) > 0;
}

/* Everything that was wanted is written. */
static void server_end(struct datagram_server *s)
{
	/* An answer that is there already still goes. */
	if (server_replies(s) && s->sender.state == SENDER_RUNNING)
		sender_run(&s->sender);
	/* Others may hold what standard output is, so closing it does not end the watch. */
	loop_unwatch(&s->out);
	int error = s->request.out->ops->shut_write(s->request.out);

	if (error)
		server_fail_stdout(s, -error);
	else
		server_finish(s, s->reason ? s->reason : "--max-datagrams", NULL);
}

static void server_source_ended(struct datagram_server *s)
{
	s->sending = false;
	REPORT(s->report, REPORT_STDIN_ENDED, FIELD_INT("sent_bytes", s->replier.bytes),
	       FIELD_INT("sent_datagrams", s->replier.datagrams), FIELD_WORDS(""));
	loop_timer(s->loop, &s->quit, nsec_after(loop_now(s->loop), s->request.quit_after_eof));
}

void server_check(struct datagram_server *s)
{
	uint64_t moved = s->collector.datagrams + s->sender.datagrams;

	if (moved != s->moved) {
		s->moved = moved;
		s->moved_at = loop_now(s->loop);
	}
	if (s->sending && s->sender.state == SENDER_ENDED)
		server_source_ended(s);
	else if (s->sending && s->sender.state != SENDER_RUNNING)
		server_fail_input(s);
	if (s->collector.state == COLLECTOR_TO_FAILED)
		server_fail_stdout(s, s->collector.error);
	else if (s->collector.state == COLLECTOR_ENDED && !s->finished)
		server_end(s);
}
