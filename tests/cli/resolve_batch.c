/* sockit resolve and many names: order, flow, speed, memory, and how it ends. */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dns.h"
#include "harness/dnsmasq.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static const char hosts[] = "127.0.0.1 localhost\n192.0.2.1 one.test\n192.0.2.2 two.test\n"
			    "192.0.2.3 two.test\n";

enum { MANY = 10000, MEMORY_KIB = 32 << 10 };

static void make_world(enum dns_mode mode)
{
	netns_enter();
	netns_set_resolver(hosts, "nameserver 127.0.0.1\n");
	dns_serve(mode);
}

/* Feed TEXT to `resolve -f -` with further words, to the end. */
static struct child resolve_lines(const char *text, const char *const *more)
{
	struct child child = child_start(&(struct plan){
		.args = WORDS("resolve", "-f", "-"),
		.more = more,
		.in = { END_PIPE },
	});

	child_feed(&child, text);
	child_end_input(&child);
	child_finish(&child);
	return child;
}

Test(resolve_batch, says_what_was_asked_in_front)
{
	struct child child;

	make_world(DNS_NXDOMAIN);
	child = sockit_expect(WORDS("resolve", "two.test", "127.1", "one.test"), 0);
	cr_assert_str_eq(child_out(&child), "two.test\t192.0.2.2\ntwo.test\t192.0.2.3\n"
	                                    "127.1\tlocalhost\none.test\t192.0.2.1\n");
	child = sockit_expect(WORDS("resolve", "-f", scratch_file("names", "one.test\n")), 0);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\n");
	child = resolve_lines("  one.test \r\n\n\t\nlocalhost", NULL);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\nlocalhost\t127.0.0.1\n");
	child = resolve_lines("", NULL);
	child_expect(&child, 0);
	child_said_nothing(&child);
}

Test(resolve_batch, goes_on_after_a_failure)
{
	struct child child;

	make_world(DNS_NXDOMAIN);
	child = sockit_expect(WORDS("resolve", "one.test", "nowhere.test", "localhost"), 8);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\nlocalhost\t127.0.0.1\n");
	child_says(&child, "cannot resolve nowhere.test: EAI_NONAME");
	child_says(&child, "1 of 3 failed");
	child = resolve_lines("a\tb\nsp ace\n\x1b[2J\n", NULL);
	child_expect(&child, 8);
	child_silent_about(&child, "\x1b");
	cr_assert_eq(count_of(child_err(&child), "cannot resolve"), 3);
}

/* C strings end there, and half a line is another name. */
Test(resolve_batch, refuses_a_name_with_a_nul_byte)
{
	struct child child;

	make_world(DNS_NXDOMAIN);
	child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", "printf 'localhost\\0junk\\none.test\\n' | \"$0\" resolve -f -",
	                      getenv("SOCKIT")),
	});
	child_expect(&child, 8);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\n");
	child_says(&child, "a NUL byte is no part of a name");
}

Test(resolve_batch, takes_lines_of_any_length_and_any_bytes)
{
	static char text[100000];
	struct child child;

	make_world(DNS_NXDOMAIN);
	memset(text, 'a', sizeof(text) - 32);
	memcpy(text + sizeof(text) - 32, "\none.test\n", 11);
	child = resolve_lines(text, NULL);
	child_expect(&child, 8);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\n");
	child_says(&child, "EAI_NONAME");
	memset(text, ' ', 50000);
	memcpy(text + 50000, "\none.test\n", 11);
	child = resolve_lines(text, NULL);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\n");
}

/* The answer to a line comes while the next has not been written yet. */
Test(resolve_batch, flows)
{
	struct child child;
	char got[64];
	ssize_t n;

	make_world(DNS_NXDOMAIN);
	child = child_start(&(struct plan){
		.args = WORDS("resolve", "-f", "-"), .in = { END_PIPE }, .out = { END_PIPE } });
	for (int i = 0; i < 3; i++) {
		child_feed(&child, "one.test\n");
		if (!peer_poll(child.out, POLLIN, clock_after(PATIENCE)))
			fail("no answer to line %d", i);
		n = read(child.out, got, sizeof(got));
		cr_assert_eq(n, 19, "%zd bytes", n);
		cr_assert(memcmp(got, "one.test\t192.0.2.1\n", 19) == 0);
	}
	child_end_input(&child);
	child_expect(&child, 0);
}

