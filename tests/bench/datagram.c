/*
 * Datagrams, sent by sockit as fast as it goes: how many a listener receives, and what each of them
 * costs it.
 */
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

/*
 * Wait, at most 5 s, until somebody has bound PORT and has read everything that came. Returns what
 * was lost.
 */
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

static void measure(const struct bench *b, const struct receiver *r, unsigned size, unsigned count)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint16_t port = port_free();
	struct tool_call call;
	char place[8];

	(void)snprintf(place, sizeof place, "%u", port);
	tool_call_make(&call, b, r->listen, place);
	pid_t pid = child_start(call.argv, nothing, nothing);
	(void)udp_wait(port, r->name);
	double began = seconds_now();
	send_all(b, port, size, count);
	double got = count - (double)udp_wait(port, r->name);
	double took = seconds_now() - began;
	struct child_cost cost = child_end(pid, r->name);

	(void)close(nothing);
	printf("udp-%u %s work=%.0f seconds=%.6f cpu=%.6f received=%.4f\n", size, r->name, got,
	       took, cost.cpu_seconds, got / count);
}

void bench_datagrams(const struct bench *b, unsigned size, unsigned count)
{
	for (unsigned round = 0; round < b->rounds; round++)
		for (size_t i = 0; i < RECEIVER_COUNT; i++)
			if (tool_takes_part(b, receivers[i].listen))
				measure(b, &receivers[i], size, count);
}
