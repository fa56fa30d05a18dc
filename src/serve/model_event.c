#include <errno.h>
#include <stdatomic.h>

#include "net/notify.h"
#include "out/failure.h"
#include "serve/engine.h"
#include "serve/model.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/wait.h"

struct crew;

/* A thread; the first is that of the process. */
struct member {
	struct crew *crew;
	struct loop *loop;
	struct engine *engine;
	struct watch wake; /* an eventfd: the others have news */
};

struct crew {
	struct server *server;
	nsec_t limit; /* of draining */
	atomic_bool draining, quitting;
	_Atomic unsigned accepting; /* members that still do */
	struct watch ended;         /* an eventfd: threads that have come to their end */
	unsigned threads;           /* that have not, without the first */
	bool over;                  /* the first has no work left */
	struct timer sample;        /* for --stats */
	unsigned count;
	struct member members[];
};

/* Tell all but FROM, or those of them that pause. */
static void crew_wake(struct crew *crew, const struct member *from, bool all)
{
	for (struct member *m = crew->members; m < crew->members + crew->count; m++)
		if (m != from && (all || engine_is_paused(m->engine)))
			sys_eventfd_signal(m->wake.fd);
}

static void eventfd_take(int fd, uint64_t *count)
{
	*count = 0;
	(void)!sys_read(fd, count, sizeof *count);
}

static void member_vacated(void *context)
{
	struct member *m = context;

	if (m->crew->count > 1)
		crew_wake(m->crew, m, server_is_done(m->crew->server));
}

static void crew_check_over(struct crew *crew)
{
	if (crew->over && crew->threads == 0)
		loop_stop(crew->members[0].loop);
}

static void member_over(void *context)
{
	struct member *m = context;

	if (m != &m->crew->members[0]) {
		loop_stop(m->loop);
		return;
	}
	m->crew->over = true;
	crew_check_over(m->crew);
}

/* The others are to do likewise; who is the last closes the sockets. */
static void member_closed(void *context)
{
	struct crew *crew = ((struct member *)context)->crew;

	if (atomic_fetch_sub(&crew->accepting, 1) == 1)
		server_stop_listening(crew->server);
	else if (server_all_came(crew->server))
		crew_wake(crew, context, true);
}

static void member_drain(struct member *m)
{
	engine_drain(m->engine, m->crew->limit);
}

static void member_woken(struct watch *watch, unsigned ready)
{
	struct member *m = CONTAINER_OF(watch, struct member, wake);
	uint64_t news;

	(void)ready;
	eventfd_take(watch->fd, &news);
	if (atomic_load(&m->crew->quitting))
		loop_stop(m->loop);
	else if (atomic_load(&m->crew->draining))
		member_drain(m);
	else
		engine_look(m->engine);
}

static void crew_thread_ended(struct watch *watch, unsigned ready)
{
	struct crew *crew = CONTAINER_OF(watch, struct crew, ended);
	uint64_t ended;

	(void)ready;
	eventfd_take(watch->fd, &ended);
	crew->threads -= (unsigned)ended;
	crew_check_over(crew);
}

/* The crew may go with the last line. */
static void member_main(void *arg)
{
	struct member *m = arg;
	int ended = m->crew->ended.fd;
	struct err err;

	if (loop_run(m->loop, &err)) {
		report_failure(m->crew->server->report, &err);
		engine_cut(m->engine, "cut");
	}
	sys_eventfd_signal(ended);
}

static void member_close(struct member *m)
{
	engine_free(m->engine);
	loop_unwatch(&m->wake);
	(void)sys_close(m->wake.fd);
	if (m != &m->crew->members[0])
		loop_free(m->loop);
}

/* An eventfd that is watched in LOOP; one alone needs none. */
static int crew_watch_eventfd(const struct crew *crew, struct loop *loop, struct watch *w,
                              struct err *err)
{
	w->fd = crew->server->request->threads > 1 ? sys_eventfd() : -1;
	if (w->fd >= 0)
		loop_watch(loop, w, READY_IN);
	if (w->fd < 0 && crew->server->request->threads > 1)
		return err_set(err, ERR_LOCAL, -w->fd, "wait for", "events");
	return 0;
}

/* Ready to run; -1 with *err. */
static int member_open(struct crew *crew, struct loop *loop, struct err *err)
{
	struct member *m = &crew->members[crew->count];
	struct engine_request request = {
		.server = crew->server,
		.loop = loop,
		.shared = crew->server->request->threads > 1,
		.vacated = member_vacated,
		.closed = member_closed,
		.over = member_over,
		.context = m,
	};

	*m = (struct member){ .crew = crew, .loop = loop, .wake = { .ready = member_woken } };
	if (engine_new(&request, &m->engine, err))
		return -1;
	if (crew_watch_eventfd(crew, loop, &m->wake, err)) {
		engine_free(m->engine);
		return -1;
	}
	crew->count++;
	return 0;
}

