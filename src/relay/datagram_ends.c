#include "relay/datagram_ends.h"

#include <errno.h>

#include "out/failure.h"
#include "stream/socket.h"

void datagrams_tell_closed(const struct datagrams *d, const char *reason)
{
	REPORT(d->report, REPORT_CLOSED_DATAGRAMS, FIELD_STR("reason", reason),
	       FIELD_INT("sent_datagrams", d->sender.datagrams),
	       FIELD_INT("sent_bytes", d->sender.bytes),
	       FIELD_INT("received_datagrams", d->receiver.datagrams),
	       FIELD_INT("received_bytes", d->receiver.bytes),
	       FIELD_TIME("time", loop_now(d->loop) - d->began));
}

void datagrams_stop(struct datagrams *d)
{
	struct timer *timers[] = {
		&d->begin, &d->pause, &d->reply, &d->quit, &d->idle, &d->deadline
	};

	loop_unwatch(&d->peer);
	loop_unwatch(&d->in);
	loop_unwatch(&d->out);
	for (size_t i = 0; i < ARRAY_LEN(timers); i++)
		loop_timer_cancel(d->loop, timers[i]);
}

static void datagrams_finish(struct datagrams *d, const char *reason, const struct err *err)
{
	if (d->finished)
		return;
	d->finished = true;
	datagrams_stop(d);
	datagrams_tell_closed(d, reason);
	d->done(d->context, err);
}

/* Out with a failure that is told with the counts, behind what its detail says already. */
static void datagrams_fail(struct datagrams *d, const char *reason, struct err *err)
{
	char detail[ERR_DETAIL_SIZE];
	struct text t = TEXT_OVER(detail);

	if (err->code == ENETUNREACH && stream_unconnected_peer(d->request.peer))
		err_hint(err, "no route leads there: -I names the interface to send by");
	text_add_str(&t, err->detail);
	err_detail(err, "%safter %llu datagrams sent and %llu received", detail,
	           (unsigned long long)d->sender.datagrams,
	           (unsigned long long)d->receiver.datagrams);
	datagrams_finish(d, reason, err);
}

void datagrams_fail_peer(struct datagrams *d, int error)
{
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	d->request.peer->ops->describe(d->request.peer, &t);
	/* These come back from the way as well: it is not this machine that refused. */
	if (error == EACCES || error == ENOPROTOOPT)
		(void)err_set(&err, ERR_NETWORK, error, "receive", "%s", peer);
	else
		(void)err_socket(&err, error, "receive", "%s", peer);
	if (error == EMSGSIZE)
		err_hint(&err, "--datagram-size SIZE sends shorter ones");
	datagrams_fail(d, failure_errno_text(error), &err);
}

static void datagrams_fail_stdout(struct datagrams *d, int error)
{
	struct err err;

	(void)err_set(&err, error == EPIPE ? ERR_STDOUT_GONE : ERR_LOCAL, error, "write",
	              "standard output");
	datagrams_fail(d, failure_errno_text(error), &err);
}

static void datagrams_fail_sender(struct datagrams *d)
{
	struct err err;

	sender_explain(&d->sender, &err);
	datagrams_fail(d, failure_errno_text(err.code), &err);
}

void datagrams_fail_time(struct datagrams *d, const char *why)
{
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	d->request.peer->ops->describe(d->request.peer, &t);
	(void)err_set(&err, ERR_TIME, 0, "relay", "%s", peer);
	err_detail(&err, "%s", why);
	datagrams_fail(d, "time limit", &err);
}

/* Everything is written: the end for the reason that was found. */
static void datagrams_end(struct datagrams *d)
{
	struct stream *out = d->request.out;
	uint64_t came = d->receiver.datagrams, asked = d->request.replies;
	/* Others may hold what standard output is, so closing it does not end the watch. */
	loop_unwatch(&d->out);
	int error = out ? out->ops->shut_write(out) : 0;
	char why[96];
	struct text t = TEXT_OVER(why);

	if (error) {
		datagrams_fail_stdout(d, -error);
	} else if (came < asked) {
		text_add(&t, "%llu of %llu replies came (--replies), ", (unsigned long long)came,
		         (unsigned long long)asked);
		datagrams_fail_time(d, why);
	} else {
		datagrams_finish(d, d->reason ? d->reason : "all replies came", NULL);
	}
}

