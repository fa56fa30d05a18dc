/* What a load generator is told, and what it has found out. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cost.h"
#include "spread.h"

enum { LOAD_DEPTH_MAX = 256, LOAD_BURST = 65536 };

struct load {
	struct sockaddr_in at;
	bool reconnects;     /* a connection carries one request */
	bool idles;          /* and is then kept idle */
	uint32_t clients;    /* at once */
	uint32_t size;       /* bytes of a request, at most 1 MiB */
	uint32_t depth;      /* requests of one client that are on their way at once */
	double seconds;      /* of measuring */
	double warm;         /* the most to wait until every client was answered once */
	uint64_t requests;   /* then it ends, if that is sooner; 0: no limit */
	pid_t session;       /* of the server; 0: what it costs is not asked */
	const char *pattern; /* requests one after the other, SIZE + LOAD_BURST bytes */
};

struct finding {
	uint64_t requests;           /* answered while it was measured */
	uint32_t served;             /* clients that were ever answered; with reconnects: slots */
	uint64_t failed;             /* connections that broke */
	double seconds, cpu_seconds; /* measured, and what this program used meanwhile */
	struct spread spread;
	struct cost before, after; /* of the server */
};

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t load_now(void);

/* The processor time of this process, in seconds. */
double load_cpu(void);

/* A connection to LOAD->at; while that refuses, again for 5 s. */
int load_connect(const struct load *load);

/* Requests and answers until the time is over. Bytes that come back otherwise end the program. */
void load_run(const struct load *load, struct finding *found);

/*
 * Connections, each asked once; then nothing is done for LOAD->seconds. BEFORE and AFTER are taken
 * with one client and with all of them; IDLE_CPU is what the server used while nothing was asked of
 * it.
 */
void load_idle(const struct load *load, struct finding *found, double *idle_cpu);

#endif
