/* Where `sockit listen` listens, how it tells, and whom it does not let in. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* 0 or the errno of one attempt to connect. */
static int attempt(const char *host, enum net net, const char *port)
{
	struct place place = place_tcp(net, host, (unsigned)strtoul(port, NULL, 10));
	int fd = must(socket(place.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	int error = 0;

	if (connect(fd, (struct sockaddr *)&place.address, place.address_size) < 0)
		error = errno;
	close(fd);
	return error;
}

struct reach {
	const char *const words[5]; /* after `listen` */
	bool v4, v6;                /* which loopback must answer */
};

/* Where other tools listen on IPv4 only, or report port 0 as 0. */
static const struct reach reaches[] = {
	{ { "0" }, true, true },
	{ { ":0" }, true, true },
	{ { "*:0" }, true, true },
	{ { "*", "0" }, true, true },
	{ { "tcp::0" }, true, true },
	{ { "0.0.0.0:0" }, true, false },
	{ { "0.0.0.0", "0" }, true, false },
	{ { "[::]:0" }, false, true },
	{ { "::", "0" }, false, true },
	{ { "-4", "0" }, true, false },
	{ { "-6", "0" }, false, true },
	{ { "127.0.0.1:0" }, true, false },
	{ { "[::1]:0" }, false, true },
	{ { "tcp://127.0.0.1:0" }, true, false },
	{ { "both.test:0" }, true, true },
	{ { "-4", "both.test", "0" }, true, false },
	{ { "-p", "0" }, true, true },
	{ { "-s", "127.0.0.1", "0" }, true, false },
	{ { "-s", "::1", "-p", "0" }, false, true },
	{ { "-p", "0", "127.0.0.1" }, true, false },
};

static void expect_reach(const struct reach *reach)
{
	struct place v4 = place_any(NET_V4), v6 = place_any(NET_V6);
	struct child child =
		child_start(&(struct plan){ .args = WORDS("listen"), .more = reach->words });
	char reported[32];

	child_await_err(&child, "listening on ");
	if (reach->v4)
		proc_await_port(child.pid, &v4);
	if (reach->v6)
		proc_await_port(child.pid, &v6);
	if (reach->v4 && reach->v6)
		cr_expect_str_eq(v4.port, v6.port, "%s: not the same port", child.command);
	snprintf(reported, sizeof(reported), " %s\n", reach->v4 ? v4.port : v6.port);
	child_await_err(&child, reported);
	cr_expect_eq(attempt("127.0.0.1", NET_V4, reported + 1), reach->v4 ? 0 : ECONNREFUSED, "%s",
	             child.command);
	if (reach->v4)
		child_expect(&child, 0);
	else
		child_signal(&child, SIGTERM);
}

/* The first attempt ends the listener, so each family is asked in a run of its own. */
static void expect_v6_reach(const struct reach *reach)
{
	struct child child =
		child_start(&(struct plan){ .args = WORDS("listen"), .more = reach->words });
	struct place v4 = place_any(NET_V4), v6 = place_any(NET_V6);

	child_await_err(&child, "listening on ");
	proc_await_port(child.pid, reach->v6 ? &v6 : &v4);
	cr_expect_eq(attempt("::1", NET_V6, reach->v6 ? v6.port : v4.port),
	             reach->v6 ? 0 : ECONNREFUSED, "%s", child.command);
	if (reach->v6)
		child_expect(&child, 0);
	else
		child_signal(&child, SIGTERM);
}

Test(listen, binds_each_address_of_its_host_on_one_port)
{
	netns_enter();
	netns_set_resolver("127.0.0.1 both.test localhost\n::1 both.test localhost\n", NULL);
	for (size_t i = 0; i < ARRAY_LEN(reaches); i++) {
		expect_reach(&reaches[i]);
		expect_v6_reach(&reaches[i]);
	}
}

Test(listen, reports_a_line_for_port_0_and_is_silent_otherwise)
{
	struct child child;
	struct place place = place_tcp(NET_V4, "127.0.0.1", 4000);

	netns_enter();
	child = child_start(&(struct plan){ .args = WORDS("listen", "127.0.0.1:4000") });
	close(peer_connect(&place));
	child_expect(&child, 0);
	child_said_nothing(&child);
	child = sockit_listen(&(struct plan){ 0 }, NET_V4, &place);
	close(peer_connect(&place));
	child_expect(&child, 0);
	cr_assert_eq(lines_count(child_err(&child)), 1, "%s", child_err(&child));
}

Test(listen, skips_a_family_that_this_machine_lacks)
{
	struct place place = place_any(NET_V4);
	struct child child;

	netns_enter();
	netns_set_resolver("127.0.0.1 both.test\n::1 both.test\n", NULL);
	child_sh("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6");
	child = child_start(&(struct plan){ .args = WORDS("listen", "-v", "both.test", "0") });
	proc_await_port(child.pid, &place);
	close(peer_connect(&place));
	child_expect(&child, 0);
	if (!line_with(child_err(&child), "::1", "Cannot assign requested address"))
		child_blame(&child, "does not say what it skipped");
}

/* Where nc.openbsd shares the port without a word. */
static void second_is_refused(enum net net)
{
	struct place place;
	struct child first = sockit_listen(&(struct plan){ 0 }, net, &place);
	struct child second = child_run(&(struct plan){ .args = WORDS("listen", place.word) });
	char pid[16];

	child_expect(&second, 7);
	child_says(&second, "Address already in use");
	snprintf(pid, sizeof(pid), "%d", (int)first.pid);
	child_says(&second, pid);
	close(peer_connect(&place));
	child_expect(&first, 0);
}

Test(listen, refuses_a_port_that_is_taken_and_names_the_holder)
{
	second_is_refused(NET_V4);
	second_is_refused(NET_V6);
}

/* The holder has only one of the two families, and the other must not be shared. */
Test(listen, refuses_a_port_of_which_one_family_is_taken)
{
	struct place place;
	struct child second;
	int listener = peer_listen(NET_V6, &place);

	second = child_run(&(struct plan){ .args = WORDS("listen", place.port) });
	child_expect(&second, 7);
	child_says(&second, "Address already in use");
	close(listener);
}

/* By two who both ask for it, and by nobody else. */
Test(listen, shares_a_port_when_asked)
{
	struct place place;
	struct child first =
		sockit_listen(&(struct plan){ .args = WORDS("--reuse-port") }, NET_V4, &place);
	struct child second = child_run(&(struct plan){ .args = WORDS("listen", place.word) });

	child_expect(&second, 7);
	child_says(&second, "Address already in use");
	second = child_start(
		&(struct plan){ .args = WORDS("echo-serve", "--reuse-port", place.word, "-v") });
	child_await_err(&second, "listening");
	child_signal(&second, SIGTERM);
	child_expect(&second, 128 + SIGTERM);
	close(peer_connect(&place));
	child_expect(&first, 0);

	second = sockit_expect(WORDS("listen", "--reuse-port", "unix:shared"), 2);
	child_says(&second, "--reuse-port has no meaning for unix:shared");
	second =
		sockit_expect(WORDS("listen", "--reuse-port", "--sockopt", "reuseport=on", "0"), 2);
	child_says(&second, "--reuse-port and --sockopt reuseport exclude each other");
}

/* sockit closes first, so that its side is left in TIME_WAIT. */
static void served_and_restarted(enum net net)
{
	struct place place;
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("--on-peer-close=quit") }, net, &place);

	for (int i = 0; i < 3; i++) {
		int fd = peer_connect(&place);

		peer_expect_end(fd);
		close(fd);
		child_expect(&child, 0);
		child = child_start(&(struct plan){ .args = WORDS("listen", place.word) });
	}
	close(peer_connect(&place));
	child_expect(&child, 0);
}

