/* Descriptors 0 to 2, whatever they are, and what happens when stdout fails. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

enum { MEBIBYTE = 1 << 20 };

/* A peer that sends until nobody listens any more. */
static void flood(int fd)
{
	struct data data = data_binary(1, UINT64_C(1) << 40);

	source_start(&(struct flow){ .fd = fd, .data = data, .end = FLOW_CLOSE });
}

/* `| head`: the reader takes a little and goes. */
static struct session reader_goes(enum role role, enum net net, int ignored_signal)
{
	struct plan plan = { .in = { END_PIPE },
		             .out = { END_PIPE },
		             .ignored_signal = ignored_signal };
	struct session s = session_start(role, &plan, net);
	char some[100];

	flood(s.fd);
	if (!peer_poll(s.child.out, POLLIN, clock_after(PATIENCE)))
		child_blame(&s.child, "writes nothing");
	must((int)read(s.child.out, some, sizeof(some)), "read");
	close(s.child.out);
	child_finish(&s.child);
	return s;
}

static void ends_by_sigpipe(enum role role, enum net net)
{
	struct session s = reader_goes(role, net, 0);

	if (s.child.signal != SIGPIPE)
		child_blame(&s.child, "SIGPIPE was expected to end it");
	if (net == NET_UNIX || role == CONNECT)
		child_said_nothing(&s.child);
}

Test(stdio, a_reader_that_goes_ends_sockit_by_sigpipe)
{
	session_each(ends_by_sigpipe);
}

static void ends_with_7(enum role role, enum net net)
{
	struct session s = reader_goes(role, net, SIGPIPE);

	child_expect(&s.child, 7);
	if (net == NET_UNIX || role == CONNECT)
		child_said_nothing(&s.child);
}

Test(stdio, a_reader_that_goes_gives_7_where_sigpipe_was_ignored)
{
	session_each(ends_with_7);
}

/* Where nc.openbsd says nothing and gives 0. */
static void disk_is_full(enum role role, enum net net)
{
	struct plan plan = { .in = { END_PIPE }, .out = { END_FULL } };
	struct session s = session_start(role, &plan, net);

	peer_send(s.fd, "one byte would do");
	child_expect(&s.child, 7);
	child_says(&s.child, "No space left on device");
	close(s.fd);
}

Test(stdio, a_full_disk_gives_7_and_a_message)
{
	session_each(disk_is_full);
}

Test(stdio, a_full_disk_does_not_matter_when_nothing_came)
{
	struct session s = session_start(CONNECT, &(struct plan){ .out = { END_FULL } }, NET_V4);

	close(s.fd);
	child_expect(&s.child, 0);
	child_said_nothing(&s.child);
}

static void expect_dev_null(const struct child *child, int fd)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)child->pid, fd);
	must((int)readlink(path, target, sizeof(target) - 1), path);
	if (strcmp(target, "/dev/null") != 0)
		child_blame(child, "descriptor %d is %s", fd, target);
}

/* CLOSED has a bit for each of the descriptors that are closed. */
static void run_with_closed(enum role role, enum net net, unsigned closed, const char *payload)
{
	struct plan plan = {
		.in = { closed & 1 ? END_CLOSED : END_PIPE },
		.out = { closed & 2 ? END_CLOSED : END_DEFAULT },
		.err = { closed & 4 ? END_CLOSED : END_DEFAULT },
	};
	struct session s = session_start(role, &plan, net);
	int status = (closed & 2) && *payload ? 7 : 0;

	proc_await_idle(s.child.pid);
	for (int fd = 0; fd < 3; fd++)
		if (closed & (1U << fd))
			expect_dev_null(&s.child, fd);
	if (!(closed & 1))
		child_end_input(&s.child);
	peer_expect_end(s.fd);
	peer_send(s.fd, payload);
	close(s.fd);
	child_expect(&s.child, status);
	if (!(closed & 2))
		cr_assert_str_eq(child_out(&s.child), payload);
	if (status && !(closed & 4))
		child_says(&s.child, "Bad file descriptor");
}

/* A listener with stderr closed has no way to tell its port, so it listens on a path. */
Test(stdio, closed_descriptors_become_dev_null)
{
	for (unsigned closed = 0; closed < 8; closed++) {
		run_with_closed(CONNECT, NET_V4, closed, "");
		run_with_closed(CONNECT, NET_V6, closed, "payload");
		run_with_closed(LISTEN, NET_UNIX, closed, "");
		run_with_closed(LISTEN, NET_UNIX, closed, "payload");
	}
}

