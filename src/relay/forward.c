#include "relay/forward.h"

#include <errno.h>
#include <string.h>

#include "base/status.h"
#include "out/failure.h"
#include "stream/socket.h"
#include "sys/socket.h"

/* How long one waits for what this machine lacks, before it tries again. */
#define FORWARD_PAUSE (200 * NSEC_PER_MSEC)

/*
 * A client that resets the connection while its target is dialled is found out, where that takes so
 * long; its bytes wait.
 */
#define FORWARD_PATIENCE (20 * NSEC_PER_MSEC)

/* What the client has begun with, until that is passed on. */
struct head {
	struct proxy_header header;
	size_t at, len;
	uint8_t bytes[PROXY_HEADER_MOST];
};

struct forward {
	const struct forward_request *request;
	struct stream *client, *target;
	forward_done *done;
	void *context;
	uint64_t number;
	nsec_t began;
	struct watch watch; /* of the client, until it is joined */
	struct timer header_limit, deadline, retry;
	nsec_t dial_until;
	struct dial *dial;
	struct head *head;
	struct addr *who;   /* the client, as a header has said; or NULL */
	size_t header_size; /* what the target was told */
	struct pair pair;
	bool joined, over, lacking;
};

static struct loop *forward_loop(const struct forward *f)
{
	return f->request->pair.loop;
}

const struct addr *forward_client(const struct forward *f)
{
	return f->who ? f->who : stream_peer(f->client);
}

static void forward_lack(struct forward *f, int error)
{
	bool lacking = error != 0;

	if (f->lacking != lacking)
		f->request->lack(f->request->lack_context, error);
	f->lacking = lacking;
}

static void forward_stop(struct forward *f)
{
	forward_lack(f, 0);
	loop_timer_cancel(forward_loop(f), &f->retry);
	loop_timer_cancel(forward_loop(f), &f->header_limit);
	loop_timer_cancel(forward_loop(f), &f->deadline);
	loop_unwatch(&f->watch);
	dial_abandon(TAKE(f->dial));
	pair_stop(&f->pair);
	free(TAKE(f->head));
}

static struct forward_end forward_end(const struct forward *f, const char *reason,
                                      const struct err *err)
{
	return (struct forward_end){
		.received = f->joined ? pair_received(&f->pair) : 0,
		.sent = f->joined ? pair_sent(&f->pair) : 0,
		.reason = reason,
		.err = err,
		.joined = f->joined,
	};
}

static void forward_finish(struct forward *f, const char *reason, const struct err *err)
{
	struct forward_end end = forward_end(f, reason, err);

	f->over = true;
	if (!f->joined)
		stream_reset_on_close(f->client);
	forward_stop(f);
	f->done(f->context, &end);
}

/* Before it is joined a failure is told in full. */
static void forward_fail(struct forward *f, const struct err *err)
{
	char reason[ERR_SUBJECT_SIZE + ERR_DETAIL_SIZE];
	struct text t = TEXT_OVER(reason);

	failure_add_message(&t, err);
	forward_finish(f, reason, err);
}

static void forward_pair_done(struct pair *pair, const char *reason, const struct err *err)
{
	forward_finish(CONTAINER_OF(pair, struct forward, pair), reason, err);
}

static void forward_tell_joined(const struct forward *f)
{
	struct addr local = { .len = sizeof local.at };

	if (!report_is_heard(f->request->report) ||
	    sys_getsockname(f->target->fd, &local.at.any, &local.len) != 0)
		return;
	REPORT(f->request->report, REPORT_FORWARDED, FIELD_INT("client", f->number),
	       FIELD_ADDR("from", forward_client(f)), FIELD_ADDR("peer", stream_peer(f->target)),
	       FIELD_ADDR("local", &local),
	       FIELD_TIME("time", loop_now(forward_loop(f)) - f->began));
}

