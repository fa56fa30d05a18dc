/*
 * sockit listen -k where something is slow, full or gone: standard output, a client, descriptors.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/siege.h"
#include "harness/sockit.h"

/* Send until nothing more goes; how much went. */
static size_t stuff(int fd, const void *bytes, size_t n)
{
	size_t sent = 0;

	while (peer_poll(fd, POLLOUT, clock_after(0.3))) {
		ssize_t went = send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (went < 0)
			break;
		sent += (size_t)went;
	}
	return sent;
}

/* Whole lines, whatever part of them goes at once. */
static const char *lines_of(char letter)
{
	static char bytes[64000];

	memset(bytes, letter, sizeof bytes);
	for (size_t i = 63; i < sizeof bytes; i += 64)
		bytes[i] = '\n';
	return bytes;
}

Test(keep_open_slow, standard_output_holds_clients_back)
{
	struct place place;
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("-k", "-d", "--max-accepts", "2"),
	                                      .out = { END_PIPE } },
	                      NET_V4, &place);
	int a = peer_connect(&place), b = peer_connect(&place);
	size_t sent = stuff(a, lines_of('a'), 64000), got = 0;

	sent += stuff(b, lines_of('b'), 64000);
	cr_assert(sent > 0 && sent < 64 << 20, "%zu", sent);
	cr_assert(proc_peak_kib(child.pid) < (24 << 10) * clock_slack(), "%lu",
	          proc_peak_kib(child.pid));
	close(a);
	close(b);

	char line[1 << 16];
	ssize_t n;
	uint64_t column = 0;
	char letter = 0;

	while (peer_poll(child.out, POLLIN, clock_after(PATIENCE)) &&
	       (n = read(child.out, line, sizeof line)) > 0) {
		for (ssize_t i = 0; i < n; i++, column++) {
			bool newline = line[i] == '\n';

			letter = column == 0 ? line[i] : letter;
			cr_assert(newline || line[i] == letter, "lines have mixed");
			if (newline)
				column = UINT64_MAX;
		}
		got += (size_t)n;
	}
	/* The last line of one of them may be cut by what did not go, and get a newline. */
	cr_assert(got == sent || got == sent + 1, "%zu %zu", got, sent);
	child_expect(&child, 0);
}

Test(keep_open_slow, a_full_disk_ends_it)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-k"), .out = { END_FULL } }, NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "x\n");
	child_expect(&child, 7);
	child_says(&child, "cannot write to standard output: No space left on device");
	close(fd);
}

/* What one has begun to say is written when the signal comes, which decides the status. */
Test(keep_open_slow, a_full_disk_is_told_after_a_signal)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-kv"), .out = { END_FULL } }, NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "no newline");
	child_await_err(&child, "client 1: connection");
	peer_await_acknowledged(fd);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	child_says(&child, "cannot write to standard output: No space left on device");
	close(fd);
}

Test(keep_open_slow, a_reader_that_left_ends_it_quietly)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-k", "-d"), .out = { END_PIPE } }, NET_V4, &place);
	int fd = peer_connect(&place);

	close(child.out);
	child.out = -1;
	peer_send(fd, "x\n");
	child_expect(&child, 128 + SIGPIPE);
	cr_expect_null(strstr(child_err(&child), "cannot"));
	close(fd);
}

struct pair {
	struct child child;
	int quick, slow;
};

/* Standard input is fed to two clients, one of whom does not read. */
static struct pair pair_start(const char *slow)
{
	struct pair p;
	struct place place;
	char word[32];

	snprintf(word, sizeof word, "--slow=%s", slow);
	p.child = sockit_listen(&(struct plan){ .args = WORDS("-k", "-v", word, "--max-accepts=2"),
	                                        .in = { END_PIPE } },
	                        NET_V4, &place);
	p.quick = peer_connect(&place);
	p.slow = peer_connect(&place);
	child_await_err(&p.child, "client 2: connection");
	return p;
}

Test(keep_open_slow, by_default_all_wait_for_the_slowest)
{
	struct pair p = pair_start("block");
	struct data data = data_lines(1, 40 << 20);
	struct mover *quick = sink_start(&(struct flow){ .fd = p.quick, .data = data });
	struct mover *source = source_start(&(struct flow){ .fd = p.child.in, .data = data });

	p.child.in = -1;
	mover_await(quick, 1 << 20);
	clock_pause(0.2);
	cr_assert(proc_peak_kib(p.child.pid) < (24 << 10) * clock_slack(), "%lu",
	          proc_peak_kib(p.child.pid));
	mover_expect_whole(sink_start(&(struct flow){ .fd = p.slow, .data = data }), "slow");
	mover_expect_whole(source, "given");
	mover_expect_whole(quick, "quick");
	child_expect(&p.child, 0);
}

