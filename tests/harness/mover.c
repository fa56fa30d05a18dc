#include "harness/mover.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"

enum { USUAL_CHUNK = 65536 };

struct mover {
	struct flow flow;
	struct moved moved;
	char *buffer;
	pthread_t thread;
	pthread_mutex_t lock; /* of moved, and with it: */
	pthread_cond_t changed;
	bool done;
};

static void note(struct mover *m, const struct moved *moved, bool done)
{
	pthread_mutex_lock(&m->lock);
	m->moved = *moved;
	m->done = done;
	pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

/* One read or write of at most SIZE bytes, as soon as it is possible; -1 and moved->error. */
static ssize_t one_call(struct mover *m, bool reads, size_t size, struct moved *moved)
{
	struct pollfd fd = { .fd = m->flow.fd, .events = reads ? POLLIN : POLLOUT };
	int64_t deadline = clock_after(PATIENCE);

	while (poll(&fd, 1, clock_poll_ms(deadline)) == 1) {
		ssize_t n = reads ? read(fd.fd, m->buffer, size) : write(fd.fd, m->buffer, size);

		if (n >= 0)
			return n;
		if (errno != EAGAIN) {
			moved->error = errno;
			return -1;
		}
		/* A terminal or a pipe may say that it has room, and have too little. */
		clock_pause(0.001);
	}
	moved->error = ETIMEDOUT;
	return -1;
}

static void finish(struct mover *m, struct moved *moved)
{
	if (m->flow.end == FLOW_CLOSE)
		close(m->flow.fd);
	else if (m->flow.end == FLOW_SHUT)
		shutdown(m->flow.fd, SHUT_WR);
	moved->at = clock_now();
	note(m, moved, true);
}

static void *run_source(void *arg)
{
	struct mover *m = arg;
	struct moved moved = m->moved;
	uint64_t size = m->flow.data.size;

	while (moved.position < size && !moved.error) {
		uint64_t left = size - moved.position;
		size_t part = left < m->flow.chunk ? (size_t)left : m->flow.chunk;
		ssize_t n;

		data_fill(&m->flow.data, moved.position, m->buffer, part);
		n = one_call(m, false, part, &moved);
		if (n > 0)
			moved.position += (uint64_t)n;
		note(m, &moved, false);
		if (m->flow.pause > 0)
			clock_pause(m->flow.pause);
	}
	moved.ended = !moved.error;
	finish(m, &moved);
	return NULL;
}

static void check(struct mover *m, size_t n, struct moved *moved)
{
	size_t same = data_compare(&m->flow.data, moved->position, m->buffer, n);

	moved->position += same;
	moved->wrong = same < n || moved->position > m->flow.data.size;
}

static void *run_sink(void *arg)
{
	struct mover *m = arg;
	struct moved moved = m->moved;

	while (!moved.ended && !moved.wrong && !moved.error) {
		ssize_t n = one_call(m, true, m->flow.chunk, &moved);

		if (n > 0)
			check(m, (size_t)n, &moved);
		moved.ended = n == 0;
		note(m, &moved, false);
		if (m->flow.pause > 0)
			clock_pause(m->flow.pause);
	}
	finish(m, &moved);
	return NULL;
}

static struct mover *start(const struct flow *flow, void *(*body)(void *))
{
	struct mover *m = calloc(1, sizeof(*m));
	int error;

	if (!m)
		fail("no memory");
	signal(SIGPIPE, SIG_IGN);
	m->flow = *flow;
	m->flow.chunk = flow->chunk ? flow->chunk : USUAL_CHUNK;
	m->moved.position = flow->from;
	m->buffer = malloc(m->flow.chunk);
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->changed, NULL);
	error = m->buffer ? pthread_create(&m->thread, NULL, body, m) : ENOMEM;
	if (error)
		fail("cannot start a thread: %s", strerror(error));
	return m;
}

struct mover *source_start(const struct flow *flow)
{
	return start(flow, run_source);
}

struct mover *sink_start(const struct flow *flow)
{
	return start(flow, run_sink);
}

void mover_await(struct mover *m, uint64_t position)
{
	bool there;

	pthread_mutex_lock(&m->lock);
	while (m->moved.position < position && !m->done)
		pthread_cond_wait(&m->changed, &m->lock);
	there = m->moved.position >= position;
	pthread_mutex_unlock(&m->lock);
	if (!there)
		fail("stopped at byte %llu before %llu: %s", (unsigned long long)m->moved.position,
		     (unsigned long long)position, strerror(m->moved.error));
}

struct moved mover_finish(struct mover *m)
{
	struct moved moved;

	pthread_join(m->thread, NULL);
	moved = m->moved;
	free(m->buffer);
	free(m);
	return moved;
}

struct moved mover_expect_whole(struct mover *m, const char *what)
{
	struct data data = m->flow.data;
	struct moved moved = mover_finish(m);

	if (moved.wrong)
		fail("%s: wrong byte at %llu of %llu", what, (unsigned long long)moved.position,
		     (unsigned long long)data.size);
	if (!moved.ended || moved.position != data.size)
		fail("%s: %llu of %llu bytes, then %s", what, (unsigned long long)moved.position,
		     (unsigned long long)data.size,
		     moved.error ? strerror(moved.error) : "the end of the stream");
	return moved;
}
