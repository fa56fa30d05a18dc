#include "serve/role_stdio.h"

#include <errno.h>
#include <fcntl.h>

#include "out/failure.h"
#include "out/output.h"
#include "relay/tap.h"
#include "serve/crowd.h"
#include "serve/output_name.h"
#include "sys/clock.h"
#include "sys/file.h"

struct hall {
	struct crowd crowd;
	struct role_stdio_request *request;
	struct merger *merger; /* NULL: nothing is written to standard output */
	struct watch in, out;
	struct deferred flush, take;
	struct tap_crlf crlf;
	bool broken; /* standard output is */
	/* Memory that costs nothing before it is used. */
	uint8_t scratch[CROWD_READ], read[CROWD_READ], sent[2 * CROWD_READ];
};

static struct hall *hall_of(struct guest *g)
{
	return CONTAINER_OF(g->crowd, struct hall, crowd);
}

static void hall_break(struct hall *h, enum err_domain domain, int error, const char *op,
                       const struct stream *s)
{
	char name[64];
	struct text t = TEXT_OVER(name);
	struct err err;

	s->ops->describe(s, &t);
	(void)err_set(&err, domain, error, op, "%s", name);
	server_break(h->crowd.server, &err);
}

/* ---- Standard output. */

static void hall_write(struct hall *h)
{
	struct io io = h->broken ? io_done(0) : merger_write(h->merger);

	switch (io.kind) {
	case IO_DONE:
		loop_unwatch(&h->out);
		crowd_release(&h->crowd);
		break;
	case IO_WANT_READ:
	case IO_WANT_WRITE:
		loop_watch(h->crowd.loop, &h->out, READY_OUT);
		break;
	case IO_END:
	case IO_FAILED:
		h->broken = true;
		loop_unwatch(&h->out);
		hall_break(h, io.error == EPIPE ? ERR_STDOUT_GONE : ERR_LOCAL, io.error, "write",
		           h->request->out);
		break;
	}
}

static void hall_flush(struct deferred *deferred)
{
	hall_write(CONTAINER_OF(deferred, struct hall, flush));
}

static void hall_out_ready(struct watch *watch, unsigned ready)
{
	(void)ready;
	hall_write(CONTAINER_OF(watch, struct hall, out));
}

/* ---- Standard input. */

static void hall_read(struct deferred *deferred)
{
	struct hall *h = CONTAINER_OF(deferred, struct hall, take);
	struct stream *in = h->request->in;
	struct io io;

	if (h->crowd.look) {
		loop_defer(h->crowd.loop, &h->take);
		return;
	}
	/* The last may have gone a moment ago. */
	if (!crowd_has_receivers(&h->crowd)) {
		loop_unwatch(&h->in);
		return;
	}
	io = in->ops->read(in, h->read, sizeof h->read);
	if (io.kind == IO_DONE && h->request->crlf)
		crowd_give(&h->crowd, NULL, h->sent,
		           h->crlf.tap.pass(&h->crlf.tap, h->read, io.n, h->sent));
	else if (io.kind == IO_DONE)
		crowd_give(&h->crowd, NULL, h->read, io.n);
	else if (io.kind == IO_END)
		crowd_end_source(&h->crowd);
	else if (io.kind == IO_FAILED)
		hall_break(h, ERR_LOCAL, io.error, "read", in);
}

/* Those who left in the same moment are seen first: what comes now is not for them. */
static void hall_in_ready(struct watch *watch, unsigned ready)
{
	struct hall *h = CONTAINER_OF(watch, struct hall, in);

	(void)ready;
	loop_defer(h->crowd.loop, &h->take);
}

/* It is read while there is somebody to have it, and room for it. */
static void hall_changed(struct crowd *crowd)
{
	struct hall *h = CONTAINER_OF(crowd, struct hall, crowd);

	if (!h->request->in)
		return;
	if (!crowd->source_ended && !crowd->draining && crowd_has_receivers(crowd) &&
	    !crowd_holds_back(crowd, NULL))
		loop_watch(crowd->loop, &h->in, READY_IN);
	else {
		loop_unwatch(&h->in);
		loop_defer_cancel(crowd->loop, &h->take);
	}
}

/* ---- A file a client. */

static void hall_name_file(struct guest *g, struct text *t)
{
	struct output_words words = {
		.id = g->client.told.id,
		.peer = g->client.told.peer,
		.wall = g->file_wall,
	};

	output_name_add(t, hall_of(g)->request->output, &words);
}

/* Its client is closed. */
static void hall_fail_file(struct guest *g, int error)
{
	struct hall *h = hall_of(g);
	char name[4096];
	struct text t = TEXT_OVER(name);
	struct err err;

	hall_name_file(g, &t);
	h->request->file_failed = true;
	(void)err_set(&err, ERR_LOCAL, error, "write", "%s for client %llu", name,
	              (unsigned long long)g->client.told.id);
	report_failure(h->crowd.server->report, &err);
	guest_fail(g, "its file cannot be written");
}

