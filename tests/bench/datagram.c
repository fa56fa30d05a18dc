/* Datagrams, sent by sockit as fast as it goes: how many a listener receives, and what each of them costs it. */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"
#include "sample.h"

/* In one direction alone, as socat does it. */
static const struct receiver {
	const char *name;
	const char *listen[TOOL_WORDS];
} receivers[] = {
	{ "sockit", { "sockit", "listen", "-u", "--recv-only", "127.0.0.1", "PORT" } },
	{ "ncat", { "ncat", "-u", "-l", "--recv-only", "127.0.0.1", "PORT" } },
	{ "socat", { "socat", "-u", "UDP-RECV:PORT,bind=127.0.0.1", "STDOUT" } },
};
enum { RECEIVER_COUNT = sizeof receivers / sizeof receivers[0] };

/* Of one size and one receiver. */
struct heard {
	struct sample per_cpu_second, per_second, received; /* the last as a share of those sent */
};

/* proc(5): sl local_address rem_address st tx_queue:rx_queue ... drops, which is the last. */
static bool udp_row(uint16_t port, unsigned *unread, unsigned *drops)
{
	FILE *table = fopen("/proc/net/udp", "re");
	char line[256];
	bool found = false;

	if (!table)
		err(1, "/proc/net/udp");
	while (!found && fgets(line, sizeof line, table)) {
		unsigned at;
		const char *last;

		if (sscanf(line, " %*d: %*8x:%4x %*8x:%*4x %*2x %*8x:%8x", &at, unread) != 2 ||
		    at != port)
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (size_t n = strlen(line); n > 0 && line[n - 1] == ' '; n--)
			line[n - 1] = '\0';
		last = strrchr(line, ' ');
		*drops = last ? (unsigned)strtoul(last, NULL, 10) : 0;
		found = true;
	}
	(void)fclose(table);
	return found;
}

/* Wait, at most 5 s, until somebody has bound PORT and has read everything that came. Returns what was lost. */
static unsigned udp_wait(uint16_t port, const char *what)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	double until = seconds_now() + 5;
	unsigned unread, drops;

	while (!udp_row(port, &unread, &drops) || unread > 0) {
		if (seconds_now() > until)
			errx(1, "%s does not receive on port %" PRIu16, what, port);
		(void)nanosleep(&pause, NULL);
	}
	return drops;
}

/* COUNT times SIZE zeros. */
static int zeros(uint64_t bytes)
{
	int fd = memfd_create("datagrams", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)bytes))
		err(1, "memory for datagrams");
	return fd;
}

static void send_all(const struct bench *b, uint16_t port, unsigned size, unsigned count)
{
	char at[32], length[16];
	const char *const argv[] = { b->sockit,         "connect", "-u", "--send-only",
		                     "--datagram-size", length,    at,   NULL };
	int in = zeros((uint64_t)size * count), out = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)snprintf(at, sizeof at, "127.0.0.1:%u", port);
	(void)snprintf(length, sizeof length, "%u", size);
	(void)child_wait(child_start(argv, in, out), "sockit connect -u");
	(void)close(in);
	(void)close(out);
}

static void measure(const struct bench *b, const struct receiver *r, unsigned size, unsigned count,
                    struct heard *heard)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint16_t port = port_free();
	struct tool_call call;

	tool_call_make(&call, b, r->listen, port);
	pid_t pid = child_start(call.argv, nothing, nothing);
	(void)udp_wait(port, r->name);
	double began = seconds_now();
	send_all(b, port, size, count);
	double got = count - (double)udp_wait(port, r->name);
	double took = seconds_now() - began;
	struct child_cost cost = child_end(pid, r->name);

	(void)close(nothing);
	sample_add(&heard->per_cpu_second, got / cost.cpu_seconds);
	sample_add(&heard->per_second, got / took);
	sample_add(&heard->received, got / count);
}

/* The best of the others is what sockit is compared with. */
static unsigned print(struct heard heard[RECEIVER_COUNT], unsigned size, unsigned count,
                      struct bound bound)
{
	double best = 0;
	bool pass = true;

	printf("\n%u datagrams of %u bytes\n", count, size);
	for (size_t i = 1; i < RECEIVER_COUNT; i++)
		if (sample_median(&heard[i].per_cpu_second) > best)
			best = sample_median(&heard[i].per_cpu_second);
	for (size_t i = 0; i < RECEIVER_COUNT; i++) {
		double mine = sample_median(&heard[i].per_cpu_second);

		printf("  %-16s %8.0f k a CPU second %8.0f k/s %6.1f %% received",
		       receivers[i].name, mine / 1e3, sample_median(&heard[i].per_second) / 1e3,
		       100 * sample_median(&heard[i].received));
		if (i == 0) {
			printf("  %.2f x the best", mine / best);
			pass = bound_print(bound, mine / best);
		}
		printf("\n");
	}
	return !pass;
}

unsigned bench_datagrams(const struct bench *b)
{
	static const unsigned sizes[] = { 64, 1400 };
	unsigned count = b->data_mib * 1000, failed = 0;

	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		static struct heard heard[RECEIVER_COUNT];

		memset(heard, 0, sizeof heard);
		for (unsigned round = 0; round < b->rounds; round++)
			for (size_t i = 0; i < RECEIVER_COUNT; i++)
				measure(b, &receivers[i], sizes[s], count, &heard[i]);
		failed += print(heard, sizes[s], count, (struct bound){ .least = 2 });
	}
	return failed;
}
