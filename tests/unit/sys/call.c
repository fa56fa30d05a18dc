/* sys/call and its wrappers: call, retry EINTR, read errno once, tell the observer, return. */
#include "sys/call.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/scratch.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/socket.h"
#include "sys/wait.h"

/* Fails the first `times` calls with `error`, and remembers what it saw. */
static struct {
	struct sys_observer observer;
	int times, error;
	intptr_t at_most;
	unsigned before, after;
	struct sys_call last;
} seen;

static int seen_before(struct sys_observer *self, struct sys_call *call)
{
	cr_assert_eq(self, &seen.observer);
	seen.before++;
	if (seen.at_most)
		call->arg[2] = seen.at_most;
	return seen.times-- > 0 ? seen.error : 0;
}

static void seen_after(struct sys_observer *self, const struct sys_call *call)
{
	cr_assert_eq(self, &seen.observer);
	seen.after++;
	seen.last = *call;
}

static void observe(int times, int error)
{
	memset(&seen, 0, sizeof seen);
	seen.observer = (struct sys_observer){ seen_before, seen_after };
	seen.times = times;
	seen.error = error;
	sys_observe(&seen.observer);
}

Test(call, without_an_observer_results_are_plain)
{
	int ends[2];

	cr_assert_eq(sys_pipe(ends), 0);
	cr_assert_eq(sys_write(ends[1], "ab", 2), 2);
	char buf[4];
	cr_assert_eq(sys_read(ends[0], buf, 4), 2);
	cr_assert_eq(sys_read(ends[0], buf, 4), -EAGAIN);
	cr_assert_eq(sys_close(ends[0]), 0);
	cr_assert_eq(sys_close(ends[0]), -EBADF);
	cr_assert_eq(sys_close(-1), 0);
	cr_assert_eq(sys_open("/no/such", O_RDONLY, 0), -ENOENT);
}

Test(call, the_observer_sees_each_call_with_its_result)
{
	observe(0, 0);
	int fd = sys_open("/dev/null", O_RDONLY, 0);
	cr_assert_eq(seen.last.op, SYS_OPEN);
	cr_assert_eq(seen.last.result, fd);
	cr_assert_str_eq((const char *)seen.last.arg[0], "/dev/null");
	cr_assert(seen.last.began > 0 && seen.last.took >= 0);
	cr_assert_eq(sys_recv(fd, NULL, 0), -ENOTSOCK);
	cr_assert_eq(seen.last.result, -ENOTSOCK);
	sys_close(fd);
	cr_assert_eq(seen.last.op, SYS_CLOSE);
	cr_assert_eq(seen.before, 3);
	cr_assert_eq(seen.after, 3);
	sys_observe(NULL);
	sys_close(-1);
	cr_assert_eq(seen.before, 3);
}

Test(call, a_veto_fails_the_call_without_making_it)
{
	int fd = sys_open(scratch_path("f"), O_CREAT | O_RDWR, 0600);
	struct stat st;

	observe(1, ENOSPC);
	cr_assert_eq(sys_write(fd, "x", 1), -ENOSPC);
	cr_assert_eq(seen.last.result, -ENOSPC);
	sys_observe(NULL);
	must(fstat(fd, &st), "fstat");
	cr_assert_eq(st.st_size, 0);
}

Test(call, a_size_can_be_lowered)
{
	int fd = sys_open(scratch_path("f"), O_CREAT | O_RDWR, 0600);

	observe(0, 0);
	seen.at_most = 2;
	cr_assert_eq(sys_write(fd, "abcd", 4), 2);
	sys_observe(NULL);
}

Test(call, interrupted_calls_are_made_again)
{
	observe(3, EINTR);
	int fd = sys_open("/dev/null", O_RDONLY, 0);
	cr_assert(fd >= 0);
	cr_assert_eq(seen.before, 4);
	cr_assert_eq(seen.after, 1);
	sys_observe(NULL);
}

/* On Linux the descriptor is gone: a second try could hit another's. */
Test(call, an_interrupted_close_is_not_repeated_and_no_error)
{
	int fd = sys_open("/dev/null", O_RDONLY, 0);

	observe(1, EINTR);
	cr_assert_eq(sys_close(fd), 0);
	cr_assert_eq(seen.before, 1);
	sys_observe(NULL);
}

