/*
 * Test data of any size that is never held in memory: each byte is a function of a seed and of its
 * position, so that a reader can check what it got from any place on.
 */
#ifndef HARNESS_DATA_H
#define HARNESS_DATA_H

#include <stddef.h>
#include <stdint.h>

enum data_kind {
	DATA_BINARY, /* pseudo-random; all 256 values in any few KiB */
	DATA_LINES,  /* printable ASCII in lines of 64 bytes, the newline included */
};

struct data {
	uint64_t seed; /* two streams with different seeds differ from the first bytes on */
	enum data_kind kind;
	uint64_t size; /* bytes */
};

/* A stream of random bytes, or of text in lines. */
struct data data_binary(uint64_t seed, uint64_t size);
struct data data_lines(uint64_t seed, uint64_t size);

/* Write the N bytes of DATA that start at OFFSET to BUFFER. The stream's size is not asked. */
void data_fill(const struct data *data, uint64_t offset, void *buffer, size_t n);

/* Compare BUFFER with the N bytes at OFFSET: index of the first that differs, N if none does. */
size_t data_compare(const struct data *data, uint64_t offset, const void *buffer, size_t n);

/* Make the file PATH hold the whole of DATA. */
void data_save(const struct data *data, const char *path);

/*
 * Fail the test, naming WHAT, unless the file PATH holds exactly PREFIX (may be "") and then the
 * whole of DATA.
 */
void data_expect_file(const struct data *data, const char *path, const char *prefix,
                      const char *what);

/* A number that looks random, the next after *STATE. */
uint64_t data_random(uint64_t *state);

#endif