Test(stdio, an_error_gives_its_status_although_stderr_is_closed)
{
	struct child child = child_run(
		&(struct plan){ .args = WORDS("connect", "127.0.0.1:0"), .err = { END_CLOSED } });

	child_expect(&child, 2);
}

Test(stdio, what_verbose_cannot_tell_is_a_failure)
{
	static const struct end errs[] = { { END_CLOSED }, { END_FULL } };

	for (size_t i = 0; i < ARRAY_LEN(errs); i++) {
		struct plan plan = { .args = WORDS("-v"), .in = { END_NULL }, .err = errs[i] };
		struct session s = session_start(CONNECT, &plan, NET_V4);

		peer_send(s.fd, "payload");
		close(s.fd);
		child_expect(&s.child, 7);
		cr_assert_str_eq(child_out(&s.child), "payload");
	}
}

/* Who reads no more of what is told keeps no signal from ending it. */
Test(stdio, a_full_stderr_stops_no_signal)
{
	static char block[1 << 16];
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe");
	must((int)write(ends[1], block, sizeof block), "fill a pipe");
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "-v", "127.0.0.1:0"), .err = { END_FD, .fd = ends[1] } });

	proc_await_idle(child.pid);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

/* A result that cannot be written has the last word, an error as an object too. */
Test(stdio, a_result_that_is_lost_is_the_failure)
{
	const char *const *const calls[] = {
		WORDS("byteorder", "--json", "x"),
		WORDS("resolve", "--json", "-4", "::1"),
		WORDS("services", "--json", "no-such-service"),
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct child child =
			child_run(&(struct plan){ .args = calls[i], .out = { END_FULL } });

		child_expect(&child, 7);
		child_says(&child, "cannot write to standard output: No space left on device");
		child = child_run(&(struct plan){
			.args = calls[i], .out = { END_FULL }, .err = { END_CLOSED } });
		child_expect(&child, 7);
	}
}

/* Both ends of a stream that the test shares with sockit, and the flags it must leave alone. */
struct shared {
	int ours, theirs, flags;
};

static struct shared share(enum end_kind kind, int number, int extra_flags)
{
	struct end_fds fds =
		kind == END_PTY ? end_open_tty() : end_open(&(struct end){ .kind = kind }, number);
	struct shared shared = { .ours = fds.test, .theirs = fds.child };

	must(fcntl(fds.child, F_SETFL, fcntl(fds.child, F_GETFL) | extra_flags), "F_SETFL");
	shared.flags = fcntl(fds.child, F_GETFL);
	return shared;
}

static void expect_flags(const struct child *child, const struct shared *shared, const char *which)
{
	int flags = fcntl(shared->theirs, F_GETFL);

	if (flags != shared->flags)
		child_blame(child, "changed the flags of its %s from %o to %o", which,
		            shared->flags, flags);
}

static void run_with_shared(enum end_kind kind, int extra_flags)
{
	struct shared in = share(kind, 0, extra_flags), out = share(kind, 1, extra_flags);
	struct plan plan = { .in = { END_FD, .fd = in.theirs },
		             .out = { END_FD, .fd = out.theirs } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	must((int)write(in.ours, "typed\n", 6), "write");
	peer_expect(s.fd, "typed\n");
	peer_send(s.fd, "answer\n");
	if (!peer_poll(out.ours, POLLIN, clock_after(PATIENCE)))
		child_blame(&s.child, "writes nothing");
	expect_flags(&s.child, &in, "stdin");
	expect_flags(&s.child, &out, "stdout");
	close(s.fd);
	child_signal(&s.child, SIGTERM);
	child_finish(&s.child);
	expect_flags(&s.child, &in, "stdin");
	expect_flags(&s.child, &out, "stdout");
}

Test(stdio, inherited_descriptors_keep_their_flags)
{
	static const enum end_kind kinds[] = { END_PIPE, END_SOCKET, END_PTY };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		run_with_shared(kinds[i], 0);
		run_with_shared(kinds[i], O_NONBLOCK);
	}
}

