#include "loop/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "sys/clock.h"
#include "sys/file.h"
#include "sys/wait.h"

/* More threads than these are not left behind at a time: then what is queued waits for one. */
enum { LEFT_BEHIND_MAX = 1024 };

/* Jobs, the first that came in front. */
struct job_list {
	struct pool_job *first, *last;
};

/* What the loop and the threads share; the last of them to leave frees it. */
struct pool {
	pthread_mutex_t lock; /* for all up to `ended` */
	pthread_cond_t given;
	struct job_list queue, running, ended;
	unsigned queued;  /* jobs in the queue */
	unsigned users;   /* threads, those left behind too, and the loop */
	unsigned workers; /* threads that take jobs */
	unsigned busy;    /* of these, those that have one */
	unsigned left;    /* threads left behind */
	bool closing;
	/* The loop's. */
	struct loop *loop;
	unsigned threads;
	nsec_t limit;
	struct watch watch;
	struct timer timer;
	bool timed;
	int eventfd;
};

static void job_list_add(struct job_list *list, struct pool_job *job)
{
	job->next = NULL;
	job->previous = list->last;
	if (list->last)
		list->last->next = job;
	else
		list->first = job;
	list->last = job;
}

static void job_list_remove(struct job_list *list, struct pool_job *job)
{
	*(job->previous ? &job->previous->next : &list->first) = job->next;
	*(job->next ? &job->next->previous : &list->last) = job->previous;
}

static struct pool_job *job_list_take(struct job_list *list)
{
	struct pool_job *job = list->first;

	if (job)
		job_list_remove(list, job);
	return job;
}

/* With the lock held, which is given back. */
static void pool_leave(struct pool *pool)
{
	bool last = --pool->users == 0;

	(void)pthread_mutex_unlock(&pool->lock);
	if (!last)
		return;
	(void)pthread_cond_destroy(&pool->given);
	(void)pthread_mutex_destroy(&pool->lock);
	(void)sys_close(pool->eventfd);
	free(pool);
}

/* With the lock held. */
static struct pool_job *worker_take(struct pool *pool)
{
	while (!pool->queue.first)
		(void)pthread_cond_wait(&pool->given, &pool->lock);
	struct pool_job *job = job_list_take(&pool->queue);
	pool->queued--;
	pool->busy++;
	job->began = sys_now();
	job_list_add(&pool->running, job);
	return job;
}

/* With the lock held, after JOB's work. False when this thread is not needed any more. */
static bool worker_return(struct pool *pool, struct pool_job *job)
{
	if (!job->late) {
		job_list_remove(&pool->running, job);
		pool->busy--;
		if (!pool->ended.first)
			sys_eventfd_signal(pool->eventfd);
		job_list_add(&pool->ended, job);
		return true;
	}
	if (job->told)
		job->drop(job);
	else
		job->back = true;
	pool->left--;
	if (pool->closing || pool->workers == pool->threads)
		return false;
	pool->workers++;
	return true;
}

static void worker_main(void *arg)
{
	struct pool *pool = arg;
	struct pool_job *job;

	(void)pthread_mutex_lock(&pool->lock);
	do {
		job = worker_take(pool);
		(void)pthread_mutex_unlock(&pool->lock);
		job->work(job);
		(void)pthread_mutex_lock(&pool->lock);
	} while (worker_return(pool, job));
	pool_leave(pool);
}

/*
 * With the lock held: threads for what is queued, as far as there may be. 0, or a negative errno
 * when nobody is left who could do it.
 */
static int pool_staff(struct pool *pool)
{
	while (pool->workers - pool->busy < pool->queued && pool->workers < pool->threads &&
	       pool->left < LEFT_BEHIND_MAX) {
		int error = sys_thread_start(worker_main, pool);

		if (error)
			return pool->workers + pool->left > 0 ? 0 : error;
		pool->users++;
		pool->workers++;
	}
	return 0;
}

/*
 * With the lock held: the first job that has run too long by NOW, or NULL; it is no longer running.
 */
static struct pool_job *pool_take_late(struct pool *pool, nsec_t now)
{
	struct pool_job *job = pool->running.first;

