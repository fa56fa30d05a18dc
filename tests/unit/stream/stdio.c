/* stream/stdio: what standard input and output are, and that none of them ever blocks. */
#include "stream/stdio.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/scratch.h"
#include "sys/call.h"

/* FD becomes the standard descriptor NUMBER. */
static void install(int fd, int number)
{
	must(dup2(fd, number), "dup2");
	close(fd);
}

static struct stream *standard(int number)
{
	struct err err;
	struct stream *s = stream_standard_new(number, &err);

	cr_assert_not_null(s);
	return s;
}

static void make_pipe(int ends[2])
{
	must(pipe2(ends, O_CLOEXEC), "pipe2");
}

static int open_terminal(int *master)
{
	*master = must(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");
	must(grantpt(*master), "grantpt");
	must(unlockpt(*master), "unlockpt");
	return must(open(ptsname(*master), O_RDWR | O_NOCTTY | O_CLOEXEC), "terminal");
}

static void expect_nature(int number, enum stream_nature nature)
{
	int flags = fcntl(number, F_GETFL);
	struct stream *s = standard(number);

	cr_assert_eq(s->nature, nature, "nature %d instead of %d", (int)s->nature, (int)nature);
	cr_assert_eq(fcntl(number, F_GETFL), flags, "the flags of the shell's description changed");
	cr_assert_eq(s->ops->splice_fd(s), s->fd);
	cr_assert_eq(stream_close(s), 0);
	cr_assert(fcntl(number, F_GETFD) >= 0, "closed what is not its own");
}

Test(stdio, natures)
{
	int ends[2], master;
	const char *path = scratch_path("file");

	install(must(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), path), 0);
	expect_nature(0, STREAM_FILE);
	install(must(open(path, O_WRONLY | O_APPEND | O_CLOEXEC), path), 1);
	expect_nature(1, STREAM_APPEND);
	make_pipe(ends);
	install(ends[0], 0);
	install(ends[1], 1);
	expect_nature(0, STREAM_PIPE);
	expect_nature(1, STREAM_PIPE);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	install(ends[0], 0);
	expect_nature(0, STREAM_SOCKET);
	install(open_terminal(&master), 0);
	expect_nature(0, STREAM_TERMINAL);
	install(must(open("/dev/null", O_RDONLY), "null"), 0);
	expect_nature(0, STREAM_DEVICE);
}

Test(stdio, one_that_comes_non_blocking_is_used_as_it_is)
{
	int ends[2];

	must(pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
	install(ends[0], 0);
	expect_nature(0, STREAM_PIPE);
}

static void expect_kind(struct io io, enum io_kind kind)
{
	cr_assert_eq(io.kind, kind, "kind %d instead of %d, %zu bytes, errno %d", (int)io.kind,
	             (int)kind, io.n, io.error);
}

/* What is empty says so at once; what has something gives it; what has ended says that. */
static void expect_reads(int writer)
{
	struct stream *s = standard(0);
	char buf[16] = "";

	expect_kind(s->ops->read(s, buf, sizeof buf), IO_WANT_READ);
	cr_assert_eq(write(writer, "hello", 5), 5);
	struct io io = s->ops->read(s, buf, sizeof buf);
	expect_kind(io, IO_DONE);
	cr_assert_eq(io.n, 5);
	cr_assert_str_eq(buf, "hello");
	expect_kind(s->ops->read(s, buf, sizeof buf), IO_WANT_READ);
	close(writer);
	expect_kind(s->ops->read(s, buf, sizeof buf), IO_END);
	cr_assert_eq(stream_close(s), 0);
}

Test(stdio, reading_never_blocks)
{
	int ends[2];

	make_pipe(ends);
	install(ends[0], 0);
	expect_reads(ends[1]);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	install(ends[0], 0);
	expect_reads(ends[1]);
	/* A FIFO with a name is not opened again: its end would never come. */
	const char *path = scratch_path("fifo");
	must(mkfifo(path, 0600), "mkfifo");
	int both = must(open(path, O_RDWR | O_CLOEXEC), path);
	install(must(open(path, O_RDONLY | O_CLOEXEC), path), 0);
	int writer = must(open(path, O_WRONLY | O_CLOEXEC), path);
	close(both);
	expect_reads(writer);
}

/* Where a pipe cannot be asked not to block call by call, it is opened again. */
static bool refuse_now;
static int refuse_first(struct sys_observer *self, struct sys_call *call)
{
	bool now = call->op == SYS_READ || call->op == SYS_WRITE;

	(void)self;
	if (!now || !refuse_now)
		return 0;
	refuse_now = false;
	return EOPNOTSUPP;
}

/* Until it is full, without blocking; then again when it has room. */
static void expect_writes(int reader)
{
	struct stream *s = standard(1);
	static char buf[40000];
	struct io io;
	size_t wrote = 0;

	/* A write that blocks would wait for this very thread. */
	alarm(20);
	while ((io = s->ops->write(s, buf, sizeof buf)).kind == IO_DONE) {
		cr_assert(io.n > 0 && io.n <= sizeof buf);
		wrote += io.n;
	}
	expect_kind(io, IO_WANT_WRITE);
	while (wrote > 0)
		wrote -= (size_t)must(
			(int)read(reader, buf, wrote < sizeof buf ? wrote : sizeof buf), "read");
	expect_kind(s->ops->write(s, "x", 1), IO_DONE);
	cr_assert_eq(read(reader, buf, 1), 1);
	cr_assert_eq(s->ops->shut_write(s), 0);
	cr_assert_eq(read(reader, buf, 1), 0, "the reader does not see the end");
	cr_assert(fcntl(1, F_GETFD) >= 0, "a socket could become descriptor 1");
	cr_assert_eq(stream_close(s), 0);
}

Test(stdio, writing_never_blocks_and_shutting_ends_it)
{
	int ends[2];

	make_pipe(ends);
	install(ends[1], 1);
	expect_writes(ends[0]);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	install(ends[1], 1);
	expect_writes(ends[0]);
	/* Where it cannot be opened again, PIPE_BUF at a time. */
	const char *path = scratch_path("fifo");
	must(mkfifo(path, 0600), "mkfifo");
	int reader = must(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), path);
	install(must(open(path, O_WRONLY | O_CLOEXEC), path), 1);
	must(fcntl(reader, F_SETFL, 0), "F_SETFL");
	expect_writes(reader);
}

