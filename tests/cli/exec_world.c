/*
 * What a program finds when it starts: environment, descriptors, signals, rights; and what its
 * status does.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/program.h"
#include "harness/scratch.h"

#define SHOW_ENV "env | grep -E '^(SOCKIT_|PROTO|TCP|UNIX)' | LC_ALL=C sort"

/* What sockit was given under names of its own must not get through. */
static const char *const liars[] = { "SOCKIT_EVIL=1",
	                             "SOCKIT_PEER_ADDR=lie",
	                             "PROTO=lie",
	                             "TCPREMOTEHOST=lie",
	                             "TCPREMOTEINFO=lie",
	                             "KEPT=yes",
	                             NULL };

static struct session start_liar(enum net net)
{
	return session_start(
		LISTEN,
		&(struct plan){ .args = WORDS("--sh-exec", SHOW_ENV "; echo $KEPT"), .env = liars },
		net);
}

static void address_of(int fd, char *host, size_t size, unsigned *port)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof a;
	char service[8];

	must(getsockname(fd, (struct sockaddr *)&a, &len), "getsockname");
	cr_assert_eq(getnameinfo((struct sockaddr *)&a, len, host, size, service, sizeof service,
	                         NI_NUMERICHOST | NI_NUMERICSERV),
	             0);
	*port = (unsigned)strtol(service, NULL, 10);
}

/* The UCSPI part, whose names begin with NAME. */
static const char *ucspi(const char *name, const char *host, const char *local, unsigned peer)
{
	static char text[2][512];
	char *at = text[strlen(name) > 3];

	snprintf(at, sizeof text[0],
	         "%sLOCALIP=%s\n%sLOCALPORT=%s\n%sREMOTEIP=%s\n%sREMOTEPORT=%u\n", name, host, name,
	         local, name, host, name, peer);
	return at;
}

Test(exec_world, environment_over_tcp)
{
	static const enum net nets[] = { NET_V4, NET_V6 };

	for (size_t i = 0; i < 2; i++) {
		struct session s = start_liar(nets[i]);
		const char *port = s.place.port;
		char host[64], want[2048];
		unsigned peer;

		address_of(s.fd, host, sizeof host, &peer);
		snprintf(want, sizeof want,
		         "PROTO=%s\nSOCKIT_CLIENT_ID=1\nSOCKIT_LOCAL_ADDR=%s\n"
		         "SOCKIT_LOCAL_PORT=%s\nSOCKIT_PEER_ADDR=%s\nSOCKIT_PEER_PORT=%u\n"
		         "SOCKIT_PROTO=tcp\n%s%syes\n",
		         i ? "TCP6" : "TCP", host, port, host, peer,
		         i ? ucspi("TCP6", host, port, peer) : "", ucspi("TCP", host, port, peer));
		cr_assert_str_eq(program_read(s.fd), want);
		child_expect(&s.child, 0);
		close(s.fd);
	}
}

Test(exec_world, environment_over_unix)
{
	struct session s = start_liar(NET_UNIX);
	char want[1024];

	snprintf(want, sizeof want,
	         "PROTO=UNIX\nSOCKIT_CLIENT_ID=1\nSOCKIT_LOCAL_ADDR=%s\nSOCKIT_LOCAL_PORT=\n"
	         "SOCKIT_PEER_ADDR=\nSOCKIT_PEER_PORT=\nSOCKIT_PROTO=unix\nUNIXLOCALPATH=%s\n"
	         "UNIXREMOTEEGID=%u\nUNIXREMOTEEUID=%u\nUNIXREMOTEPID=%d\nyes\n",
	         s.place.host, s.place.host, getegid(), geteuid(), getpid());
	cr_assert_str_eq(program_read(s.fd), want);
	child_expect(&s.child, 0);
	close(s.fd);
}