	if (!job || nsec_after(job->began, pool->limit) > now)
		return NULL;
	job_list_remove(&pool->running, job);
	job->late = true;
	pool->busy--;
	pool->workers--;
	pool->left++;
	return job;
}

/* Tell its owner, and free it if its thread is back by then. */
static void pool_tell_late(struct pool *pool, struct pool_job *job)
{
	job->ended(job, POOL_LATE);
	(void)pthread_mutex_lock(&pool->lock);
	job->told = true;
	bool back = job->back;
	(void)pthread_mutex_unlock(&pool->lock);
	if (back)
		job->drop(job);
}

/* The timer, for the job that began first; what is queued begins later. */
static void pool_set_timer(struct pool *pool)
{
	nsec_t from = loop_now(pool->loop);

	(void)pthread_mutex_lock(&pool->lock);
	bool any = pool->running.first || pool->queue.first;
	if (pool->running.first)
		from = pool->running.first->began;
	(void)pthread_mutex_unlock(&pool->lock);
	pool->timed = any;
	if (any)
		loop_timer(pool->loop, &pool->timer, nsec_after(from, pool->limit));
}

static void pool_timer_fires(struct timer *timer)
{
	struct pool *pool = CONTAINER_OF(timer, struct pool, timer);
	struct pool_job *job;

	do {
		(void)pthread_mutex_lock(&pool->lock);
		job = pool_take_late(pool, loop_now(pool->loop));
		/* Somebody is at work, if not for these: it need not succeed. */
		(void)!pool_staff(pool);
		(void)pthread_mutex_unlock(&pool->lock);
		if (job)
			pool_tell_late(pool, job);
	} while (job);
	pool_set_timer(pool);
}

static void pool_ready(struct watch *watch, unsigned ready)
{
	struct pool *pool = CONTAINER_OF(watch, struct pool, watch);
	struct pool_job *job;
	uint64_t count;

	(void)ready;
	(void)!sys_read(pool->eventfd, &count, sizeof count);
	do {
		(void)pthread_mutex_lock(&pool->lock);
		job = job_list_take(&pool->ended);
		(void)pthread_mutex_unlock(&pool->lock);
		if (job)
			job->ended(job, POOL_DONE);
	} while (job);
}

struct pool *pool_new(struct loop *loop, unsigned threads, nsec_t limit, struct err *err)
{
	struct pool *pool = calloc(1, sizeof *pool);
	int fd = pool ? sys_eventfd() : -ENOMEM;

	if (fd < 0) {
		free(pool);
		(void)err_set(err, ERR_LOCAL, -fd, "start", "threads");
		return NULL;
	}
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->given, NULL);
	pool->users = 1;
	pool->loop = loop;
	pool->threads = threads;
	pool->limit = limit;
	pool->eventfd = fd;
	pool->timer.fire = pool_timer_fires;
	pool->watch = (struct watch){ .fd = fd, .ready = pool_ready };
	loop_watch(loop, &pool->watch, READY_IN);
	return pool;
}

int pool_give(struct pool *pool, struct pool_job *job, struct err *err)
{
	(void)pthread_mutex_lock(&pool->lock);
	job_list_add(&pool->queue, job);
	pool->queued++;
	int error = pool_staff(pool);
	if (error) {
		job_list_remove(&pool->queue, job);
		pool->queued--;
	}
	(void)pthread_cond_signal(&pool->given);
	(void)pthread_mutex_unlock(&pool->lock);
	if (error) {
		job->drop(job);
		return err_set(err, ERR_LOCAL, -error, "start", "a thread");
	}
	if (!pool->timed)
		pool_set_timer(pool);
	return 0;
}

static void job_list_drop(struct job_list *list)
{
	struct pool_job *job;

	while ((job = job_list_take(list)))
		job->drop(job);
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	loop_unwatch(&pool->watch);
	loop_timer_cancel(pool->loop, &pool->timer);
	(void)pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	job_list_drop(&pool->queue);
	job_list_drop(&pool->ended);
	for (struct pool_job *job; (job = job_list_take(&pool->running)); pool->left++)
		job->late = job->told = true;
	pool_leave(pool);
}
