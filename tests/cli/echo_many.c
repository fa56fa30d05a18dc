/*
 * sockit echo-serve with more clients than it can have at once, and with many when it is told to
 * end.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

enum { CLIENTS = 500 };

static void want_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* How many of FDS have an answer, once no more come. */
static size_t answered(const int *fds, size_t count, size_t least)
{
	struct pollfd polled[CLIENTS];
	int64_t deadline = clock_after(PATIENCE);
	size_t n = 0;

	while (n < least && clock_now() < deadline) {
		for (size_t i = 0; i < count; i++)
			polled[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
		n = (size_t)must(poll(polled, count, 20), "poll");
	}
	return n;
}

/*
 * Those who are served feel nothing of those who wait, nothing spins, and everybody comes in the
 * end.
 */
Test(echo_many, clients_beyond_the_descriptors_wait_and_are_served)
{
	enum { MANY = 200 };
	struct place place = place_any(NET_V4);
	struct child child = child_start(&(struct plan){
		.args = WORDS("echo-serve", "-m", "1000", place.word), .max_fds = 64 });
	int fds[MANY];
	size_t served = 0;

	proc_await_port(child.pid, &place);
	for (size_t i = 0; i < MANY; i++) {
		fds[i] = peer_connect(&place);
		peer_send(fds[i], "hello");
	}
	child_await_err(&child, "cannot accept a connection: Too many open files; trying again");
	served = answered(fds, MANY, 40);
	cr_assert(served >= 40 && served < 64, "%zu", served);
	double cpu = proc_cpu_seconds(child.pid);
	for (int i = 0; i < 20; i++) {
		peer_expect(fds[0], "hello");
		peer_send(fds[0], "hello");
		usleep(20000);
	}
	cr_assert(proc_cpu_seconds(child.pid) - cpu < 0.1, "%f", proc_cpu_seconds(child.pid) - cpu);
	/* Each that goes makes room for one, at once. */
	for (size_t i = 0; i < MANY; i++) {
		peer_expect(fds[i], "hello");
		close(fds[i]);
	}
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	cr_assert_null(strstr(strstr(child_err(&child), "cannot accept") + 1, "cannot accept"));
}

/* A client that sends as fast as it can and compares what comes back. */
struct client {
	int fd;
	struct data data;
	uint64_t sent, got;
	bool ended;
};

static void client_send(struct client *c)
{
	char buf[4096];

	data_fill(&c->data, c->sent, buf, sizeof buf);
	ssize_t n = send(c->fd, buf, sizeof buf, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0)
		c->sent += (uint64_t)n;
}

static void client_receive(struct client *c)
{
	char buf[16384];
	ssize_t n = read(c->fd, buf, sizeof buf);

	cr_assert(n >= 0 || errno == EAGAIN, "after %llu: %s", (unsigned long long)c->got,
	          strerror(errno));
	if (n < 0)
		return;
	cr_assert_eq(data_compare(&c->data, c->got, buf, (size_t)n), (size_t)n);
	c->got += (uint64_t)n;
	c->ended = n == 0;
	if (n == 0)
		close(c->fd);
}

/* One look at all. SENDS: they go on sending too. */
static size_t clients_turn(struct client *clients, size_t count, bool sends)
{
	static struct pollfd polled[CLIENTS];
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		polled[i] = (struct pollfd){
			.fd = clients[i].ended ? -1 : clients[i].fd,
			.events = (short)(POLLIN | (sends ? POLLOUT : 0)),
		};
		left += !clients[i].ended;
	}
	must(poll(polled, count, 100), "poll");
	for (size_t i = 0; i < count; i++) {
		if (sends && polled[i].revents & POLLOUT && !clients[i].ended)
			client_send(&clients[i]);
		if (polled[i].revents & (POLLIN | POLLHUP | POLLERR))
			client_receive(&clients[i]);
	}
	return left;
}