/* A client of a Unix socket chooses its own name: it stays one line and one variable. */
Test(exec_world, a_clients_name_smuggles_nothing)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("--sh-exec", SHOW_ENV " | grep -c ''; "
	                                                            "echo \"$SOCKIT_PEER_ADDR\"") },
		NET_UNIX, &place);
	static const char name[] = "\0x\nSOCKIT_EVIL=1\n$(touch evil)\033[2J";
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name - 1);
	int fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");

	memcpy(a.sun_path, name, sizeof name - 1);
	must(bind(fd, (struct sockaddr *)&a, len), "bind");
	must(connect(fd, (struct sockaddr *)&place.address, place.address_size), "connect");
	cr_assert_str_eq(program_read(fd), "11\n@x\\x0aSOCKIT_EVIL=1\\x0a$(touch evil)\\x1b[2J\n");
	child_expect(&child, 0);
}

/* 3 is of ls itself. One that sockit has inherited is not passed on, nor is any of its own. */
Test(exec_world, no_descriptors_but_three)
{
	static const char inherit[] = "exec \"$0\" \"$@\" 7</dev/null 9</dev/null";

	for (enum way way = 0; way < WAYS; way++) {
		struct session s = session_start(
			LISTEN,
			&(struct plan){ .wrap = WORDS("/bin/sh", "-c", inherit),
		                        .args = WORDS(way == WITH_PIPES ? "-i9" : "-4", "--exec",
		                                      "--", "ls", "/proc/self/fd") },
			NET_V4);

		cr_assert_str_eq(program_read(s.fd), "0\n1\n2\n3\n");
		child_expect(&s.child, 0);
		close(s.fd);
	}
}

/* What was closed when sockit started is closed for the program: 2 is of ls itself then. */
Test(exec_world, what_was_closed_is_closed)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = session_start(
			LISTEN,
			&(struct plan){ .in = { END_CLOSED },
		                        .out = { END_CLOSED },
		                        .err = { END_CLOSED },
		                        .args = WORDS(way == WITH_PIPES ? "-i9" : "--backlog=9",
		                                      "--exec", "--", "ls", "/proc/self/fd") },
			NET_UNIX);

		cr_assert_str_eq(program_read(s.fd), "0\n1\n2\n");
		child_expect(&s.child, 0);
		close(s.fd);
	}
}

/* The line of /proc/self/status that begins with NAME, in a program that ARGS run. */
static const char *status_line(const struct plan *plan)
{
	struct session s = session_start(LISTEN, plan, NET_V4);
	const char *line = program_read(s.fd);

	child_expect(&s.child, 0);
	close(s.fd);
	return line;
}

Test(exec_world, gains_no_privileges_unless_allowed)
{
	const char *line = status_line(&(struct plan){
		.args = WORDS("--exec", "--", "grep", "NoNewPrivs", "/proc/self/status") });

	cr_assert_str_eq(line, "NoNewPrivs:\t1\n");
	line = status_line(&(struct plan){ .args = WORDS("--allow-setuid", "--exec", "--", "grep",
	                                                 "NoNewPrivs", "/proc/self/status") });
	cr_assert_str_eq(line, "NoNewPrivs:\t0\n");
}

/*
 * What line SET of /proc/self/status says in a program of sockit's is what it says in one of the
 * test's, which is started as sockit is.
 */
static void assert_signals(const char *set, int ignored)
{
	struct child direct = child_run(&(struct plan){ .program = "grep",
	                                                .ignored_signal = ignored,
	                                                .args = WORDS(set, "/proc/self/status") });
	const char *line = status_line(
		&(struct plan){ .ignored_signal = ignored,
	                        .args = WORDS("--exec", "--", "grep", set, "/proc/self/status") });

	child_expect(&direct, 0);
	cr_assert_str_eq(line, child_out(&direct));
}

Test(exec_world, signals_are_as_sockit_found_them)
{
	assert_signals("SigIgn", 0);
	assert_signals("SigBlk", 0);
	assert_signals("SigIgn", SIGHUP);
	assert_signals("SigIgn", SIGPIPE);
	assert_signals("SigIgn", SIGXFSZ);
	/* Whoever ignores this one is not told of children, but sockit is. */
	assert_signals("SigIgn", SIGCHLD);
}