/* A FIFO or a device in its place would block us all. */
static int hall_check_file(int fd)
{
	struct stat st;
	int error = sys_fstat(fd, &st);

	return error ? error : S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

static void hall_start(struct guest *g)
{
	const struct role_stdio_request *q = hall_of(g)->request;
	int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
	char name[4096];
	struct text t = TEXT_OVER(name);

	if (!q->output)
		return;
	g->file_wall = sys_wall();
	hall_name_file(g, &t);
	g->file = t.cut ? -ENAMETOOLONG
	                : sys_open(name, flags | (q->append ? O_APPEND : O_EXCL), 0600);
	int error = g->file < 0 ? g->file : hall_check_file(g->file);
	if (error)
		hall_fail_file(g, -error);
}

static void hall_end_file(struct guest *g)
{
	int error = g->file < 0 ? 0 : sys_close(TAKE_FD(g->file));

	if (error)
		hall_fail_file(g, -error);
}

/* ---- What clients send. */

static uint8_t *hall_room(struct guest *g, size_t *size)
{
	struct hall *h = hall_of(g);

	if (h->merger)
		return merger_room(h->merger, &g->source, size);
	*size = sizeof h->scratch;
	return h->scratch;
}

static void hall_tell_broken(struct hall *h)
{
	uint64_t id = merger_broke(h->merger);

	char what[64];
	struct text t = TEXT_OVER(what);

	if (!id)
		return;
	text_add(&t, "a line of client %llu is broken off", (unsigned long long)id);
	REPORT(h->crowd.server->report, REPORT_CUT, FIELD_INT("client", id),
	       FIELD_STR("reason", what));
}

static void hall_took(struct guest *g, uint8_t *bytes, size_t n)
{
	struct hall *h = hall_of(g);
	int error;

	if (h->merger) {
		merger_took(h->merger, &g->source, n);
		hall_tell_broken(h);
		loop_defer(h->crowd.loop, &h->flush);
	} else if (g->file >= 0) {
		error = output_write(g->file, bytes, n);
		if (error)
			hall_fail_file(g, -error);
	}
}

static bool hall_ended(struct guest *g)
{
	struct hall *h = hall_of(g);
	size_t size;

	if (!h->merger || h->broken) {
		hall_end_file(g);
		return true;
	}
	if (!merger_room(h->merger, &g->source, &size))
		return false;
	merger_end(h->merger, &g->source);
	hall_tell_broken(h);
	if (!merger_is_empty(h->merger))
		hall_write(h);
	return merger_is_empty(h->merger);
}

static void hall_forget(struct guest *g)
{
	merger_forget(&g->source);
	(void)sys_close(g->file);
}

static const struct crowd_ops hall_ops = {
	.start = hall_start,
	.room = hall_room,
	.took = hall_took,
	.ended = hall_ended,
	.changed = hall_changed,
	.forget = hall_forget,
};

/* ---- The role. */

static int hall_open(struct engine *engine, void *context, void **state, struct err *err)
{
	struct role_stdio_request *q = context;
	struct merger_request merger = { .to = q->out, .tag = q->tag, .escape = q->escape };
	struct hall *h = malloc(sizeof *h);

	if (!h)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	crowd_open(&h->crowd, engine, &q->crowd, &hall_ops, h->scratch);
	h->request = q;
	h->broken = false;
	h->in = (struct watch){ .fd = q->in ? q->in->fd : -1, .ready = hall_in_ready };
	h->out = (struct watch){ .fd = q->out ? q->out->fd : -1, .ready = hall_out_ready };
	h->flush = (struct deferred){ .call = hall_flush };
	h->take = (struct deferred){ .call = hall_read };
	tap_crlf_init(&h->crlf);
	h->merger = q->out ? merger_new(&merger) : NULL;
	if (q->out && !h->merger) {
		crowd_close(&h->crowd);
		free(h);
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	}
	if (q->send_nothing)
		crowd_end_source(&h->crowd);
	*state = h;
	return 0;
}

static void hall_close(void *state)
{
	struct hall *h = state;

	crowd_close(&h->crowd);
	loop_defer_cancel(h->crowd.loop, &h->flush);
	loop_defer_cancel(h->crowd.loop, &h->take);
	loop_unwatch(&h->in);
	loop_unwatch(&h->out);
	merger_free(h->merger);
	free(h);
}

static struct client *hall_new_client(void *state, const struct server_place *place,
                                      struct stream *stream)
{
	struct hall *h = state;

	(void)place;
	return crowd_new_client(&h->crowd, stream);
}

const struct role role_stdio = {
	.open = hall_open,
	.close = hall_close,
	.new_client = hall_new_client,
	.start = crowd_start,
	.drain = crowd_drain,
	.cut = crowd_cut,
	.free_client = crowd_free_client,
};
