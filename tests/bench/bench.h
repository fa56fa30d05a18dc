/* What the parts of the benchmark share: who takes part, and how each is told to listen and connect. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tool_id { TOOL_SOCKIT, TOOL_NC, TOOL_SOCAT_1M, TOOL_SOCAT, TOOL_NCAT, TOOL_COUNT };

enum { TOOL_WORDS = 8 };

/* The port stands for PORT in the words, and the tool under test for the word sockit. */
struct tool {
	const char *name;
	const char *listen[TOOL_WORDS], *connect[TOOL_WORDS];
};
extern const struct tool tools[TOOL_COUNT];

struct bench {
	const char *sockit; /* paths */
	const char *helper;
	const char *data;   /* a file of data_mib, in the page cache */
	const char *sparse; /* a file of sparse_mib, without blocks */
	unsigned data_mib, sparse_mib;
	unsigned rounds;
	unsigned connects;    /* runs of each tool */
	unsigned clients;     /* of each tool that send bytes and get them back */
	unsigned round_trips; /* of each client */
};

/* The words of one tool, ready to be started. */
struct tool_call {
	const char *argv[TOOL_WORDS + 1];
	char text[TOOL_WORDS][64];
};
void tool_call_make(struct tool_call *call, const struct bench *b, const char *const words[],
                    uint16_t port);

/* Each prints its rows and returns how many of them fail. */
unsigned bench_transfers(const struct bench *b);
unsigned bench_memory(const struct bench *b);
unsigned bench_connects(const struct bench *b);
unsigned bench_round_trips(const struct bench *b);
unsigned bench_datagrams(const struct bench *b);

/* Every byte of the data, through sockit, compared. */
void bench_verify(const struct bench *b);

#endif