/* A file of MANY names hN.test, and a name server that has 10.A.B.C for each. */
static const char *many_names(void)
{
	const char *names = scratch_path("names"), *records = scratch_path("records");
	FILE *out = fopen(names, "we"), *server = fopen(records, "we");
	char config[256];

	cr_assert(out && server);
	for (int i = 0; i < MANY; i++) {
		fprintf(out, "h%d.test\n", i);
		fprintf(server, "10.%d.%d.%d h%d.test\n", i >> 16, i >> 8 & 255, i & 255, i);
	}
	fclose(out);
	fclose(server);
	snprintf(config, sizeof(config), "addn-hosts=%s\n", records);
	dnsmasq_world(hosts, config);
	return names;
}

static struct child run_sh(const char *line, const char *argument)
{
	struct child child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", line, getenv("SOCKIT"), argument),
	});

	child_expect(&child, 0);
	return child;
}

Test(resolve_batch, of_10000_names_keeps_their_order)
{
	const char *names = many_names(), *at;
	struct child child = child_run(&(struct plan){ .args = WORDS("resolve", "--file", names) });

	child_expect(&child, 0);
	at = child_out(&child);
	for (int i = 0; i < MANY; i++) {
		char line[64];
		int n = snprintf(line, sizeof(line), "h%d.test\t10.%d.%d.%d\n", i, i >> 16,
		                 i >> 8 & 255, i & 255);

		if (strncmp(at, line, (size_t)n) != 0)
			fail("instead of %s there is %.40s", line, at);
		at += n;
	}
	cr_assert_str_empty(at);
	child = run_sh("\"$0\" resolve -f - <\"$1\" | wc -l", names);
	cr_assert_str_eq(child_out(&child), "10000\n");
}

/* An endless list of names, in a pipe. */
static struct child start_endless(struct child *yes)
{
	*yes = child_start(&(struct plan){
		.program = "yes", .args = WORDS("localhost"), .out = { END_PIPE } });
	return child_start(&(struct plan){ .args = WORDS("resolve", "-f", "-"),
	                                   .in = { END_FD, .fd = yes->out },
	                                   .out = { END_PIPE } });
}

/* An endless stream: only so much is read ahead of what is written. */
Test(resolve_batch, of_any_length_stays_small)
{
	struct child yes, child;
	char got[1 << 16];
	size_t size = 0;

	make_world(DNS_NXDOMAIN);
	child = start_endless(&yes);
	while (size < 2 << 20) {
		if (!peer_poll(child.out, POLLIN, clock_after(PATIENCE)))
			fail("it stopped after %zu bytes", size);
		size += (size_t)must((int)read(child.out, got, sizeof(got)), "read");
	}
	if (clock_slack() == 1)
		cr_assert(proc_peak_kib(child.pid) < MEMORY_KIB, "%lu KiB",
		          proc_peak_kib(child.pid));
	child_signal(&child, SIGTERM);
	child_finish_within(&child, 5);
	child_signal(&yes, SIGKILL);
	child_finish(&yes);
}

static void expect_seconds(const struct child *child, double seconds)
{
	if (child->seconds < seconds * 0.9 || child->seconds > seconds + 1 * clock_slack())
		child_blame(child, "after %.2f s instead of %.2f", child->seconds, seconds);
}

/* 20 at a time, 60 names: three times the limit, however long getaddrinfo itself would wait. */
Test(resolve_batch, a_dead_server_costs_the_limit_and_no_more)
{
	char text[60 * 20];
	size_t size = 0;
	struct child child;

	make_world(DNS_SILENT);
	child = sockit_expect(WORDS("resolve", "--timeout", "2", "a.test", "one.test", "b.test"),
	                      8);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\n");
	cr_assert_eq(count_of(child_err(&child), "no answer within 2 s"), 2);
	expect_seconds(&child, 2);
	for (int i = 0; i < 60; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "h%d.test\n", i);
	child = resolve_lines(text, WORDS("--timeout", "0.5", "--jobs", "20"));
	child_expect(&child, 8);
	cr_assert_eq(count_of(child_err(&child), "no answer within 0.5 s"), 60);
	expect_seconds(&child, 1.5);
}