Test(stdio, a_kernel_that_cannot_be_asked_each_time_never_blocks_either)
{
	struct sys_observer old_kernel = { .before = refuse_first };
	int ends[2];

	sys_observe(&old_kernel);
	make_pipe(ends);
	install(ends[0], 0);
	refuse_now = true;
	expect_reads(ends[1]);
	cr_assert_not(refuse_now);
	make_pipe(ends);
	install(ends[1], 1);
	refuse_now = true;
	expect_writes(ends[0]);
	cr_assert_not(refuse_now);
	cr_assert_eq(fcntl(1, F_GETFL) & O_NONBLOCK, 0);
	sys_observe(NULL);
}

Test(stdio, a_reader_that_left_is_epipe)
{
	int ends[2];
	struct stream *s;

	signal(SIGPIPE, SIG_IGN);
	make_pipe(ends);
	install(ends[1], 1);
	s = standard(1);
	close(ends[0]);
	struct io io = s->ops->write(s, "x", 1);
	expect_kind(io, IO_FAILED);
	cr_assert_eq(io.error, EPIPE);
	stream_close(s);
}

Test(stdio, a_full_disk_and_a_closed_stdout)
{
	struct stream *s;

	install(must(open("/dev/full", O_WRONLY | O_CLOEXEC), "full"), 1);
	s = standard(1);
	struct io io = s->ops->write(s, "x", 1);
	expect_kind(io, IO_FAILED);
	cr_assert_eq(io.error, ENOSPC);
	stream_close(s);
	/* As sys_fill_standard_fds leaves one that was closed. */
	install(must(open("/dev/null", O_RDONLY | O_CLOEXEC), "null"), 1);
	s = standard(1);
	io = s->ops->write(s, "x", 1);
	expect_kind(io, IO_FAILED);
	cr_assert_eq(io.error, EBADF);
	stream_close(s);
}

Test(stdio, names_for_people)
{
	char buf[64];
	struct text t = TEXT_OVER(buf);
	struct stream *in = standard(0), *out = standard(1);

	in->ops->describe(in, &t);
	text_add_str(&t, ", ");
	out->ops->describe(out, &t);
	cr_assert_str_eq(buf, "standard input, standard output");
	stream_close(in);
	stream_close(out);
}

Test(stdio, one_that_is_not_open_is_a_local_error)
{
	struct err err;

	close(0);
	cr_assert_null(stream_standard_new(0, &err));
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, EBADF);
	cr_assert_str_eq(err.subject, "standard input");
}

/* stream/stream: the outcome of a call. */
Test(stdio, outcomes_of_calls)
{
	expect_kind(io_from_read(5), IO_DONE);
	expect_kind(io_from_read(0), IO_END);
	expect_kind(io_from_read(-EAGAIN), IO_WANT_READ);
	expect_kind(io_from_read(-ECONNRESET), IO_FAILED);
	expect_kind(io_from_write(5), IO_DONE);
	/* Nothing that could be waited for: not 'again', which would spin. */
	expect_kind(io_from_write(0), IO_FAILED);
	expect_kind(io_from_write(-EAGAIN), IO_WANT_WRITE);
	cr_assert_eq(io_from_write(-EPIPE).error, EPIPE);
	cr_assert_eq(stream_close(NULL), 0);
}
