/* What a server costs, its child processes and threads included: all processes of one session. */
#ifndef BENCH_COST_H
#define BENCH_COST_H

#include <stdint.h>
#include <sys/types.h>

struct cost {
	double cpu_seconds; /* user and system, with those of children that were waited for */
	unsigned processes, threads;
	/* Both 0 unless they were asked for. */
	uint64_t memory_bytes; /* in RAM, shared pages shared out (Pss) */
	/* Of the whole machine, on which nothing else should happen: half of the slabs, for the
	 * clients' ends of connections are as big, and all stacks and page tables. */
	uint64_t kernel_bytes;
};

/* Read it from /proc. Memory takes the kernel a while. */
struct cost cost_of(pid_t session, int with_memory);

#endif