/* What is done is printed, although its turn has not come. */
static void end_by(int signal_number)
{
	struct child child = child_start(&(struct plan){
		.args = WORDS("resolve", "-f", "-"),
		.in = { END_PIPE },
	});

	child_feed(&child, "one.test\nsilent.test\nlocalhost\ntwo.test\n");
	child_runs_for(&child, 0.5);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\n");
	child_signal(&child, signal_number);
	child_finish_within(&child, 1 * clock_slack());
	cr_assert_eq(child.signal, signal_number);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\nlocalhost\t127.0.0.1\n"
	                                    "two.test\t192.0.2.2\ntwo.test\t192.0.2.3\n");
	close(child.in);
}

Test(resolve_batch, a_signal_ends_it_with_what_is_done)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

	make_world(DNS_SILENT);
	for (size_t i = 0; i < ARRAY_LEN(ending); i++)
		end_by(ending[i]);
}

/*
 * A pipe of 16 pages: two writes that do not fit into one page fill two, so that half may be empty.
 */
static bool is_full(void *fd)
{
	int bytes = 0;

	return ioctl(*(int *)fd, FIONREAD, &bytes) == 0 && bytes > 30000;
}

/* A reader that has stopped does not keep it. */
Test(resolve_batch, a_signal_ends_it_although_nobody_reads)
{
	struct child yes, child;

	make_world(DNS_SILENT);
	child = start_endless(&yes);
	cr_assert(clock_watch(is_full, &child.out, clock_after(PATIENCE)));
	proc_await_idle(child.pid);
	child_signal(&child, SIGINT);
	child_finish_within(&child, 2 * clock_slack());
	cr_assert_eq(child.signal, SIGINT);
	child_signal(&yes, SIGKILL);
	child_finish(&yes);
}

/* Neither what it has read ahead nor the look-ups that it waits for cost anything. */
Test(resolve_batch, waits_without_work)
{
	struct child child;

	make_world(DNS_SILENT);
	child = child_start(
		&(struct plan){ .args = WORDS("resolve", "-f", "-"), .in = { END_PIPE } });
	for (int i = 0; i < 5000; i++)
		child_feed(&child, "silent.test\n");
	child_runs_for(&child, 1);
	cr_assert(proc_cpu_seconds(child.pid) < 0.3 * clock_slack(), "%.2f s",
	          proc_cpu_seconds(child.pid));
	child_signal(&child, SIGTERM);
	child_finish_within(&child, 2 * clock_slack());
	close(child.in);
}

Test(resolve_batch, shows_progress_on_a_terminal)
{
	struct child child;

	make_world(DNS_NXDOMAIN);
	child = child_start(&(struct plan){
		.args = WORDS("resolve", "-f", "-"),
		.in = { END_PIPE },
		.out = { END_NULL },
		.err = { END_PTY },
	});
	child_feed(&child, "one.test\n");
	child_await_tty(&child, "1 done, 0 failed\r");
	child_feed(&child, "nowhere.test\n");
	child_await_tty(&child, "                \r");
	child_await_tty(&child, "cannot resolve nowhere.test");
	child_end_input(&child);
	child_expect(&child, 8);
	/* Not where the results themselves are seen. */
	child = child_start(&(struct plan){
		.args = WORDS("resolve", "one.test", "two.test"),
		.out = { END_PTY },
		.err = { END_PTY },
	});
	child_expect(&child, 0);
	cr_assert(!strstr(child_tty(&child), "done"), "%s", child_tty(&child));
}

Test(resolve_batch, works_with_one_job_and_many)
{
	struct child child;

	make_world(DNS_NXDOMAIN);
	child = sockit_expect(WORDS("resolve", "--jobs", "1", "one.test", "localhost"), 0);
	cr_assert_str_eq(child_out(&child), "one.test\t192.0.2.1\nlocalhost\t127.0.0.1\n");
	child = sockit_expect(WORDS("resolve", "--jobs", "1024", "localhost", "one.test"), 0);
	cr_assert_str_eq(child_out(&child), "localhost\t127.0.0.1\none.test\t192.0.2.1\n");
}