Test(listen, restarts_right_after_a_connection_was_served)
{
	served_and_restarted(NET_V4);
	served_and_restarted(NET_V6);
}

/* The client that comes second finds a closed port, also while the first is being served. */
Test(listen, takes_one_client)
{
	struct session s = session_start(LISTEN, &(struct plan){ .in = { END_PIPE } }, NET_V4);

	child_feed(&s.child, "served");
	peer_expect(s.fd, "served");
	cr_assert_eq(attempt("127.0.0.1", NET_V4, s.place.port), ECONNREFUSED);
	child_end_input(&s.child);
	close(s.fd);
	child_expect(&s.child, 0);
	cr_assert_eq(attempt("127.0.0.1", NET_V4, s.place.port), ECONNREFUSED);
}

static void nobody_comes(enum net net)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("--accept-timeout", "300ms") }, net, &place);

	child_expect(&child, 4);
	if (child.seconds < 0.28 || child.seconds > 1 * clock_slack())
		child_blame(&child, "not after 300 ms");
	if (lines_count(child_err(&child)) != (net == NET_UNIX ? 1 : 2))
		child_blame(&child, "one line of error was expected");
}

Test(listen, accept_timeout_gives_4)
{
	nobody_comes(NET_V4);
	nobody_comes(NET_V6);
	nobody_comes(NET_UNIX);
}