/* The server is slower without another thread, but it serves. */
static void crew_tell_missing(const struct crew *crew, unsigned running, int error)
{
	REPORT_WITH(crew->server->report, REPORT_THREADS, true, FIELD_INT("threads", running),
	            FIELD_STR("reason", failure_errno_text(error)));
}

/* Members beside the first, until there are COUNT. None is added once threads run. */
static void crew_add_members(struct crew *crew, unsigned count)
{
	struct err err;

	while (crew->count < count) {
		struct loop *loop = loop_new(&err);

		if (loop && member_open(crew, loop, &err) == 0)
			continue;
		loop_free(loop);
		crew_tell_missing(crew, crew->count, err.code);
		return;
	}
}

static void crew_start_threads(struct crew *crew)
{
	/* Counted before they run. */
	atomic_store(&crew->accepting, crew->count);
	for (unsigned i = 1; i < crew->count; i++) {
		int error = sys_thread_start(member_main, &crew->members[i]);

		if (!error) {
			crew->threads++;
			continue;
		}
		crew_tell_missing(crew, i, -error);
		(void)atomic_fetch_sub(&crew->accepting, crew->count - i);
		return;
	}
}

static int crew_open(struct crew *crew, struct server *server, struct err *err)
{
	crew->server = server;
	crew->ended.ready = crew_thread_ended;
	if (crew_watch_eventfd(crew, server->loop, &crew->ended, err))
		return -1;
	if (member_open(crew, server->loop, err)) {
		loop_unwatch(&crew->ended);
		(void)sys_close(crew->ended.fd);
		return -1;
	}
	crew_add_members(crew, server->request->threads);
	crew_start_threads(crew);
	return 0;
}

/* Wait for the threads, which end as soon as they are told. */
static void crew_join(struct crew *crew)
{
	uint64_t ended;

	atomic_store(&crew->quitting, true);
	crew_wake(crew, &crew->members[0], true);
	while (crew->threads > 0 && sys_read_waiting(crew->ended.fd, &ended, sizeof ended) > 0)
		crew->threads -= (unsigned)ended;
}

static void crew_close(struct crew *crew)
{
	crew_join(crew);
	loop_timer_cancel(crew->server->loop, &crew->sample);
	loop_unwatch(&crew->ended);
	(void)sys_close(crew->ended.fd);
	for (unsigned i = crew->count; i > 0; i--)
		member_close(&crew->members[i - 1]);
}

/* After the first signal, until all are served or the second comes. */
static void crew_drain(struct crew *crew)
{
	struct err err;

	(void)!notify_manager("STOPPING=1");
	crew->limit = nsec_after(sys_now(), crew->server->request->drain);
	atomic_store(&crew->draining, true);
	crew_wake(crew, &crew->members[0], true);
	member_drain(&crew->members[0]);
	/* What they have begun to say may just have failed to be written. */
	if (!crew->server->broken && (!crew->over || crew->threads > 0))
		(void)!loop_run(crew->server->loop, &err);
}

static void crew_sample(struct timer *timer)
{
	struct crew *crew = CONTAINER_OF(timer, struct crew, sample);
	struct loop *loop = crew->server->loop;

	loop_timer(loop, timer, server_sample(crew->server, loop_now(loop)));
}

/* What failed after a signal, which has the say, is told all the same. */
static void event_tell_broken(struct server *server)
{
	if (server->broken && server->failure.domain != ERR_STDOUT_GONE)
		report_failure(server->report, &server->failure);
}

static void event_tell(void *context)
{
	server_tell_totals(context, true);
}

static int event_run(struct server *server, struct err *err)
{
	unsigned threads = server->request->threads;
	OWN_MEM struct crew *crew =
		calloc(1, sizeof *crew + (threads > 0 ? threads : 1) * sizeof *crew->members);

	if (!crew)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	if (crew_open(crew, server, err))
		return -1;
	crew->sample.fire = crew_sample;
	crew_sample(&crew->sample);
	loop_on_usr1(server->loop, event_tell, server);
	int result = loop_run(server->loop, err);
	if (!result && server->broken) {
		*err = server->failure;
		result = -1;
	}
	bool signalled = result && err->domain == ERR_SIGNAL;
	if (signalled)
		crew_drain(crew);
	/* Who is cut now has what it has begun to say written. */
	crew_close(crew);
	if (signalled)
		event_tell_broken(server);
	return result;
}

const struct model model_event = {
	.name = "event",
	.help = "waits for all clients at once, in one thread or in --threads: the least memory a client",
	.run = event_run,
};