/* What the target is told first, before what the client has sent behind its own header. */
static size_t forward_first(struct forward *f, uint8_t *room)
{
	struct addr local = { .len = sizeof local.at };
	struct head *head = f->head;
	size_t n = 0, left = head ? head->len - head->at : 0;

	if (f->request->sends != PROXY_NONE) {
		(void)!sys_getsockname(f->client->fd, &local.at.any, &local.len);
		n = proxy_header_write(f->request->sends, forward_client(f),
		                       f->who ? &head->header.local : &local, room);
	}
	f->header_size = n;
	if (left > 0)
		memcpy(room + n, head->bytes + head->at, left);
	return n + left;
}

static void forward_join(struct forward *f)
{
	uint8_t first[PROXY_HEADER_LINE + PROXY_HEADER_MOST];
	size_t n = forward_first(f, first);
	struct err err;

	if (pair_start(&f->pair, &f->request->pair, f->client, f->target, first, n,
	               forward_pair_done)) {
		(void)err_set(&err, ERR_LOCAL, ENOMEM, "relay", "%s",
		              f->request->target.spec->text);
		forward_fail(f, &err);
		return;
	}
	f->joined = true;
	/* They came before there was a pair that counts. */
	f->pair.a.flow.taken = n - f->header_size;
	free(TAKE(f->head));
	forward_tell_joined(f);
}

static void forward_dialled(void *context, struct stream *target, const struct err *err)
{
	struct forward *f = context;

	nsec_t again = nsec_after(loop_now(forward_loop(f)), FORWARD_PAUSE);

	f->dial = NULL;
	loop_timer_cancel(forward_loop(f), &f->retry);
	if (err && f->request->lack && err_is_lack(err) && again < f->dial_until) {
		forward_lack(f, err->code);
		loop_timer(forward_loop(f), &f->retry, again);
		return;
	}
	if (err) {
		forward_fail(f, err);
		return;
	}
	forward_lack(f, 0);
	loop_unwatch(&f->watch);
	f->target = target;
	forward_join(f);
}

static void forward_dial(struct forward *f)
{
	struct dial_request request = f->request->target;
	struct err err;

	request.deadline = f->dial_until;
	if (dial_start(forward_loop(f), &request, f->request->dialling, forward_dialled, f,
	               &f->dial, &err)) {
		forward_dialled(f, NULL, &err);
		return;
	}
	loop_timer(forward_loop(f), &f->retry,
	           nsec_after(loop_now(forward_loop(f)), FORWARD_PATIENCE));
}

static void forward_retry(struct timer *timer)
{
	struct forward *f = CONTAINER_OF(timer, struct forward, retry);

	if (f->dial)
		loop_watch(forward_loop(f), &f->watch, 0);
	else
		forward_dial(f);
}

/* Its time begins. */
static void forward_call(struct forward *f)
{
	f->dial_until = nsec_after(loop_now(forward_loop(f)), f->request->target.limit);
	forward_dial(f);
}

static void forward_refuse(struct forward *f, const char *why)
{
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	addr_add(&t, stream_peer(f->client));
	(void)err_answer(&err, STATUS_NETWORK, "%s %s", peer, why);
	forward_fail(f, &err);
}

static void forward_header_late(struct timer *timer)
{
	struct forward *f = CONTAINER_OF(timer, struct forward, header_limit);
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	addr_add(&t, stream_peer(f->client));
	(void)err_set(&err, ERR_TIME, 0, "receive", "%s", peer);
	err_detail(&err, "did not send its PROXY header in time");
	forward_fail(f, &err);
}

/* The header is whole: SIZE bytes. */
static void forward_identify(struct forward *f, size_t size)
{
	struct head *head = f->head;
	struct err err;

	loop_timer_cancel(forward_loop(f), &f->header_limit);
	loop_unwatch(&f->watch);
	head->at = size;
	if (head->header.known) {
		f->who = malloc(sizeof *f->who);
		/* The proxy is not to be taken for it. */
		if (!f->who) {
			(void)err_set(&err, ERR_LOCAL, ENOMEM, "relay", "the PROXY header");
			forward_fail(f, &err);
			return;
		}
		*f->who = head->header.client;
	}
	forward_call(f);
}

