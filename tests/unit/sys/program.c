/* sys/program: other programs as children, and what happens when that fails. */
#include "sys/program.h"
#include "sys/child.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/fail.h"
#include "harness/scratch.h"
#include "sys/call.h"
#include "sys/file.h"

static void assert_found(const char *name, int result, const char *where)
{
	OWN_MEM char *path = NULL;

	cr_assert_eq(sys_program_find(name, &path), result, "%s", name);
	if (where)
		cr_assert_str_eq(path, where);
	else
		cr_assert_null(path);
}

Test(sys_program, is_found_as_execvp_finds_it)
{
	const char *text = scratch_file("text", "no program"), *own = scratch_file("own", "");
	char dirs[512], folder[256], here[300];

	must(chmod(own, 0755), "chmod");
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(own, '/') - own), own);
	assert_found("/bin/sh", 0, "/bin/sh");
	assert_found("/no/such", -ENOENT, NULL);
	assert_found("/bin", -EACCES, NULL);
	assert_found(text, -EACCES, NULL);
	assert_found("", -ENOENT, NULL);
	snprintf(dirs, sizeof dirs, "/no/such:%s:/bin", folder);
	setenv("PATH", dirs, 1);
	assert_found("own", 0, own);
	assert_found("sh", 0, "/bin/sh");
	assert_found("text", -EACCES, NULL);
	assert_found("no-such-program", -ENOENT, NULL);
	/* An empty folder is the current one. */
	setenv("PATH", "/no/such::", 1);
	must(chdir(folder), "chdir");
	snprintf(here, sizeof here, "./own");
	assert_found("own", 0, here);
	unsetenv("PATH");
	assert_found("sh", 0, "/bin/sh");
}

/* Fails the NTH call of one kind. */
static struct {
	struct sys_observer observer;
	enum sys_op op;
	int error;
	unsigned nth, seen[SYS_OP_COUNT];
} fault;

static int fault_before(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return ++fault.seen[call->op] == fault.nth && call->op == fault.op ? fault.error : 0;
}

static void fault_at(enum sys_op op, unsigned nth, int error)
{
	memset(&fault, 0, sizeof fault);
	fault.observer.before = fault_before;
	fault.op = op;
	fault.nth = nth;
	fault.error = error;
	sys_observe(&fault.observer);
}

