#include "cmd/batch.h"

#include <errno.h>
#include <string.h>

#include "base/status.h"
#include "cmd/finding.h"
#include "net/lines.h"
#include "out/progress.h"

/* So many more than are worked on may wait for their turn to be shown: a slow one in front does not
 * stop the others at once, and memory stays bounded. */
enum { RING_PER_JOB = 8 };

struct entry {
	struct batch *batch;
	struct query *query; /* NULL: it is late and its thread's */
	struct err *err;     /* why there is no answer, NULL: the query says */
	bool ended;
};

struct batch {
	const struct batch_request *request;
	struct answer *answer;
	struct report *report;
	struct loop *loop;
	struct pool *pool;
	struct lines lines;
	struct watch input;
	bool reads; /* the names are lines */
	struct deferred advance;
	struct entry *ring;
	size_t size, first, count; /* of the ring; what is in it, from `first` on */
	size_t names_asked;
	size_t shown, failed;
	struct progress progress;
	struct timer redraw;
	struct err *err;
	int result;
};

static void batch_stop(struct batch *b, int result)
{
	if (b->result == 0)
		b->result = result;
	loop_stop(b->loop);
}

/* A failure of one of several. What was found before stands above it. */
static int batch_tell(struct batch *b, const struct err *failure)
{
	b->failed++;
	if (!b->request->several) {
		*b->err = *failure;
		return -1;
	}
	progress_clear(&b->progress);
	if (answer_flush(b->answer, b->err))
		return -1;
	report_failure(b->report, failure);
	return 0;
}

static int entry_show(struct batch *b, struct entry *e)
{
	const struct batch_request *r = b->request;
	struct report *events = r->verbose ? b->report : NULL;
	struct err failure;
	int result = 0;

	if (e->err)
		result = batch_tell(b, e->err);
	else if (finding_show(e->query, b->answer, r->several, events, &failure))
		result = batch_tell(b, &failure);
	b->shown++;
	free(TAKE(e->err));
	query_free(TAKE(e->query));
	return result;
}

/* Whoever is at the front and has ended, and those behind it. */
static int batch_show(struct batch *b)
{
	while (b->count > 0 && b->ring[b->first].ended) {
		struct entry *e = &b->ring[b->first];

		b->first = (b->first + 1) % b->size;
		b->count--;
		if (entry_show(b, e))
			return -1;
	}
	return 0;
}

static void query_ended(struct pool_job *job, enum pool_outcome outcome);

static int batch_ask(struct batch *b, const char *host, size_t len)
{
	struct entry *e = &b->ring[(b->first + b->count) % b->size];
	struct query *q = query_new(b->request->rules, host, len);

	if (!q)
		return err_set(b->err, ERR_LOCAL, ENOMEM, "resolve", "%.*s", (int)len, host);
	*e = (struct entry){ .batch = b, .query = q };
	q->owner = e;
	q->job.ended = query_ended;
	b->count++;
	if (!pool_give(b->pool, &q->job, b->err))
		return 0;
	b->count--;
	return -1;
}

/* Blanks around a name are not part of it, and a line without a name asks nothing. */
static int batch_ask_line(struct batch *b, char *line, size_t len)
{
	len = lines_trim(&line, len);
	return len == 0 ? 0 : batch_ask(b, line, len);
}

/* As many as there is room for. */
static int batch_fill(struct batch *b)
{
	const struct batch_request *r = b->request;
	char *line;
	ssize_t len;

	while (b->count < b->size && b->names_asked < r->name_count) {
		const char *name = r->names[b->names_asked++];

		if (batch_ask(b, name, name ? strnlen(name, QUERY_TEXT_MAX) : 0))
			return -1;
	}
	if (!b->reads)
		return 0;
	while (b->count < b->size && (len = lines_next(&b->lines, QUERY_TEXT_MAX, &line)) >= 0)
		if (batch_ask_line(b, line, (size_t)len))
			return -1;
	if (b->count < b->size && !b->lines.over)
		loop_watch(b->loop, &b->input, READY_IN);
	else
		loop_unwatch(&b->input);
	return 0;
}

static bool batch_is_over(const struct batch *b)
{
	return b->count == 0 && b->names_asked == b->request->name_count &&
	       (!b->reads || b->lines.over);
}