static void forward_read_header(struct forward *f)
{
	struct head *head = f->head;
	struct io io = f->client->ops->read(f->client, head->bytes + head->len,
	                                    sizeof head->bytes - head->len);
	struct err err;

	if (io.kind == IO_WANT_READ || io.kind == IO_WANT_WRITE)
		return;
	if (io.kind == IO_FAILED) {
		(void)err_socket(&err, stream_error(io.error), "receive", "the PROXY header");
		forward_fail(f, &err);
		return;
	}
	head->len += io.n;
	int size =
		io.kind == IO_END ? -1 : proxy_header_read(head->bytes, head->len, &head->header);
	if (size > 0)
		forward_identify(f, (size_t)size);
	else if (size < 0)
		forward_refuse(f, "did not begin with a PROXY header");
}

/* The client, before it is joined. */
static void forward_ready(struct watch *watch, unsigned ready)
{
	struct forward *f = CONTAINER_OF(watch, struct forward, watch);
	struct err err;

	if (f->head && f->head->at == 0 && !(ready & READY_LOST)) {
		forward_read_header(f);
		return;
	}
	int pending = ready & READY_LOST ? loop_lost_error(forward_loop(f))
	                                 : stream_pending_error(f->client);
	/* A Unix client may have gone after all that it had to say. */
	loop_unwatch(watch);
	if (pending == 0)
		return;
	char peer[256];
	struct text t = TEXT_OVER(peer);
	f->client->ops->describe(f->client, &t);
	(void)err_socket(&err, stream_error(pending), "receive", "%s", peer);
	forward_fail(f, &err);
}

static void forward_deadline_due(struct timer *timer)
{
	struct forward *f = CONTAINER_OF(timer, struct forward, deadline);
	char peer[256];
	struct text t = TEXT_OVER(peer);
	struct err err;

	f->client->ops->describe(f->client, &t);
	(void)err_set(&err, ERR_TIME, 0, "relay", "%s", peer);
	err_detail(&err, "cut by --deadline at %g s",
	           nsec_to_msec(f->request->deadline_after) / 1000);
	if (f->joined) {
		stream_reset_on_close(f->client);
		stream_reset_on_close(f->target);
	}
	forward_finish(f, "cut by --deadline", &err);
}

struct forward *forward_new(const struct forward_request *request, struct stream *client)
{
	struct forward *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	if (request->accepts_header) {
		f->head = calloc(1, sizeof *f->head);
		if (!f->head) {
			free(f);
			return NULL;
		}
	}
	f->request = request;
	f->client = client;
	f->watch = (struct watch){ .fd = client->fd, .ready = forward_ready, .may_be_lost = true };
	f->header_limit.fire = forward_header_late;
	f->deadline.fire = forward_deadline_due;
	f->retry.fire = forward_retry;
	f->began = loop_now(request->pair.loop);
	return f;
}

void forward_start(struct forward *f, uint64_t number, forward_done *done, void *context)
{
	struct loop *loop = forward_loop(f);

	f->number = number;
	f->done = done;
	f->context = context;
	loop_timer(loop, &f->deadline, f->request->deadline);
	if (!f->head) {
		forward_call(f);
		return;
	}
	loop_timer(loop, &f->header_limit, nsec_after(loop_now(loop), FORWARD_HEADER_LIMIT));
	loop_watch(loop, &f->watch, READY_IN);
}

void forward_drain(struct forward *f)
{
	if (f->joined)
		pair_drain(&f->pair);
	else
		forward_finish(f, "drained", NULL);
}

void forward_cut(struct forward *f, struct forward_end *end)
{
	stream_reset_on_close(f->client);
	if (f->target)
		stream_reset_on_close(f->target);
	*end = forward_end(f, NULL, NULL);
	f->over = true;
	forward_stop(f);
}

void forward_free(struct forward *f)
{
	struct forward_end end;

	if (!f)
		return;
	if (!f->over)
		forward_cut(f, &end);
	(void)stream_close(f->client);
	(void)stream_close(f->target);
	free(f->who);
	free(f);
}
