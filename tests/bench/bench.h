/*
 * What the parts of the benchmark share: who takes part, and how each is told to listen and
 * connect.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tool_id {
	TOOL_SOCKIT,
	TOOL_YARD,
	TOOL_NC,
	TOOL_NC_TRADITIONAL,
	TOOL_NCAT,
	TOOL_SOCAT_1M,
	TOOL_SOCAT,
	TOOL_BUSYBOX,
	TOOL_COUNT
};

enum { TOOL_WORDS = 9 };

/*
 * In the words PORT stands for the port, or for the path of a Unix socket; sockit for the tool
 * under test; and @NAME for a program of the benchmark. No words: it cannot, or is not asked to.
 */
struct tool {
	const char *name;
	const char *listen[TOOL_WORDS], *connect[TOOL_WORDS];
	const char *answer[TOOL_WORDS]; /* connect, where there are only a few bytes */
	const char *unix_listen[TOOL_WORDS], *unix_connect[TOOL_WORDS];
};
extern const struct tool tools[TOOL_COUNT];

struct bench {
	const char *sockit, *programs; /* a path, and a folder */
	unsigned rounds;
};

/* The words of one tool, ready to be started. */
struct tool_call {
	const char *argv[TOOL_WORDS + 1];
	char text[TOOL_WORDS][256];
};
void tool_call_make(struct tool_call *call, const struct bench *b, const char *const words[],
                    const char *place);

/* It has words for this, and the machine has it. */
bool tool_takes_part(const struct bench *b, const char *const words[]);

/*
 * Each prints a line for each measurement: SCENARIO, TOOL, and words of NAME=VALUE, of which `work`
 * is how much was done, `seconds` how long that took, and `cpu` the processor's seconds. SHAPE is
 * as in the table of transfer.c. WHO, with NULL at its end, names those that take part; without a
 * name all do.
 */
void bench_transfers(const struct bench *b, const char *scenario, const char *shape,
                     const char *path, unsigned mib, char *const who[]);
void bench_starts(const struct bench *b, unsigned runs);
void bench_round_trips(const struct bench *b, unsigned trips);
void bench_datagrams(const struct bench *b, unsigned size, unsigned count);

/* Every byte of the file through sockit and through the yardstick, compared. */
void bench_verify(const struct bench *b, const char *shape, const char *path, unsigned mib);

#endif