/* After all that happened in a turn of the loop. */
static void batch_advance(struct deferred *advance)
{
	struct batch *b = CONTAINER_OF(advance, struct batch, advance);

	if (batch_show(b) || batch_fill(b) || answer_flush(b->answer, b->err)) {
		batch_stop(b, -1);
		return;
	}
	if (batch_is_over(b))
		batch_stop(b, 0);
	else if (b->request->several)
		loop_timer(b->loop, &b->redraw,
		           progress_show(&b->progress, loop_now(b->loop), b->shown, b->failed));
}

static void batch_redraw(struct timer *timer)
{
	struct batch *b = CONTAINER_OF(timer, struct batch, redraw);

	loop_defer(b->loop, &b->advance);
}

static void query_ended(struct pool_job *job, enum pool_outcome outcome)
{
	struct query *q = CONTAINER_OF(job, struct query, job);
	struct entry *e = q->owner;
	struct batch *b = e->batch;

	e->ended = true;
	if (outcome == POOL_LATE) {
		e->query = NULL;
		e->err = malloc(sizeof *e->err);
		if (!e->err) {
			batch_stop(b, err_set(b->err, ERR_LOCAL, ENOMEM, "resolve", "a name"));
			return;
		}
		(void)err_set(e->err, ERR_TIME, 0, "resolve", "%s",
		              q->host ? q->host : "this machine");
		err_detail(e->err, "no answer within %g s", nsec_to_msec(b->request->limit) / 1000);
	}
	if (e == &b->ring[b->first])
		loop_defer(b->loop, &b->advance);
}

static void input_ready(struct watch *watch, unsigned ready)
{
	struct batch *b = CONTAINER_OF(watch, struct batch, input);

	(void)ready;
	if (lines_read(&b->lines))
		loop_defer(b->loop, &b->advance);
}

static int batch_make(struct batch *b, struct err *err)
{
	const struct batch_request *r = b->request;

	b->loop = loop_new(err);
	b->pool = b->loop ? pool_new(b->loop, r->jobs, r->limit, err) : NULL;
	if (!b->pool)
		return -1;
	b->size = (size_t)r->jobs * RING_PER_JOB;
	b->ring = calloc(b->size, sizeof *b->ring);
	if (!b->ring)
		return err_set(err, ERR_LOCAL, ENOMEM, "resolve", "names");
	b->reads = r->fd >= 0;
	lines_start(&b->lines, r->fd);
	b->input = (struct watch){ .fd = r->fd, .ready = input_ready };
	b->progress = progress_new();
	b->redraw.fire = batch_redraw;
	b->advance.call = batch_advance;
	loop_defer(b->loop, &b->advance);
	return 0;
}

/* What has ended and not been shown: after a signal its answers are worth having. */
static int batch_empty(struct batch *b, bool show)
{
	int result = 0;

	for (; b->count > 0; b->count--, b->first = (b->first + 1) % b->size) {
		struct entry *e = &b->ring[b->first];

		if (e->ended && show && result == 0) {
			result = entry_show(b, e);
		} else if (e->ended) {
			free(e->err);
			query_free(e->query);
		}
	}
	return result;
}

static int batch_ends(struct batch *b, struct err *err)
{
	const struct batch_request *r = b->request;

	if (b->reads && b->lines.error)
		return err_set(err, ERR_LOCAL, -b->lines.error, "read", "%s", r->fd_name);
	if (b->failed == 0)
		return 0;
	(void)err_answer(err, STATUS_EXPECTATION, "%zu of %zu failed", b->failed, b->shown);
	/* In JSON each line is about a name, and the status says the rest. */
	if (r->json)
		err->domain = ERR_SHOWN;
	return -1;
}

static int batch_work(struct batch *b, struct err *err)
{
	struct err unshown;

	if (loop_run(b->loop, err)) {
		b->err = &unshown;
		(void)batch_empty(b, b->request->several && err->domain == ERR_SIGNAL);
		return -1;
	}
	return b->result ? -1 : batch_ends(b, err);
}

int batch_run(const struct batch_request *request, struct answer *answer, struct report *report,
              struct err *err)
{
	OWN_MEM struct batch *b = calloc(1, sizeof *b);

	if (!b)
		return err_set(err, ERR_LOCAL, ENOMEM, "resolve", "names");
	b->request = request;
	b->answer = answer;
	b->report = report;
	b->err = err;
	int result = batch_make(b, err);
	if (!result) {
		result = batch_work(b, err);
		progress_clear(&b->progress);
		loop_unwatch(&b->input);
	}
	(void)batch_empty(b, false);
	pool_free(b->pool);
	free(b->ring);
	loop_free(b->loop);
	return result;
}