void datagrams_begin_end(struct datagrams *d, const char *reason)
{
	d->reason = reason;
	d->sending = false;
	if (d->receiving)
		receiver_stop(&d->receiver);
}

/* Everything that the source gave is sent. */
static void datagrams_source_ended(struct datagrams *d)
{
	struct stream *peer = d->request.peer;
	bool shuts = peer->nature == STREAM_SEQPACKET;
	char words[64];
	struct text t = TEXT_OVER(words);
	int error = 0;

	d->sending = false;
	d->waiting = true;
	if (shuts)
		error = peer->ops->shut_write(peer);
	else if (!d->receiving)
		error = -datagram_trouble(peer);
	text_add(&t, " in %llu datagram%s%s", (unsigned long long)d->sender.datagrams,
	         d->sender.datagrams == 1 ? "" : "s", shuts ? ", the sending side is shut" : "");
	REPORT(d->report, REPORT_STDIN_ENDED, FIELD_INT("sent_bytes", d->sender.bytes),
	       FIELD_INT("sent_datagrams", d->sender.datagrams), FIELD_WORDS(words));
	if (error && error != -ENOTCONN)
		datagrams_fail_peer(d, -error);
	else if (d->request.end_when_sent)
		datagrams_begin_end(d, "everything sent");
	else if (d->request.quit_after_eof != NSEC_NEVER)
		loop_timer(d->loop, &d->quit,
		           nsec_after(loop_now(d->loop), d->request.quit_after_eof));
	else
		loop_timer(d->loop, &d->reply, nsec_after(d->moved_at, d->request.reply_timeout));
}

void datagrams_shut(struct datagrams *d)
{
	struct stream *peer = d->request.peer;

	if (peer->nature != STREAM_SEQPACKET)
		return;
	d->waiting = true;
	int error = peer->ops->shut_write(peer);
	/* One that has gone already has left all that it said. */
	if (error && error != -ENOTCONN)
		datagrams_fail_peer(d, -error);
}

static void datagrams_note_sender(struct datagrams *d)
{
	switch (d->sender.state) {
	case SENDER_RUNNING:
		break;
	case SENDER_ENDED:
		datagrams_source_ended(d);
		break;
	case SENDER_TO_FAILED:
		d->sending = false;
		if (d->receiving)
			receiver_break(&d->receiver, d->sender.error);
		else
			datagrams_fail_sender(d);
		break;
	case SENDER_FROM_FAILED:
	case SENDER_BAD_INPUT:
		datagrams_fail_sender(d);
		break;
	}
}

static void datagrams_note_receiver(struct datagrams *d)
{
	switch (d->receiver.state) {
	case RECEIVER_RUNNING:
		break;
	case RECEIVER_ENDED:
		d->receiving = false;
		break;
	case RECEIVER_FROM_FAILED:
		if (d->sender.state == SENDER_TO_FAILED)
			datagrams_fail_sender(d);
		else
			datagrams_fail_peer(d, d->receiver.error);
		break;
	case RECEIVER_TO_FAILED:
		datagrams_fail_stdout(d, d->receiver.error);
		break;
	}
}

/* Receiving is over, and all that came is written. */
static void datagrams_note_end(struct datagrams *d)
{
	bool all_came = d->request.replies && d->receiver.datagrams == d->request.replies;

	if (d->receiver.peer_ended && !d->reason && (!d->sending || d->request.end_with_peer))
		d->reason = d->waiting ? "both sides ended" : "the peer ended";
	/* Otherwise what the source gives is still wanted. */
	if (d->reason || all_came)
		datagrams_end(d);
}

void datagrams_check(struct datagrams *d)
{
	uint64_t moved = d->sender.datagrams + d->receiver.datagrams;

	if (moved != d->moved) {
		d->moved = moved;
		d->moved_at = loop_now(d->loop);
	}
	if (d->sending)
		datagrams_note_sender(d);
	if (d->receiving && !d->finished)
		datagrams_note_receiver(d);
	if (!d->receiving && !d->finished)
		datagrams_note_end(d);
}
