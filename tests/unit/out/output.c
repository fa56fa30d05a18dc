/* out/output: whole texts, whatever the descriptor does. */
#include "out/output.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "sys/call.h"
#include "sys/process.h"

static int at_most_one(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op == SYS_WRITE)
		call->arg[2] = 1;
	return 0;
}

Test(output, short_writes_go_on)
{
	struct sys_observer observer = { .before = at_most_one };
	char got[16] = "";
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	sys_observe(&observer);
	cr_assert_eq(output_write(ends[1], "several", 7), 0);
	sys_observe(NULL);
	cr_assert_eq(read(ends[0], got, sizeof got), 7);
	cr_assert_str_eq(got, "several");
	cr_assert_eq(output_write(ends[1], "", 0), 0);
}

/* One that came non-blocking is waited for. */
Test(output, a_full_pipe_is_waited_for)
{
	static char much[300000];
	int ends[2];

	must(pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
	if (must(fork(), "fork") == 0) {
		struct pollfd in = { .fd = ends[0], .events = POLLIN };
		static char got[sizeof much];

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		clock_pause(0.02);
		for (size_t all = 0; all < sizeof much && poll(&in, 1, 10000) > 0;)
			all += (size_t)read(ends[0], got, sizeof got);
		_exit(0);
	}
	cr_assert_eq(output_write(ends[1], much, sizeof much), 0);
}

static struct err result_on(int fd)
{
	struct err err = { .domain = ERR_NONE };

	must(dup2(fd, 1), "dup2");
	(void)!output_result("text\n", &err);
	return err;
}

Test(output, results_that_cannot_be_written)
{
	int ends[2];
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	must(pipe2(ends, O_CLOEXEC), "pipe2");
	err = result_on(ends[1]);
	cr_assert_eq(err.domain, ERR_NONE);
	close(ends[0]);
	err = result_on(ends[1]);
	cr_assert_eq(err.domain, ERR_STDOUT_GONE);
	err = result_on(must(open("/dev/full", O_WRONLY | O_CLOEXEC), "full"));
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, ENOSPC);
	err = result_on(must(open("/dev/null", O_RDONLY | O_CLOEXEC), "null"));
	cr_assert_eq(err.code, EBADF);
}

/* For what waits in a loop: a reader that has stopped does not keep it from ending. */
Test(output, a_caught_signal_ends_a_wait)
{
	static char much[300000];
	int64_t start;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	signals_catch();
	cr_assert_eq(output_write_interruptible(ends[1], much, 1000), 0);
	raise(SIGTERM);
	start = clock_now();
	cr_assert_eq(output_write_interruptible(ends[1], much, sizeof much), -EINTR);
	/* What has room is still written, and nothing waits. */
	cr_assert(read(ends[0], much, sizeof much) > 32768);
	cr_assert_eq(output_write_interruptible(ends[1], "rest", 4), 0);
	cr_assert_eq(output_write_interruptible(ends[1], much, sizeof much), -EINTR);
	cr_assert(clock_since(start) < 5);
}