Test(exec_world, has_a_process_group_of_its_own)
{
	struct session s =
		program_sh(WITH_SOCKET, "read -r pid name state parent group rest </proc/$$/stat; "
	                                "echo $pid $group");
	int pid, group;

	cr_assert_eq(sscanf(program_read(s.fd), "%d %d", &pid, &group), 2);
	cr_assert_eq(pid, group);
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(exec_world, its_status_is_sockits)
{
	static const struct {
		const char *command;
		int status;
	} rows[] = { { "exit 0", 0 }, { "exit 3", 3 }, { "exit 255", 255 }, { "kill -9 $$", 137 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (enum way way = 0; way < WAYS; way++) {
			struct session s = program_sh(way, rows[i].command);

			peer_expect_end(s.fd);
			child_expect(&s.child, rows[i].status);
			close(s.fd);
		}
	}
}

/* Before anything is opened: the address could not even be bound. */
Test(exec_world, a_program_that_cannot_be_run_is_told_at_once)
{
	const char *text = scratch_file("text", "no program");
	struct child child = sockit_expect(
		WORDS("listen", "192.0.2.1", "7", "--exec", "--", "no-such-program"), 127);

	child_says(&child, "cannot run no-such-program: No such file or directory (in no folder");
	child = sockit_expect(WORDS("listen", "192.0.2.1", "7", "--exec", "--", ""), 127);
	child_says(&child, "cannot run '': No such file");
	child = sockit_expect(WORDS("listen", "192.0.2.1", "7", "--exec", "--", "/no/such"), 127);
	child_says(&child, "cannot run /no/such: No such file or directory");
	child = sockit_expect(WORDS("connect", "127.0.0.1", "1", "--exec", "--", text), 126);
	child_says(&child, "Permission denied");
	child = sockit_expect(WORDS("connect", "127.0.0.1", "1", "--exec", "--", "/"), 126);
}

/* One that execve refuses only when the client is there. */
Test(exec_world, a_program_that_the_kernel_refuses)
{
	const char *path = scratch_file("broken", "#!/no/such/interpreter\n");
	struct session s;

	must(chmod(path, 0755), "chmod");
	s = program_start(LISTEN, WITH_SOCKET, NET_V4, WORDS("--exec", "--", path));
	peer_expect_end(s.fd);
	child_expect(&s.child, 127);
	child_says(&s.child, path);
	close(s.fd);
}

Test(exec_world, a_script_without_a_first_line_is_a_shells)
{
	const char *path = scratch_file("script", "echo run by a shell\n");
	struct session s;

	must(chmod(path, 0755), "chmod");
	s = program_start(LISTEN, WITH_SOCKET, NET_V4, WORDS("--exec", "--", path));
	cr_assert_str_eq(program_read(s.fd), "run by a shell\n");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(exec_world, usage)
{
	const struct {
		const char *const *words;
		const char *said;
	} rows[] = {
		{ WORDS("listen", "7", "--exec", "--", "cat"), "--exec needs an address" },
		{ WORDS("listen", ":7", "--sh-exec", "cat"), "--sh-exec needs an address" },
		{ WORDS("listen", "-p", "7", "--exec", "--", "cat"), "--exec needs an address" },
		{ WORDS("listen", "::1", "7", "--exec", "cat"), "--exec needs a program" },
		{ WORDS("listen", "::1", "7", "--exec", "--"), "--exec needs a program" },
		{ WORDS("listen", "::1", "7", "--allow-setuid"), "--allow-setuid needs" },
		{ WORDS("listen", "::1", "7", "--sh-exec", "x", "-d"), "-d" },
		{ WORDS("listen", "::1", "7", "--sh-exec", "x", "--raw"), "--raw" },
		{ WORDS("listen", "::1", "7", "--sh-exec", "x", "--exec", "--", "x"), "--exec" },
		{ WORDS("connect", "::1", "7", "--sh-exec", "x", "--send-only"), "--send-only" },
		{ WORDS("connect", "::1", "7", "--sh-exec", "x", "-q", "1"), "-q" },
		{ WORDS("listen", "::1", "7", "-u", "--sh-exec", "x"), "-u" },
		{ WORDS("listen", "unix-seqpacket:x", "--sh-exec", "x", "-i", "1"),
		  "--idle-timeout has no meaning" },
		{ WORDS("listen", "unix-seqpacket:x", "--sh-exec", "x", "--delim", "line"),
		  "--delim" },
		{ WORDS("listen", "udp:[::1]:7", "--sh-exec", "x"), "has no meaning" },
		{ WORDS("listen", "::1", "7", "--", "x"), "unexpected operand 'x'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = sockit_expect(rows[i].words, 2);

		child_says(&child, rows[i].said);
	}
}

/* All that is behind the two dashes, whatever it looks like. */
Test(exec_world, words_reach_the_program_as_they_are)
{
	struct session s = program_start(
		LISTEN, WITH_SOCKET, NET_V4,
		WORDS("--exec", "--", "printf", "[%s]", "-v", "--", "a b", "$HOME", "", "*"));

	cr_assert_str_eq(program_read(s.fd), "[-v][--][a b][$HOME][][*]");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(exec_world, user_is_another_one_before_anybody_is_let_in)
{
	const char *line = status_line(
		&(struct plan){ .args = WORDS("--user", "65534:1", "--exec", "--", "grep", "-E",
	                                      "Uid|Gid|Groups", "/proc/self/status") });
	struct child child;

	cr_assert_str_eq(line, "Uid:\t65534\t65534\t65534\t65534\n"
	                       "Gid:\t1\t1\t1\t1\nGroups:\t1 \n");
	child = sockit_expect(WORDS("listen", "127.0.0.1:0", "--user", "no-such-user"), 7);
	child_says(&child, "no such user");
	child_silent_about(&child, "No such file");
	child_silent_about(&child, "listening");
	child = sockit_expect(WORDS("listen", "127.0.0.1:0", "--user", "0:no-such-group"), 7);
	child_says(&child, "no such group");
	child = sockit_expect(WORDS("listen", "127.0.0.1:0", "--user", ":x"), 2);
}

/* Who may not become somebody else does not go on as he is. */
Test(exec_world, user_fails_for_who_may_not)
{
	struct child child = child_run(
		&(struct plan){ .wrap = WORDS("setpriv", "--reuid", "65534", "--clear-groups"),
	                        .args = WORDS("listen", "127.0.0.1:0", "--user", "0:0") });

	child_expect(&child, 7);
	child_says(&child, "cannot become user 0:0: Operation not permitted");
}

Test(exec_world, trace_shows_the_descriptors_become_the_programs)
{
	struct session s = session_start(
		LISTEN, &(struct plan){ .args = WORDS("--trace", "--exec", "--", "true") }, NET_V4);

	peer_expect_end(s.fd);
	child_expect(&s.child, 0);
	lines_in_order(child_err(&s.child), WORDS("accept4(", "F_SETFL, O_RDWR)", ", 0) = 0",
	                                          ", 1) = 1", "execve(\"", "SHUT_WR", "SHUT_RDWR"));
	cr_assert(line_with(child_err(&s.child), "execve(\"", "[\"true\"]) = 0"));
	close(s.fd);
}

/* What makes the process, sets it up and takes its status, as --model fork shows it. */
Test(exec_world, trace_shows_the_program_begin_and_end)
{
	const char *const args[] = { "--trace", "-v", "--sh-exec", "exit 3", NULL };
	struct session s = session_start(LISTEN, &(struct plan){ .args = args }, NET_V4);
	const char *line;
	int pid, reaped;

	peer_expect_end(s.fd);
	child_expect(&s.child, 3);
	lines_in_order(child_err(&s.child),
	               WORDS("setpgid(0, 0) = 0", "prctl(PR_SET_NO_NEW_PRIVS, 1) = 0", ", 0) = 0",
	                     "clone(CLONE_VM|CLONE_VFORK|CLONE_PIDFD|SIGCHLD) = ", "execve(\"",
	                     ", [exit 3], "));
	line = strstr(child_err(&s.child), "clone(");
	cr_assert_eq(sscanf(line, "clone(%*[^)]) = %d", &pid), 1);
	line = strstr(child_err(&s.child), "waitpid(");
	cr_assert(line && sscanf(line, "waitpid(%d", &reaped) == 1 && reaped == pid, "%s",
	          child_err(&s.child));
	close(s.fd);
}
