/*
 * A program whose client has gone, or whose sockit is told to end, goes too, with all that it
 * started.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/program.h"
#include "harness/scratch.h"

/* The ids that a program tells in its first line. */
static void read_pids(int fd, int pids[2])
{
	char line[64] = "";

	cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)));
	cr_assert(read(fd, line, sizeof line - 1) > 0);
	cr_assert_eq(sscanf(line, "%d %d", &pids[0], &pids[1]), 2);
}

static void reset_kills(enum role role, enum way way)
{
	struct session s = program_start(
		role, way, NET_V4, WORDS("--sh-exec", "sleep 100 & echo $$ $!; wait; sleep 100"));
	int pids[2];

	read_pids(s.fd, pids);
	peer_reset(s.fd);
	program_await_gone(pids, 2, 1 * clock_slack());
	child_expect(&s.child, 128 + SIGTERM);
	child_says(&s.child, "Connection reset by peer");
}

Test(exec_ends, a_reset_kills_the_whole_group)
{
	for (enum role role = 0; role < ROLES; role++) {
		reset_kills(role, WITH_SOCKET);
		reset_kills(role, WITH_PIPES);
	}
}

/* What came fills the pipe, and the reset lies behind it. */
Test(exec_ends, a_reset_is_noticed_by_one_that_takes_nothing)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_sh(way, "sleep 100 & echo $$ $!; wait; sleep 100");
		static char junk[8192];
		int pids[2];

		read_pids(s.fd, pids);
		while (send(s.fd, junk, sizeof junk, MSG_DONTWAIT) > 0 ||
		       peer_poll(s.fd, POLLOUT, clock_after(0.2)))
			continue;
		peer_reset(s.fd);
		program_await_gone(pids, 2, 1 * clock_slack());
		child_expect(&s.child, 128 + SIGTERM);
	}
}

Test(exec_ends, who_ignores_term_is_killed_a_second_later)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s =
			program_sh(way, "trap '' TERM; sleep 100 & echo $$ $!; wait; sleep 100");
		int64_t began;
		int pids[2];

		read_pids(s.fd, pids);
		began = clock_now();
		peer_reset(s.fd);
		clock_pause(0.5);
		cr_assert(program_runs(pids[0]), "it had less than a second");
		program_await_gone(pids, 2, 5);
		cr_assert(clock_since(began) > 0.9);
		child_expect(&s.child, 128 + SIGKILL);
	}
}

/* The program does as it is told; what it started does not. */
Test(exec_ends, who_was_started_by_it_is_killed_too)
{
	struct session s = program_sh(
		WITH_SOCKET, "(trap '' TERM; sleep 100; sleep 100) & echo $$ $!; sleep 100");
	int pids[2];

	read_pids(s.fd, pids);
	peer_reset(s.fd);
	program_await_gone(pids, 2, 5);
	child_expect(&s.child, 128 + SIGTERM);
}

Test(exec_ends, the_end_of_a_stream_is_not_the_end_of_its_client)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_sh(way, "cat >/dev/null; sleep 0.5; echo alive");

		peer_shut(s.fd);
		cr_assert_str_eq(program_read(s.fd), "alive\n");
		child_expect(&s.child, 0);
		close(s.fd);
	}
}

/* A Unix socket tells at once that the client has left; what it had sent is read all the same. */
Test(exec_ends, a_unix_client_that_leaves_has_been_heard)
{
	struct data data = data_binary(3, 150000);
	const char *path = scratch_path("got");
	char command[256];

	snprintf(command, sizeof command, "sleep 0.2; cat >%s", path);
	for (enum way way = 0; way < WAYS; way++) {
		struct session s =
			program_start(LISTEN, way, NET_UNIX, WORDS("--sh-exec", command));

		mover_finish(source_start(
			&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_CLOSE }));
		child_expect(&s.child, 0);
		data_expect_file(&data, path, "", "what it was sent");
	}
}

Test(exec_ends, a_unix_client_that_has_left_is_not_served_for_ever)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s =
			program_start(LISTEN, way, NET_UNIX, WORDS("--exec", "--", "sleep", "100"));

		peer_send(s.fd, "not read");
		close(s.fd);
		child_expect(&s.child, 128 + SIGTERM);
		cr_assert(s.child.seconds < 10 * clock_slack());
	}
}

/* The program was content, its client was not: never status 0. */
Test(exec_ends, what_was_not_delivered_is_told)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_sh(way, "head -c 200000 /dev/zero");

		clock_pause(0.1);
		peer_await_unread(s.fd, 1);
		peer_reset(s.fd);
		child_finish(&s.child);
		cr_assert_neq(s.child.status, 0);
		child_says(&s.child, "Connection reset by peer");
	}
}

Test(exec_ends, signals_end_the_program_first)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < 3; i++) {
		struct session s = program_sh((enum way)(i % WAYS), "sleep 100 & echo $$ $!; wait");
		int pids[2];

		read_pids(s.fd, pids);
		child_signal(&s.child, ending[i]);
		child_expect(&s.child, 128 + ending[i]);
		cr_assert(!program_runs(pids[0]) && !program_runs(pids[1]));
		close(s.fd);
	}
}

Test(exec_ends, a_signal_does_not_wait_for_ever)
{
	struct session s =
		program_sh(WITH_SOCKET, "trap '' TERM; sleep 100 & echo $$ $!; wait; sleep 100");
	int pids[2];
	int64_t began;

	read_pids(s.fd, pids);
	began = clock_now();
	child_signal(&s.child, SIGTERM);
	child_expect(&s.child, 128 + SIGTERM);
	cr_assert(clock_since(began) > 0.9 && clock_since(began) < 5 * clock_slack());
	program_await_gone(pids, 2, 5);
	close(s.fd);
}

Test(exec_ends, limits_end_the_program)
{
	struct session s =
		session_start(LISTEN,
	                      &(struct plan){ .args = WORDS("-v", "--deadline", "0.5", "--exec",
	                                                    "--", "sleep", "100") },
	                      NET_V4);

	child_expect(&s.child, 4);
	child_says(&s.child, "cut by --deadline at 0.5 s");
	child_says(&s.child, "closed (time limit): sent 0 bytes, received 0 bytes");
	close(s.fd);
	s = session_start(
		LISTEN,
		&(struct plan){ .args = WORDS("-i", "0.5", "--exec", "--", "sleep", "100") },
		NET_V4);
	child_expect(&s.child, 4);
	child_says(&s.child, "--idle-timeout");
	close(s.fd);
}

/* The relay is over, the program is not: the limit holds. */
Test(exec_ends, a_limit_holds_after_the_connection)
{
	struct session s = session_start(
		LISTEN,
		&(struct plan){ .args = WORDS("-i", "50", "--deadline", "1", "--sh-exec",
	                                      "exec >&- <&-; sleep 100") },
		NET_V4);

	peer_shut(s.fd);
	peer_expect_end(s.fd);
	child_expect(&s.child, 4);
	close(s.fd);
}

/* One that sockit ends since this machine does not let it wait has not failed by itself. */
Test(exec_ends, a_failure_of_this_machine_is_7)
{
	struct session s =
		session_start(CONNECT,
	                      &(struct plan){ .args = WORDS("--exec", "--", "cat"),
	                                      .wrap = WORDS("strace", "-qqo", "/dev/null", "-e",
	                                                    "inject=ppoll:error=ENOMEM:when=1") },
	                      NET_UNIX);

	child_expect(&s.child, 7);
	child_says(&s.child, "Cannot allocate memory");
	close(s.fd);
}