/* Enough data that a descriptor which is not blocking says EAGAIN many times. */
static void move_through_nonblocking(enum end_kind kind)
{
	struct data up = data_binary(1, 4 * MEBIBYTE), down = data_binary(2, 4 * MEBIBYTE);
	struct shared in = share(kind, 0, O_NONBLOCK), out = share(kind, 1, O_NONBLOCK);
	struct plan plan = { .in = { END_FD, .fd = in.theirs },
		             .out = { END_FD, .fd = out.theirs } };
	struct session s = session_start(CONNECT, &plan, NET_V4);
	struct mover *drain, *sink;

	close(in.theirs);
	close(out.theirs);
	sink = sink_start(&(struct flow){ .fd = s.fd, .data = up, .end = FLOW_LEAVE });
	drain = sink_start(&(struct flow){
		.fd = out.ours, .data = down, .chunk = 20000, .pause = 0.0005, .end = FLOW_CLOSE });
	source_start(&(struct flow){ .fd = s.fd, .data = down, .end = FLOW_SHUT });
	source_start(&(struct flow){
		.fd = in.ours, .data = up, .chunk = 20000, .pause = 0.0005, .end = FLOW_CLOSE });
	mover_expect_whole(sink, "upload from a non-blocking stdin");
	mover_expect_whole(drain, "download to a non-blocking stdout");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(stdio, inherited_descriptors_that_are_non_blocking_work)
{
	move_through_nonblocking(END_PIPE);
	move_through_nonblocking(END_SOCKET);
}

/* The shell's `(echo head; sockit ...; echo tail) <file >file`: offsets are shared and go on. */
static void offsets_go_on(enum role role, enum net net)
{
	int in = must(open(scratch_file("in", "skipped\nsent\n"), O_RDONLY | O_CLOEXEC), "in");
	const char *path = scratch_path("out");
	int out = must(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), path);
	struct plan plan = { .in = { END_FD, .fd = in }, .out = { END_FD, .fd = out } };
	struct session s;

	must((int)lseek(in, 8, SEEK_SET), "lseek");
	must((int)write(out, "head\n", 5), "write");
	s = session_start(role, &plan, net);
	peer_expect(s.fd, "sent\n");
	peer_expect_end(s.fd);
	peer_send(s.fd, "received\n");
	close(s.fd);
	child_expect(&s.child, 0);
	must((int)write(out, "tail\n", 5), "write");
	cr_assert_str_eq(scratch_read(path), "head\nreceived\ntail\n");
	cr_assert_eq(lseek(in, 0, SEEK_CUR), 13);
	close(in);
	close(out);
}

Test(stdio, file_offsets_are_shared_with_the_shell)
{
	session_each(offsets_go_on);
}

/* A FIFO with a name tells of its end only to who has it open, so it must not be opened again. */
Test(stdio, a_named_pipe_on_stdin_has_an_end)
{
	const char *path = scratch_path("fifo");
	struct plan plan = { .in = { END_FILE, .path = path } };
	struct session s;
	int reader, writer;

	must(mkfifo(path, 0600), path);
	reader = must(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), path);
	writer = must(open(path, O_WRONLY | O_CLOEXEC), path);
	s = session_start(CONNECT, &plan, NET_V4);
	close(reader);
	must((int)write(writer, "through a name", 14), "write");
	peer_expect(s.fd, "through a name");
	close(writer);
	peer_expect_end(s.fd);
	close(s.fd);
	child_expect(&s.child, 0);
}

/* As inetd starts its servers. */
Test(stdio, one_socket_may_be_both_stdin_and_stdout)
{
	struct end_fds fds = end_open(&(struct end){ .kind = END_SOCKET }, 0);
	struct plan plan = { .in = { END_FD, .fd = fds.child },
		             .out = { END_FD, .fd = fds.child } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	close(fds.child);
	peer_send(fds.test, "question");
	peer_shut(fds.test);
	peer_expect(s.fd, "question");
	peer_expect_end(s.fd);
	peer_send(s.fd, "answer");
	close(s.fd);
	peer_expect(fds.test, "answer");
	peer_expect_end(fds.test);
	child_expect(&s.child, 0);
}

Test(stdio, a_stdin_that_cannot_be_read_gives_7)
{
	int directory = must(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "/");
	struct plan plan = { .in = { END_FD, .fd = directory } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	child_expect(&s.child, 7);
	child_says(&s.child, "Is a directory");
	close(directory);
}

Test(stdio, no_descriptor_left_gives_7)
{
	struct child child =
		child_run(&(struct plan){ .args = WORDS("listen", "0"), .max_fds = 4 });

	child_expect(&child, 7);
	child_says(&child, "Too many open files");
}