Test(call, an_interrupted_wait_is_news)
{
	struct pollfd none = { .fd = -1 };
	struct epoll_event event;
	int epfd = sys_epoll_create();

	observe(1, EINTR);
	cr_assert_eq(sys_poll(&none, 1, NSEC_NEVER), 0);
	cr_assert_eq(seen.before, 1);
	observe(1, EINTR);
	cr_assert_eq(sys_epoll_wait(epfd, &event, 1, NSEC_NEVER), 0);
	cr_assert_eq(seen.before, 1);
	sys_observe(NULL);
}

Test(call, everything_that_is_opened_is_close_on_exec)
{
	int ends[2];

	cr_assert_eq(sys_pipe(ends), 0);
	int fds[] = { ends[0],
		      ends[1],
		      sys_open("/dev/null", O_RDONLY, 0),
		      sys_socket(AF_INET, SOCK_STREAM, 0),
		      sys_epoll_create(),
		      sys_eventfd(),
		      sys_reopen(ends[0], O_RDONLY) };
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		cr_assert(fds[i] > 2);
		cr_assert(fcntl(fds[i], F_GETFD) & FD_CLOEXEC, "number %zu", i);
	}
}

Test(call, reopening_leaves_the_flags_of_the_first_alone)
{
	int ends[2];

	must(pipe(ends), "pipe");
	int again = sys_reopen(ends[0], O_RDONLY);
	cr_assert(again >= 0);
	cr_assert(fcntl(again, F_GETFL) & O_NONBLOCK);
	cr_assert(!(fcntl(ends[0], F_GETFL) & O_NONBLOCK));
	int fd = sys_socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(sys_reopen(fd, O_RDONLY), -ENXIO);
}

/* PRODUCT.md, Descriptors 0-2: all three only for reading, and only those that were closed. */
Test(call, closed_standard_descriptors_are_filled)
{
	struct stat null, st;

	must(stat("/dev/null", &null), "stat");
	close(0);
	close(1);
	int kept = fcntl(2, F_GETFD);
	cr_assert_eq(sys_fill_standard_fds(), 0);
	for (int fd = 0; fd < 2; fd++) {
		must(fstat(fd, &st), "fstat");
		cr_assert_eq(st.st_rdev, null.st_rdev);
		cr_assert_eq(write(fd, "x", 1), -1);
		cr_assert_eq(errno, EBADF);
	}
	cr_assert_eq(fcntl(2, F_GETFD), kept);
}

Test(call, retiring_stdout_closes_it_and_keeps_its_number)
{
	int ends[2];
	char byte;

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	dup2(ends[1], 1);
	close(ends[1]);
	cr_assert_eq(sys_retire_standard_fd(1), 0);
	cr_assert_eq(read(ends[0], &byte, 1), 0, "the reader does not see the end");
	cr_assert(fcntl(1, F_GETFD) >= 0);
}

static int status_of_child(void (*body)(void))
{
	int status;
	pid_t pid = must(fork(), "fork");

	if (pid == 0) {
		body();
		_exit(0);
	}
	must(waitpid(pid, &status, 0), "waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void die_by_term(void)
{
	signal(SIGTERM, SIG_IGN);
	process_die_by(SIGTERM);
}

static void die_by_pipe(void)
{
	signals_ignore_pipe();
	raise(SIGPIPE);
	process_die_by(SIGPIPE);
}

static void caught_twice(void)
{
	signal(SIGHUP, SIG_IGN);
	signals_catch();
	signals_catch();
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGTERM);
	/* Not before it waits. */
	if (signals_caught())
		_exit(1);
	(void)!sys_poll(NULL, 0, 0);
	_exit(signals_caught() == SIGTERM ? 42 : 2);
}

Test(call, the_process_ends_by_the_signal_itself)
{
	cr_assert_eq(status_of_child(die_by_term), 128 + SIGTERM);
	cr_assert_eq(status_of_child(die_by_pipe), 128 + SIGPIPE);
}

Test(call, signals_are_delivered_while_it_waits_and_ignored_ones_never)
{
	cr_assert_eq(status_of_child(caught_twice), 42);
}