Test(listen, accept_timeout_is_over_when_a_client_has_come)
{
	struct plan plan = { .args = WORDS("--accept-timeout", "200ms"), .in = { END_PIPE } };
	struct session s = session_start(LISTEN, &plan, NET_V4);

	if (!child_runs_for(&s.child, 0.5))
		child_blame(&s.child, "ended in the middle of a session");
	child_end_input(&s.child);
	close(s.fd);
	child_expect(&s.child, 0);
}

static bool file_exists(void *path)
{
	return access(path, F_OK) == 0;
}

/* Whoever finds the file finds the whole port in it, and somebody who listens there. */
Test(listen, port_file_is_written_whole_after_listen)
{
	for (int i = 0; i < 20; i++) {
		const char *path = scratch_fresh();
		char copy[256];
		struct child child = child_start(&(struct plan){
			.args = WORDS("listen", "127.0.0.1:0", "--port-file", path) });
		const char *text;
		char *end;

		snprintf(copy, sizeof(copy), "%s", path);
		if (!clock_watch(file_exists, copy, clock_after(PATIENCE)))
			child_blame(&child, "writes no port file");
		text = scratch_read(path);
		cr_assert(strtol(text, &end, 10) > 0 && strcmp(end, "\n") == 0, "'%s'", text);
		cr_assert_eq(attempt("127.0.0.1", NET_V4, text), 0);
		child_expect(&child, 0);
	}
}

Test(listen, port_file_that_cannot_be_written_gives_7)
{
	struct child child = sockit_expect(
		WORDS("listen", "127.0.0.1:0", "--port-file", "/nonexistent/folder/port"), 7);

	child_says(&child, "/nonexistent/folder/port");
	child_says(&child, "No such file or directory");
}

Test(listen, on_an_address_that_is_not_ours_gives_7_or_1)
{
	struct child child;

	netns_enter();
	child = sockit_run(WORDS("listen", "192.0.2.1:0"));
	child_says(&child, "Cannot assign requested address");
	cr_assert(child.status == 7 || child.status == 1, "%d", child.status);
}

/* A client that is gone before it was accepted must not end the wait with a crash or a hang. */
Test(listen, survives_a_client_that_resets_at_once)
{
	struct place place;
	struct child child = sockit_listen(&(struct plan){ .in = { END_PIPE } }, NET_V4, &place);
	int fd;

	child_freeze(&child);
	fd = peer_connect(&place);
	peer_reset(fd);
	child_thaw(&child);
	child_end_input(&child);
	child_finish(&child);
	cr_assert(child.status == 1 || child.status == 0, "%d: %s", child.status,
	          child_err(&child));
}

static bool nobody_gets_in(void *context)
{
	const struct place *place = context;
	struct timeval limit = { .tv_sec = 1 }; /* of connect(2), where the backlog is full */
	int fd = must(socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

	must(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), "SO_SNDTIMEO");
	int result = connect(fd, (const struct sockaddr *)&place->address, place->address_size);
	bool refused = result < 0 && errno == (place->net == NET_UNIX ? ENOENT : ECONNREFUSED);

	close(fd);
	return refused;
}

/* Nobody waits in vain behind the last of --max-accepts, who is served as before. */
static void the_last_is_the_last(const char *command, const char *const *words, enum net net)
{
	bool runs = strcmp(command, "listen") == 0 && words[1];
	struct plan plan = { .args = WORDS("-v", "--max-accepts", "1", words[0], words[1],
		                           runs ? "cat" : NULL) };
	struct place place;
	struct child child = sockit_listen_with(command, &plan, net, &place);
	int fd = peer_connect(&place);

	child_await_err(&child, "client 1: ");
	if (!clock_watch(nobody_gets_in, &place, clock_after(PATIENCE)))
		child_blame(&child, "lets others in");
	if (runs || strcmp(command, "echo-serve") == 0) {
		peer_send(fd, "still here");
		peer_expect(fd, "still here");
	}
	peer_shut(fd);
	peer_expect_end(fd);
	child_expect(&child, 0);
	close(fd);
}

Test(listen, after_the_last_client_of_many_others_are_refused)
{
	static const char *const rows[][3] = {
		{ "listen", "-k" },
		{ "listen", "-k", "--sh-exec" },
		{ "listen", "--broker" },
		{ "echo-serve", "--model=event" },
		{ "echo-serve", "--threads=3" },
		{ "echo-serve", "--model=thread" },
		{ "echo-serve", "--model=fork" },
		{ "echo-serve", "--model=iterative" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		the_last_is_the_last(rows[i][0], rows[i] + 1, NET_V4);
		the_last_is_the_last(rows[i][0], rows[i] + 1, NET_UNIX);
	}
}
