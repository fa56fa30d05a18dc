/* `echo-serve --fault`: what a client sees of each. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/data.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static struct child faulty(const char *service, enum net net, const char *faults, const char *seed,
                           struct place *place)
{
	return echo_serve(service, net, false, WORDS("--fault", faults, "--seed", seed), place);
}

static const char *const models[] = { ECHO_SERVE_MODELS };

/*
 * SERVICE with FAULTS in every model and at every net up to NETS: TEST is a client, and is told the
 * server.
 */
static void each_model(const char *service, const char *faults, enum net nets,
                       void (*test)(struct child *server, const struct place *place))
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		for (enum net net = 0; net < nets; net++) {
			struct place place;
			struct child server =
				echo_serve(service, net, false,
			                   WORDS("--fault", faults, "--model", models[i]), &place);

			test(&server, &place);
			echo_serve_end(&server);
		}
}

static void see_truncated(struct child *server, const struct place *place)
{
	int fd = peer_connect(place);

	(void)server;
	peer_send(fd, "hel");
	peer_expect(fd, "hel");
	peer_send(fd, "lo world");
	peer_expect(fd, "lo");
	peer_expect_end(fd);
	close(fd);
	/* A program that reads it all sees nothing amiss. */
	struct child child = sockit_connect(
		&(struct plan){ .in = { END_FILE, .path = scratch_file("q", "hello world") } },
		place);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "hello");
}

Test(echo_faults, truncate_ends_as_if_that_were_all)
{
	each_model("echo", "truncate=5", NET_COUNT, see_truncated);
}

static void see_reset(struct child *server, const struct place *place)
{
	int fd = peer_connect(place);

	peer_send(fd, "hello");
	peer_expect(fd, "hello");
	peer_expect_reset(fd);
	close(fd);
	child_await_err(server, "reset by the service");
}

Test(echo_faults, rst_after_resets)
{
	each_model("echo", "rst-after=5", NET_UNIX, see_reset);
}

static void see_half_close(struct child *server, const struct place *place)
{
	static char much[1 << 20];
	int fd = peer_connect(place);
	char got[8];

	(void)server;
	cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)));
	cr_assert_eq(recv(fd, got, sizeof(got), MSG_WAITALL), 5);
	peer_expect_end(fd);
	for (size_t sent = 0; sent < 8 * sizeof(much);) {
		cr_assert(peer_poll(fd, POLLOUT, clock_after(PATIENCE)), "not read");
		sent += (size_t)must((int)send(fd, much, sizeof(much), MSG_NOSIGNAL), "send");
	}
	peer_shut(fd);
	peer_expect_hangup(fd);
	close(fd);
}

Test(echo_faults, half_close_after_reads_on)
{
	each_model("qotd", "half-close-after=5", NET_COUNT, see_half_close);
}

static void see_delay(struct child *server, const struct place *place)
{
	int fd = peer_connect(place);

	(void)server;
	for (int i = 0; i < 3; i++) {
		int64_t start = clock_now();

		peer_send(fd, "x");
		peer_expect(fd, "x");
		cr_assert(clock_since(start) >= 0.1, "came after %g s", clock_since(start));
	}
	close(fd);
}

Test(echo_faults, delay_and_jitter_are_before_each_answer)
{
	each_model("echo", "delay=100ms,jitter=20ms", NET_V6, see_delay);
}

/* One client that is late keeps no other waiting. */
Test(echo_faults, clients_are_late_at_the_same_time)
{
	struct place place;
	struct child server = faulty("echo", NET_V4, "delay=500ms", "0", &place);
	int64_t start = clock_now();
	int fds[20];

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = peer_connect(&place);
		peer_send(fds[i], "x");
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		peer_expect(fds[i], "x");
	cr_assert(clock_since(start) < 5, "one after another");
	echo_serve_end(&server);
}