/* All that comes on FD to its end is whole lines of 64 bytes; how many bytes. */
static size_t read_whole_lines(int fd)
{
	static char bytes[1 << 16];
	size_t got = 0;
	ssize_t n;

	while (peer_poll(fd, POLLIN, clock_after(PATIENCE)) &&
	       (n = read(fd, bytes, sizeof bytes)) > 0)
		for (ssize_t i = 0; i < n; i++, got++)
			cr_assert((bytes[i] == '\n') == (got % 64 == 63), "at byte %zu", got);
	cr_assert(got % 64 == 0);
	return got;
}

Test(keep_open_slow, the_slow_one_misses_whole_lines)
{
	struct pair p = pair_start("drop");
	struct data data = data_lines(1, 40 << 20);
	struct mover *quick = sink_start(&(struct flow){ .fd = p.quick, .data = data });
	struct mover *source = source_start(&(struct flow){ .fd = p.child.in, .data = data });

	p.child.in = -1;
	mover_expect_whole(source, "given");
	child_await_err(&p.child, "client 2 is too slow: ");
	size_t got = read_whole_lines(p.slow);

	close(p.slow);
	mover_expect_whole(quick, "quick");
	child_expect(&p.child, 0);
	cr_assert(got > 0 && got < 40 << 20);

	char words[64];

	snprintf(words, sizeof words, "client 2 is too slow: %zu bytes missed",
	         (size_t)(40 << 20) - got);
	child_says(&p.child, words);
	cr_assert(p.child.usage.ru_maxrss < (24 << 10) * clock_slack());
}

Test(keep_open_slow, the_slow_one_is_closed)
{
	struct pair p = pair_start("close");
	struct data data = data_lines(1, 40 << 20);
	struct mover *quick = sink_start(&(struct flow){ .fd = p.quick, .data = data });
	struct mover *source = source_start(&(struct flow){ .fd = p.child.in, .data = data });

	p.child.in = -1;
	mover_expect_whole(source, "given");
	child_await_err(&p.child, "client 2: closed (closed by --slow");
	mover_expect_whole(quick, "quick");
	close(p.slow);
	child_expect(&p.child, 1);
}

struct want {
	const struct child *child;
	unsigned descriptors;
};

static bool has_descriptors(void *arg)
{
	const struct want *want = arg;

	return siege_descriptors(want->child) == want->descriptors;
}

static void five_hundred_leave_nothing(const char *const *args)
{
	enum { CLIENTS = 500 };
	struct rlimit limit;
	struct place place;
	int fds[CLIENTS];

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	struct child child = sockit_listen(&(struct plan){ .args = args }, NET_V4, &place);
	struct want want = { &child, 0 };
	unsigned long before = 0;

	for (int round = 0; round < 3; round++) {
		want.descriptors = round == 0 ? siege_descriptors(&child) : want.descriptors;
		for (int i = 0; i < CLIENTS; i++) {
			fds[i] = peer_connect(&place);
			peer_send(fds[i], "a line\nand a part of one");
		}
		for (int i = 0; i < CLIENTS; i++)
			if (i % 3 == 0)
				peer_reset(fds[i]);
			else
				close(fds[i]);
		cr_assert(clock_watch(has_descriptors, &want, clock_after(PATIENCE)));
		if (round == 0)
			before = proc_resident_kib(child.pid);
	}
	/* A sanitizer keeps what is freed for a while. */
	cr_assert(proc_resident_kib(child.pid) < before + (clock_slack() > 1 ? 4096 : 512),
	          "%lu %lu", proc_resident_kib(child.pid), before);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

Test(keep_open_slow, five_hundred_clients_leave_nothing)
{
	five_hundred_leave_nothing(WORDS("-k", "-d", "-m", "1000"));
}

Test(keep_open_slow, five_hundred_clients_of_a_broker_leave_nothing)
{
	five_hundred_leave_nothing(
		WORDS("--broker", "--on-peer-close=quit", "--slow=close", "-m", "1000"));
}

Test(keep_open_slow, clients_beyond_the_descriptors_wait)
{
	enum { CLIENTS = 100 };
	struct place place = place_any(NET_V4);
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "-k", "-d", "-m", "1000", place.word), .max_fds = 40 });
	int fds[CLIENTS];

	proc_await_port(child.pid, &place);
	for (size_t i = 0; i < CLIENTS; i++) {
		fds[i] = peer_connect(&place);
		peer_send(fds[i], "hello\n");
	}
	child_await_err(&child, "cannot accept a connection: Too many open files; trying again");
	double cpu = proc_cpu_seconds(child.pid);
	clock_pause(0.5);
	cr_assert(proc_cpu_seconds(child.pid) - cpu < 0.1);
	for (size_t i = 0; i < CLIENTS; i++)
		close(fds[i]);
	int64_t deadline = clock_after(PATIENCE);
	while (strlen(child_out(&child)) < CLIENTS * 6 && clock_now() < deadline)
		child_collect(&child, deadline);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	cr_expect(strlen(child_out(&child)) == CLIENTS * 6);
}
