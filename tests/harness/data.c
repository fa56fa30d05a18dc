#include "harness/data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/fail.h"

enum { BLOCK = 65536, WORD = sizeof(uint64_t), LINE = 64 };

struct data data_binary(uint64_t seed, uint64_t size)
{
	return (struct data){ .seed = seed, .kind = DATA_BINARY, .size = size };
}

struct data data_lines(uint64_t seed, uint64_t size)
{
	return (struct data){ .seed = seed, .kind = DATA_LINES, .size = size };
}

/* splitmix64, by Sebastiano Vigna: a good hash of a counter. */
static uint64_t word_at(uint64_t seed, uint64_t index)
{
	uint64_t x =
		seed * UINT64_C(0xd1342543de82ef95) + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static unsigned char as_text(unsigned char byte, uint64_t position)
{
	if (position % LINE == LINE - 1)
		return '\n';
	return (unsigned char)('!' + byte % ('~' - '!' + 1));
}

void data_fill(const struct data *data, uint64_t offset, void *buffer, size_t n)
{
	unsigned char *out = buffer;

	for (size_t done = 0; done < n;) {
		uint64_t word = word_at(data->seed, (offset + done) / WORD);
		size_t skip_bytes = (size_t)((offset + done) % WORD);
		size_t part = WORD - skip_bytes < n - done ? WORD - skip_bytes : n - done;

		memcpy(out + done, (char *)&word + skip_bytes, part);
		done += part;
	}
	if (data->kind == DATA_LINES)
		for (size_t i = 0; i < n; i++)
			out[i] = as_text(out[i], offset + i);
}

size_t data_compare(const struct data *data, uint64_t offset, const void *buffer, size_t n)
{
	unsigned char want[4096];
	const unsigned char *got = buffer;

	for (size_t done = 0; done < n;) {
		size_t part = n - done < sizeof(want) ? n - done : sizeof(want);

		data_fill(data, offset + done, want, part);
		for (size_t i = 0; memcmp(got + done, want, part) != 0 && i < part; i++)
			if (got[done + i] != want[i])
				return done + i;
		done += part;
	}
	return n;
}

void data_save(const struct data *data, const char *path)
{
	int fd = must(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), path);
	unsigned char block[BLOCK];

	for (uint64_t at = 0; at < data->size;) {
		size_t part = data->size - at < BLOCK ? (size_t)(data->size - at) : BLOCK;

		data_fill(data, at, block, part);
		if (write(fd, block, part) != (ssize_t)part)
			fail("%s: cannot write test data: %s", path, strerror(errno));
		at += part;
	}
	close(fd);
}

static void expect_prefix(int fd, const char *prefix, const char *what)
{
	char start[256] = "";
	size_t n = strlen(prefix);

	if (n >= sizeof(start) || read(fd, start, n) != (ssize_t)n || memcmp(start, prefix, n) != 0)
		fail("%s: what the file held before is not there any more", what);
}

void data_expect_file(const struct data *data, const char *path, const char *prefix,
                      const char *what)
{
	int fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
	unsigned char block[BLOCK];
	uint64_t at = 0;
	ssize_t n;

	expect_prefix(fd, prefix, what);
	while ((n = must((int)read(fd, block, sizeof(block)), path)) > 0) {
		size_t same = data_compare(data, at, block, (size_t)n);

		at += same;
		if (same < (size_t)n || at > data->size)
			fail("%s: wrong byte at %llu", what, (unsigned long long)at);
	}
	if (at != data->size)
		fail("%s: %llu bytes instead of %llu", what, (unsigned long long)at,
		     (unsigned long long)data->size);
	close(fd);
}

uint64_t data_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state ^ *state >> 29;
}
