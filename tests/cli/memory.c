/* Memory stays bounded whatever passes through. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

enum { LIMIT_KIB = 8192, STALLED_LIMIT_KIB = 48 << 10, SANITIZED_LIMIT_KIB = 512 << 10 };

static void expect_peak(const struct child *child, unsigned long limit)
{
	unsigned long peak = proc_peak_kib(child->pid);

	cr_expect(peak > 0);
	if (getenv("SOCKIT_ASAN"))
		limit = SANITIZED_LIMIT_KIB;
	if (peak >= limit)
		child_blame(child, "needed %lu KiB, %lu are allowed", peak, limit);
}

/* A file of SIZE bytes, all of them zero, that takes no room. */
static const char *sparse_file(off_t size)
{
	const char *path = scratch_path("sparse");
	int fd = must(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), path);

	must(ftruncate(fd, size), "ftruncate");
	close(fd);
	return path;
}

/* Read and throw away SIZE bytes. */
static void swallow(int fd, uint64_t size)
{
	static char block[1 << 20];

	while (size > 0) {
		ssize_t n;

		if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
			fail("%llu bytes are missing", (unsigned long long)size);
		n = must((int)read(fd, block, sizeof(block)), "read");
		if (n == 0)
			fail("%llu bytes are missing at the end", (unsigned long long)size);
		size -= (uint64_t)n;
	}
}

static void send_file(off_t size)
{
	struct plan plan = { .in = { END_FILE, .path = sparse_file(size) } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	swallow(s.fd, (uint64_t)size);
	expect_peak(&s.child, LIMIT_KIB);
	peer_expect_end(s.fd);
	close(s.fd);
	child_expect(&s.child, 0);
}

/* From the peer through sockit to a pipe, byte for byte. */
static void receive(enum net net, uint64_t size)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(LISTEN, &plan, net);
	struct flow flow = { .data = data_binary(1, size), .chunk = 1 << 20, .end = FLOW_LEAVE };
	struct mover *sink;

	flow.fd = s.child.out;
	sink = sink_start(&flow);
	flow.fd = s.fd;
	mover_expect_whole(source_start(&flow), "what the peer sent");
	mover_await(sink, size);
	expect_peak(&s.child, LIMIT_KIB);
	close(s.fd);
	mover_expect_whole(sink, "what came out");
	child_end_input(&s.child);
	child_expect(&s.child, 0);
}

Test(memory, a_file_of_1_gib_is_sent_in_8_mib)
{
	send_file(1 << 30);
}

Test(memory, a_stream_of_half_a_gib_is_received_in_8_mib)
{
	receive(NET_V4, 512 << 20);
}

Test(memory, a_file_of_5_gib_is_sent_in_8_mib)
{
	only_when("SOCKIT_BIG");
	send_file((off_t)5 << 30);
}

Test(memory, a_stream_of_5_gib_is_received_in_8_mib)
{
	only_when("SOCKIT_BIG");
	receive(NET_V4, (uint64_t)5 << 30);
	receive(NET_UNIX, (uint64_t)5 << 30);
}

/* A peer that floods while nobody takes stdout fills buffers, not memory. */
Test(memory, a_stalled_stdout_does_not_fill_memory)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);
	struct data flood = data_binary(1, UINT64_C(1) << 40);

	source_start(&(struct flow){ .fd = s.fd, .data = flood, .end = FLOW_LEAVE });
	child_runs_for(&s.child, 0.5);
	expect_peak(&s.child, STALLED_LIMIT_KIB);
	child_signal(&s.child, SIGKILL);
	child_finish(&s.child);
}

/* Datagrams from both sides while nobody takes what sockit writes. */
Test(memory, datagrams_before_a_stalled_output_are_bounded)
{
	static char big[20000];
	struct place place;
	int fd = dgram_bind(NET_V4, &place);
	struct child child =
		child_start(&(struct plan){ .args = WORDS("connect", place.word),
	                                    .in = { END_FILE, .path = sparse_file(64 << 20) },
	                                    .out = { END_PIPE } });

	dgram_answer_first(fd);
	for (int i = 0; i < 2000; i++) {
		dgram_send(fd, big, sizeof(big));
		if (i % 8 == 0)
			clock_pause(0.001);
	}
	expect_peak(&child, LIMIT_KIB);
	child_signal(&child, SIGKILL);
	child_finish(&child);
}
