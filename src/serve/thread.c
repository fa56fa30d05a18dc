/* A thread for each client: lighter than a process, and in one memory with all others. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "serve/blocking.h"
#include "serve/model.h"
#include "sys/wait.h"

/*
 * What a thread's calls need, look-ups by name not among them; its buffers are elsewhere, so that
 * only what is used of them costs memory.
 */
enum { THREAD_STACK = 128 * 1024 };

/* The last of those who know it frees it. */
struct threads {
	struct blocking blocking;
	pthread_mutex_t lock; /* for the rest */
	unsigned count;
	unsigned most; /* from so many on it is awaited that they become fewer */
	bool left;     /* by the one who accepts */
};

struct thread_client {
	struct threads *threads;
	struct blocking_client client;
	struct exchange_scratch scratch;
};

/* With the lock held, which is given back. */
static void threads_leave(struct threads *t)
{
	bool last = t->left && t->count == 0;

	(void)pthread_mutex_unlock(&t->lock);
	if (!last)
		return;
	blocking_close(&t->blocking);
	(void)pthread_mutex_destroy(&t->lock);
	free(t);
}

static void thread_serve(void *arg)
{
	struct thread_client *c = arg;
	struct threads *t = c->threads;

	blocking_client_serve(&c->client, &c->scratch);
	free(c);
	(void)pthread_mutex_lock(&t->lock);
	if (t->count-- >= t->most)
		sys_eventfd_signal(t->blocking.wake);
	threads_leave(t);
}

static int threads_start(struct threads *t, const struct blocking_client *c)
{
	struct thread_client *own = malloc(sizeof *own);

	if (!own)
		return ENOMEM;
	own->threads = t;
	own->client = *c;
	(void)pthread_mutex_lock(&t->lock);
	int error = -sys_thread_start_for_client(thread_serve, own, THREAD_STACK);
	if (error)
		free(own);
	else
		t->count++;
	(void)pthread_mutex_unlock(&t->lock);
	return error;
}

static void threads_serve(struct blocking *b, struct blocking_client *c)
{
	int error = threads_start(CONTAINER_OF(b, struct threads, blocking), c);

	if (error)
		blocking_client_refuse(c, "start a thread", error);
}

static unsigned threads_served(struct blocking *b, unsigned most)
{
	struct threads *t = CONTAINER_OF(b, struct threads, blocking);

	(void)pthread_mutex_lock(&t->lock);
	unsigned count = t->count;
	t->most = most;
	(void)pthread_mutex_unlock(&t->lock);
	return count;
}

static int threads_run(struct server *server, struct err *err)
{
	static const struct blocking_way way = { threads_serve, threads_served, NULL };
	struct threads *t = calloc(1, sizeof *t);

	if (!t)
		return err_set(err, ERR_LOCAL, ENOMEM, "wait for", "clients");
	if (blocking_open(&t->blocking, server, &way, true, err)) {
		free(t);
		return -1;
	}
	(void)pthread_mutex_init(&t->lock, NULL);
	int result = blocking_run(&t->blocking, err);
	(void)pthread_mutex_lock(&t->lock);
	t->left = true;
	threads_leave(t);
	return result;
}

const struct model model_thread = {
	.name = "thread",
	.help = "a thread for each client; lighter than a process, but they share a memory",
	.run = threads_run,
};
