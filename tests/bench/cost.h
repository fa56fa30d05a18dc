/* What a server costs, its child processes and threads included: all processes of one session. */
#ifndef BENCH_COST_H
#define BENCH_COST_H

#include <stdint.h>
#include <sys/types.h>

struct cost {
	double cpu_seconds; /* user and system, with those of children that were waited for */
	unsigned processes, threads;
	uint64_t
		memory_bytes; /* in RAM, shared pages shared out (Pss); 0 unless it was asked for */
};

/* Read it from /proc. Memory takes the kernel a while. */
struct cost cost_of(pid_t session, int with_memory);

#endif
