#include "serve/naming.h"

#include "loop/pool.h"
#include "sys/lookup.h"

enum { NAMING_THREADS = 4, NAMING_SIZE = 1025 }; /* NI_MAXHOST */

struct naming {
	struct pool_job job;
	struct namings *all;
	struct naming *next;
	void *context; /* NULL: it has gone */
	struct addr peer;
	char name[NAMING_SIZE];
};

struct namings {
	struct pool *pool;
	naming_found *found;
	struct naming *first; /* those that somebody waits for */
};

struct namings *namings_new(struct loop *loop, naming_found *found)
{
	struct namings *n = calloc(1, sizeof *n);
	struct err err;

	if (!n)
		return NULL;
	n->found = found;
	n->pool = pool_new(loop, NAMING_THREADS, NAMING_LIMIT, &err);
	if (!n->pool) {
		free(n);
		return NULL;
	}
	return n;
}

static void naming_work(struct pool_job *job)
{
	struct naming *naming = CONTAINER_OF(job, struct naming, job);

	if (sys_getnameinfo(&naming->peer.at.any, naming->peer.len, naming->name,
	                    sizeof naming->name, NULL, 0, NI_NAMEREQD) != 0)
		naming->name[0] = '\0';
}

static void naming_drop(struct pool_job *job)
{
	free(CONTAINER_OF(job, struct naming, job));
}

static void naming_unlink(struct namings *n, const struct naming *naming)
{
	struct naming **at = &n->first;

	while (*at && *at != naming)
		at = &(*at)->next;
	if (*at)
		*at = naming->next;
}

static void naming_ended(struct pool_job *job, enum pool_outcome outcome)
{
	struct naming *naming = CONTAINER_OF(job, struct naming, job);
	struct namings *n = naming->all;
	void *context = naming->context;

	if (context) {
		naming_unlink(n, naming);
		n->found(context, outcome == POOL_DONE ? naming->name : "");
	}
	if (outcome == POOL_DONE)
		free(naming);
}

int naming_start(struct namings *n, const struct addr *peer, void *context)
{
	struct naming *naming = calloc(1, sizeof *naming);
	struct err err;

	if (!naming)
		return -1;
	naming->job = (struct pool_job){
		.work = naming_work,
		.ended = naming_ended,
		.drop = naming_drop,
	};
	naming->all = n;
	naming->context = context;
	naming->peer = *peer;
	if (pool_give(n->pool, &naming->job, &err))
		return -1;
	naming->next = n->first;
	n->first = naming;
	return 0;
}

void naming_cancel(struct namings *n, const void *context)
{
	struct naming **at = &n->first;

	while (*at && (*at)->context != context)
		at = &(*at)->next;
	if (!*at)
		return;
	(*at)->context = NULL;
	*at = (*at)->next;
}

void namings_free(struct namings *n)
{
	if (n)
		pool_free(n->pool);
	free(n);
}