static int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static int start(const char *const *argv, struct sys_child *child, bool *refused)
{
	static const char *const env[] = { "PATH=/bin:/usr/bin", NULL };
	OWN_FD null = must(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
	OWN_FD high = must(fcntl(null, F_DUPFD_CLOEXEC, 20), "dup");
	struct sys_program p = {
		.path = argv[0], .argv = argv, .env = env, .in = high, .out = high
	};

	return sys_program_start(&p, child, refused);
}

#define SH(command) ((const char *const[]){ "/bin/sh", "-c", (command), NULL })

Test(sys_program, runs_and_tells_how_it_ended)
{
	static const struct {
		const char *command;
		int status;
	} rows[] = { { "exit 0", 0 }, { "exit 7", 7 }, { "kill -TERM $$", 128 + SIGTERM } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sys_child child;
		bool refused = true;
		int status = -1;

		cr_assert_eq(start(SH(rows[i].command), &child, &refused), 0);
		cr_assert(!refused);
		struct pollfd end = { .fd = child.pidfd, .events = POLLIN };
		cr_assert_eq(poll(&end, 1, 20000), 1);
		cr_assert_eq(sys_program_reap(child.pid, false, &status), child.pid);
		cr_assert_eq(status, rows[i].status);
		cr_assert_eq(sys_kill(-child.pid, 0), -ESRCH);
		sys_close(child.pidfd);
	}
}

Test(sys_program, is_signalled_as_a_group)
{
	struct sys_child child;
	bool refused;
	int status = -1;

	cr_assert_eq(start(SH("sleep 100; exit 1"), &child, &refused), 0);
	cr_assert_eq(sys_program_reap(child.pid, false, &status), 0);
	cr_assert_eq(status, -1);
	cr_assert_eq(sys_kill(-child.pid, SIGKILL), 0);
	cr_assert_eq(sys_program_reap(child.pid, true, &status), child.pid);
	cr_assert_eq(status, 128 + SIGKILL);
	sys_close(child.pidfd);
}

/* Whatever fails is told, with whose fault it was; nothing is left of it. */
Test(sys_program, failures_leave_nothing_behind)
{
	static const struct {
		enum sys_op op;
		unsigned nth;
		int error;
		bool refused;
	} rows[] = {
		{ SYS_CLONE, 1, EAGAIN, false }, { SYS_CLONE, 1, EMFILE, false },
		{ SYS_DUP2, 1, EBUSY, false },   { SYS_DUP2, 2, EMFILE, false },
		{ SYS_EXECVE, 1, ENOENT, true }, { SYS_EXECVE, 1, ENOMEM, true },
	};
	int before = open_fds();

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sys_child child = { -1, -1 };
		bool refused = !rows[i].refused;

		fault_at(rows[i].op, rows[i].nth, rows[i].error);
		cr_assert_eq(start(SH("exit 0"), &child, &refused), -rows[i].error, "row %zu", i);
		sys_observe(NULL);
		cr_assert_eq(refused, rows[i].refused);
		cr_assert_eq(child.pid, -1);
		cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
		cr_assert_eq(errno, ECHILD, "row %zu left a child", i);
		cr_assert_eq(open_fds(), before, "row %zu left a descriptor", i);
	}
}

Test(sys_program, what_execve_says_comes_back)
{
	const char *const argv[] = { scratch_file("text", "\177ELF no program"), NULL };
	struct sys_child child;
	bool refused = false;

	cr_assert_eq(start(argv, &child, &refused), -EACCES);
	cr_assert(refused);
	must(chmod(argv[0], 0755), "chmod");
	cr_assert_eq(start((const char *const[]){ "/no/such", NULL }, &child, &refused), -ENOENT);
	cr_assert(refused);
}

/* A signal while the child is made is for this process, and is not lost. */
Test(sys_program, leaves_the_mask_as_it_was)
{
	sigset_t before, after;
	struct sys_child child;
	bool refused;

	sigemptyset(&before);
	sigaddset(&before, SIGUSR2);
	sigprocmask(SIG_SETMASK, &before, NULL);
	cr_assert_eq(start(SH("exec grep -q 'SigBlk:.*0000000000000800' /proc/self/status"), &child,
	                   &refused),
	             0);
	sigprocmask(SIG_SETMASK, NULL, &after);
	cr_assert(sigismember(&after, SIGUSR2) && !sigismember(&after, SIGTERM));
	int status = -1;
	cr_assert_eq(sys_program_reap(child.pid, true, &status), child.pid);
	cr_assert_eq(status, 0, "the child has another mask");
	sys_close(child.pidfd);
}

Test(sys_program, descriptors_are_asked_and_made_to_wait)
{
	int ends[2];

	cr_assert_eq(sys_pipe(ends), 0);
	cr_assert_eq(sys_readable_bytes(ends[0]), 0);
	cr_assert_eq(write(ends[1], "four", 4), 4);
	cr_assert_eq(sys_readable_bytes(ends[0]), 4);
	cr_assert(fcntl(ends[1], F_GETFL) & O_NONBLOCK);
	cr_assert_eq(sys_set_blocking(ends[1]), 0);
	cr_assert(!(fcntl(ends[1], F_GETFL) & O_NONBLOCK));
	cr_assert(fcntl(ends[0], F_GETFL) & O_NONBLOCK);
	cr_assert_eq(sys_set_blocking(-1), -EBADF);
	cr_assert_eq(sys_readable_bytes(-1), -EBADF);
}
