#include "loop/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "sys/file.h"
#include "sys/lookup.h"
#include "sys/wait.h"

/* What the thread and the loop share; the last of the two to leave frees it. */
struct lookup_job {
	atomic_int users;
	int eventfd;
	char host[256];
	struct addrinfo hints;
	uint16_t port;
	/* The answer, the thread's until `answered`. */
	atomic_bool answered;
	struct addrinfo *list;
	int eai, error;
};

struct lookup {
	struct loop *loop;
	struct lookup_job *job;
	struct watch watch;
	lookup_done *done;
	void *context;
};

static void job_leave(struct lookup_job *job)
{
	if (atomic_fetch_sub(&job->users, 1) != 1)
		return;
	(void)sys_close(job->eventfd);
	sys_freeaddrinfo(job->list);
	free(job);
}

static struct lookup_job *job_new(const struct lookup_question *q)
{
	struct lookup_job *job = calloc(1, sizeof *job);

	if (!job)
		return NULL;
	job->eventfd = -1;
	job->users = 1;
	job->port = q->port;
	job->hints.ai_family = q->family;
	job->hints.ai_socktype = SOCK_STREAM;
	job->hints.ai_flags = (q->passive ? AI_PASSIVE : 0) | (q->numeric ? AI_NUMERICHOST : 0);
	memcpy(job->host, q->host, strnlen(q->host, sizeof job->host - 1));
	return job;
}

static void job_ask(struct lookup_job *job)
{
	job->eai = sys_getaddrinfo(job->host, NULL, &job->hints, &job->list, &job->error);
}

static void job_thread(void *arg)
{
	struct lookup_job *job = arg;

	job_ask(job);
	atomic_store(&job->answered, true);
	sys_eventfd_signal(job->eventfd);
	job_leave(job);
}

int lookup_fail(struct err *err, int eai, int error, const char *subject)
{
	if (eai == EAI_MEMORY)
		return err_set(err, ERR_LOCAL, ENOMEM, "resolve", "%s", subject);
	if (eai == EAI_SYSTEM && err_is_local(error))
		return err_set(err, ERR_LOCAL, error, "resolve", "%s", subject);
	return err_set(err, ERR_RESOLVE, eai, "resolve", "%s", subject);
}

/* The answer in the caller's words. */
static int job_answer(const struct lookup_job *job, struct addr_list *list, struct err *err)
{
	int eai = job->eai;

	if (eai == 0 && addr_list_from(list, job->list))
		eai = EAI_MEMORY;
	if (eai)
		return lookup_fail(err, eai, job->error, job->host);
	for (size_t i = 0; i < list->count; i++)
		addr_set_port(&list->at[i], job->port);
	return 0;
}

static void lookup_ready(struct watch *watch, unsigned ready)
{
	struct lookup *lookup = CONTAINER_OF(watch, struct lookup, watch);
	lookup_done *done = lookup->done;
	void *context = lookup->context;
	struct addr_list list = { 0 };
	struct err err;

	int failed = ready & READY_LOST ? err_set(&err, ERR_LOCAL, loop_lost_error(lookup->loop),
	                                          "resolve", "%s", lookup->job->host)
	                                : 0;

	if (!failed && !atomic_load(&lookup->job->answered))
		return;
	if (!failed)
		failed = job_answer(lookup->job, &list, &err);
	lookup_abandon(lookup);
	done(context, &list, failed ? &err : NULL);
}

/* Give JOB its eventfd and its thread. 0 or a negative errno. */
static int job_start(struct lookup_job *job)
{
	int error;

	job->eventfd = sys_eventfd();
	if (job->eventfd < 0)
		return job->eventfd;
	job->users++;
	error = sys_thread_start(job_thread, job);
	if (error)
		job->users--;
	return error;
}

int lookup_start(struct loop *loop, const struct lookup_question *question, lookup_done *done,
                 void *context, struct lookup **lookup, struct err *err)
{
	OWN_MEM struct lookup *made = calloc(1, sizeof *made);
	struct lookup_job *job = job_new(question);
	int error = made && job ? job_start(job) : -ENOMEM;

	if (error) {
		if (job)
			job_leave(job);
		return err_set(err, ERR_LOCAL, -error, "resolve", "%s", question->host);
	}
	*made = (struct lookup){
		.loop = loop,
		.job = job,
		.done = done,
		.context = context,
		.watch = { .fd = job->eventfd, .ready = lookup_ready, .may_be_lost = true },
	};
	loop_watch(loop, &made->watch, READY_IN);
	*lookup = TAKE(made);
	return 0;
}

void lookup_abandon(struct lookup *lookup)
{
	if (!lookup)
		return;
	loop_unwatch(&lookup->watch);
	job_leave(lookup->job);
	free(lookup);
}

int lookup_numeric(const struct lookup_question *question, struct addr_list *list, struct err *err)
{
	struct lookup_question numeric = *question;

	if (!question->numeric && !addr_looks_numeric(question->host))
		return 1;
	numeric.numeric = true;
	struct lookup_job *job = job_new(&numeric);
	if (!job)
		return err_set(err, ERR_LOCAL, ENOMEM, "resolve", "%s", question->host);
	job_ask(job);
	if (job->eai == EAI_NONAME && !question->numeric) {
		job_leave(job);
		return 1;
	}
	int failed = job_answer(job, list, err);
	if (job->eai == EAI_ADDRFAMILY)
		failed = err_usage(err, "%s: not an %s address, which --%s asks for",
		                   question->host, question->family == AF_INET ? "IPv4" : "IPv6",
		                   question->family == AF_INET ? "ipv4" : "ipv6");
	if (job->eai == EAI_NONAME)
		err_detail(err, "; --numeric looks no names up");
	job_leave(job);
	return failed;
}