/* What the server has read comes back whole, although it was told to end in the middle of it. */
static void drain_with(const char *threads)
{
	static struct client clients[CLIENTS];
	struct place place = place_any(NET_V4);
	struct child child = child_start(
		&(struct plan){ .args = WORDS("echo-serve", "-m", "1000", "--threads", threads,
	                                      "--drain", "60", "--json", "--stats", place.word),
	                        .err = { .kind = END_FILE, .path = scratch_path("told") } });
	uint64_t got = 0, sent = 0;
	int64_t deadline = clock_after(PATIENCE);

	proc_await_port(child.pid, &place);
	for (size_t i = 0; i < CLIENTS; i++)
		clients[i] = (struct client){ .fd = peer_connect(&place),
			                      .data = data_binary(i, UINT64_MAX) };
	for (int i = 0; i < 20; i++)
		clients_turn(clients, CLIENTS, true);
	child_signal(&child, SIGTERM);
	/* They learn of it late. */
	for (int i = 0; i < 20; i++)
		clients_turn(clients, CLIENTS, true);
	while (clients_turn(clients, CLIENTS, false) > 0)
		cr_assert(clock_now() < deadline);
	child_expect(&child, 128 + SIGTERM);
	for (size_t i = 0; i < CLIENTS; i++) {
		got += clients[i].got;
		sent += clients[i].sent;
	}
	const char *said = strstr(scratch_read(scratch_path("told")), "\"totals\"");
	cr_assert_not_null(said);
	uint64_t server_received = strtoull(strstr(said, "\"received_bytes\":") + 17, NULL, 10);
	uint64_t server_sent = strtoull(strstr(said, "\"sent_bytes\":") + 13, NULL, 10);
	cr_assert_eq(server_received, server_sent);
	cr_assert_eq(got, server_sent, "%llu of %llu came", (unsigned long long)got,
	             (unsigned long long)server_sent);
	cr_assert(got > CLIENTS * 4096 && got <= sent);
	cr_assert_not_null(strstr(said, "\"clients\":500"));
}

Test(echo_many, an_end_in_the_middle_of_five_hundred_loses_nothing)
{
	want_descriptors();
	drain_with("1");
}

Test(echo_many, nor_with_threads)
{
	want_descriptors();
	drain_with("3");
}

/* It costs the others nothing, and the server what one client may. */
Test(echo_many, a_client_that_never_reads_slows_nobody)
{
	struct place place = place_any(NET_V4);
	struct child child = child_start(&(struct plan){ .args = WORDS("echo-serve", place.word) });
	static char block[65536];
	struct pollfd greedy = { .events = POLLOUT };
	int64_t quiet = 0;

	proc_await_port(child.pid, &place);
	greedy.fd = peer_connect(&place);
	int fd = peer_connect(&place);
	peer_send(fd, "hello");
	peer_expect(fd, "hello");
	unsigned long before = proc_peak_kib(child.pid);
	/* Until nothing more has gone for a while. */
	while (quiet < 5) {
		if (poll(&greedy, 1, 20) > 0 && write(greedy.fd, block, sizeof block) > 0)
			quiet = 0;
		else
			quiet++;
		peer_send(fd, "hello");
		peer_expect(fd, "hello");
	}
	cr_assert(proc_peak_kib(child.pid) - before < 1024);
	double cpu = proc_cpu_seconds(child.pid);
	usleep(200000);
	cr_assert(proc_cpu_seconds(child.pid) - cpu < 0.05);
	close(greedy.fd);
	close(fd);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

/*
 * An echo server that has been sent a TERM while it owes a client, at *FD, what that does not read.
 */
static struct child owing(const char *drain, int *fd)
{
	struct place place = place_any(NET_V4);
	struct child child = child_start(
		&(struct plan){ .args = WORDS("echo-serve", "--drain", drain, "-v", place.word) });
	static char block[65536];

	proc_await_port(child.pid, &place);
	*fd = peer_connect(&place);
	struct pollfd out = { .fd = *fd, .events = POLLOUT };
	while (poll(&out, 1, 200) > 0)
		(void)!write(*fd, block, sizeof block);
	child_signal(&child, SIGTERM);
	return child;
}

Test(echo_many, a_second_signal_ends_at_once)
{
	int fd;
	struct child child = owing("60", &fd);

	cr_assert(child_runs_for(&child, 0.3));
	child_signal(&child, SIGINT);
	child_finish(&child);
	cr_assert(child.signal == SIGTERM || child.signal == SIGINT);
	child_says(&child, "client 1: closed (cut): ");
	close(fd);
}

Test(echo_many, what_is_owed_for_longer_than_drain_is_cut)
{
	int fd;
	struct child child = owing("0.1", &fd);

	child_expect(&child, 128 + SIGTERM);
	child_says(&child, "client 1: closed (cut by --drain): ");
	close(fd);
}
