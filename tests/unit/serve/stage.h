/*
 * A model with clients, without a command around it: it serves in a process of its own, where calls
 * to the operating system can be made to fail. What it says is collected.
 */
#ifndef UNIT_SERVE_STAGE_H
#define UNIT_SERVE_STAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/place.h"
#include "serve/model.h"
#include "sys/call.h"

struct stage_plan {
	const struct model *model;
	const struct service *service; /* NULL: echo */
	enum net net;
	unsigned max_conns; /* 0: 100 */
	unsigned max_accepts;
	nsec_t idle_timeout; /* 0: none */
	nsec_t drain;        /* 0: 5 s */
	/* Of the calls of OP, TIMES fail with ERROR after the first SKIP, and all are LATE. */
	enum sys_op op;
	int error;
	unsigned skip, times;
	nsec_t late;
};

/* What the server counted, in memory that the test sees. */
struct stage_counts {
	struct server_totals totals;
	_Atomic unsigned calls[SYS_OP_COUNT]; /* by all of its processes */
	_Atomic unsigned seen, failed; /* of the plan's op: all, those that were made to fail */
};

struct stage {
	pid_t pid;
	struct place place;
	struct stage_counts *counts;
	int errors; /* its standard error */
	char said[65536];
	size_t said_len;
};

/* Start what PLAN says; return when it listens. */
struct stage *stage_start(const struct stage_plan *plan);

/* Collect what it says until TEXT is in it. */
void stage_await(struct stage *s, const char *text);

/*
 * Wait for its end, collecting, and fail the test unless its status is STATUS (128 + n for a
 * signal).
 */
void stage_expect(struct stage *s, int status);

/* TERM, and stage_expect with that. */
void stage_end(struct stage *s);

/* How many child processes it has, and of these zombies, and the last of them; how many threads and
 * descriptors. */
unsigned stage_children(const struct stage *s, unsigned *zombies, pid_t *last);
unsigned stage_threads(const struct stage *s);
unsigned stage_descriptors(const struct stage *s);

/* Wait until stage_children gives COUNT and no zombies. */
void stage_await_children(struct stage *s, unsigned count);

/* A client that has been answered: it sent TEXT and got it back. */
int stage_client(const struct stage *s, const char *text);
void stage_echo(int fd, const char *text);

#endif