static void see_drip(struct child *server, const struct place *place)
{
	int fd = peer_connect(place);
	int64_t start = clock_now();
	char got[16];

	(void)server;
	peer_send(fd, "hello");
	for (int i = 0; i < 5; i++) {
		cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)));
		/* Several are there where this test was late. */
		ssize_t n = recv(fd, got, 1, 0);
		cr_assert(n == 1 && got[0] == "HELLO"[i]);
		cr_assert(clock_since(start) >= 0.02 * i - 0.001, "byte %d is too early", i);
	}
	close(fd);
}

Test(echo_faults, drip_is_a_byte_at_a_time)
{
	each_model("upper", "drip=20ms", NET_V6, see_drip);
}

static void see_rate(struct child *server, const struct place *place)
{
	int fd = peer_connect(place);
	int64_t start = clock_now();
	static char got[65536];
	size_t n = 0;

	(void)server;
	while (n < 50000) {
		cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)));
		n += (size_t)must((int)recv(fd, got, sizeof(got), 0), "recv");
	}
	/* A hundredth of a second is saved up when it begins. */
	cr_assert(clock_since(start) >= (double)n / 100000 - 0.02, "%zu bytes in %g s", n,
	          clock_since(start));
	close(fd);
}

Test(echo_faults, rate_is_in_bytes_a_second)
{
	each_model("chargen", "rate=100kB", NET_V6, see_rate);
}

/* Who is refused of twenty: '1' and '0'. */
static void refused(const char *seed, char pattern[21])
{
	struct place place;
	struct child server = faulty("echo", NET_V4, "refuse=50%", seed, &place);

	for (int i = 0; i < 20; i++) {
		int fd = echo_serve_try(&place);
		char byte;

		pattern[i] = '1';
		if (fd < 0)
			continue;
		(void)!send(fd, "x", 1, MSG_NOSIGNAL);
		if (recv(fd, &byte, 1, 0) == 1)
			pattern[i] = '0';
		close(fd);
	}
	pattern[20] = '\0';
	echo_serve_end(&server);
}

Test(echo_faults, refuse_is_decided_by_the_seed)
{
	char one[21], again[21], other[21];

	refused("1", one);
	refused("1", again);
	refused("2", other);
	cr_assert_str_eq(one, again);
	cr_assert(strcmp(one, other) != 0, "another seed is the same: %s", one);
	cr_assert(strchr(one, '0') && strchr(one, '1'), "%s", one);
}

/* Data through a service that is spoilt in every way that cuts nothing. */
Test(echo_faults, what_is_not_cut_comes_whole)
{
	static const char *const faults[] = { "delay=1ms,jitter=1ms", "rate=20MB", "drip=0" };

	for (enum net net = 0; net < NET_COUNT; net++)
		for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
			struct place place;
			struct child server = faulty("echo", net, faults[i], "7", &place);
			struct data data = data_binary(3, i == 2 ? 20000 : 2 << 20);
			const char *in = scratch_fresh(), *out = scratch_fresh();

			data_save(&data, in);
			struct child child =
				sockit_connect(&(struct plan){ .in = { END_FILE, .path = in },
			                                       .out = { END_FILE, .path = out } },
			                       &place);
			child_expect(&child, 0);
			data_expect_file(&data, out, "", faults[i]);
			echo_serve_end(&server);
		}
}

Test(echo_faults, what_has_no_meaning_is_refused_and_named)
{
	static const struct {
		const char *option, *value, *operand, *says;
	} rows[] = {
		{ "--fault", "dely=1", "echo=0", "--fault: 'dely' is not one of delay, jitter" },
		{ "--fault", "delay=soon", "echo=0", "--fault: delay: 'soon' is not a duration" },
		{ "--fault", "drip=1,rate=1", "echo=0", "drip and rate exclude each other" },
		{ "--fault", "delay=1", "echo=udp:0",
		  "--fault is for stream services, and * port 0 over UDP is for datagrams" },
		{ "--seed", "1", "echo=0", "--seed needs --fault" },
		{ "--seed", "-1", "echo=0", "--seed" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = sockit_expect(
			WORDS("echo-serve", rows[i].option, rows[i].value, rows[i].operand), 2);

		child_says(&child, rows[i].says);
	}
}
