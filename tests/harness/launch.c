#include "harness/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/fail.h"

enum { MAX_WORDS = 64, FIRST_FREE_FD = 10 };

/* What tests see must not depend on who runs them. */
static const char *const plain_env[] = {
	"LC_ALL=C.UTF-8",
	"TERM=xterm",
	"SHELL=/bin/sh",
	NULL,
};
static const char *const kept_env[] = {
	"PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", NULL,
};

const char *launch_sockit(void)
{
	const char *path = getenv("SOCKIT");

	if (!path || !*path)
		fail("set SOCKIT to the path of the binary to be tested");
	return path;
}

/* Append WORDS to ARGV, which has room for MAX_WORDS and a NULL. */
static size_t add_words(const char **argv, size_t n, const char *const *words)
{
	for (; words && *words; words++) {
		if (n == MAX_WORDS)
			fail("too many words in a command");
		argv[n++] = *words;
	}
	argv[n] = NULL;
	return n;
}

static void make_argv(const struct plan *plan, const char **argv)
{
	const char *program = plan->program ? plan->program : launch_sockit();
	size_t n = add_words(argv, 0, plan->wrap);

	n = add_words(argv, n, WORDS(program));
	n = add_words(argv, n, plan->args);
	add_words(argv, n, plan->more);
}

static void make_env(const struct plan *plan, const char **env)
{
	/* The first of a name is what getenv() finds. */
	size_t n = add_words(env, add_words(env, 0, plan->env), plain_env);

	/* Under strace a process cannot be traced by LeakSanitizer as well. */
	if (plan->wrap)
		n = add_words(env, n, WORDS("LSAN_OPTIONS=detect_leaks=0"));

	for (const char *const *name = kept_env; *name; name++) {
		const char *value = getenv(*name);
		char *pair;

		if (value && must(asprintf(&pair, "%s=%s", *name, value), "asprintf"))
			n = add_words(env, n, WORDS(pair));
	}
}

void launch_describe(const struct plan *plan, char *text, size_t size)
{
	const char *argv[MAX_WORDS + 1];
	size_t used = 0;

	make_argv(plan, argv);
	for (size_t i = 0; argv[i] && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "", argv[i]);
}

static void set_signals(int ignored)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, i == ignored ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void enter_netns(int netns)
{
	if (netns > 0 && setns(netns, CLONE_NEWNET) < 0)
		_exit(127);
}

/* After the descriptors are where they belong: the limit is for the program. */
static void set_limits(const struct plan *plan)
{
	struct rlimit fds = { plan->max_fds, plan->max_fds };

	umask(plan->umask ? plan->umask : 022);
	if (plan->max_fds && setrlimit(RLIMIT_NOFILE, &fds) < 0)
		_exit(127);
}

static void set_fds(const int fds[3])
{
	int moved[3];

	for (int i = 0; i < 3; i++)
		moved[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	for (int i = 0; i < 3; i++)
		if (moved[i] < 0)
			close(i);
		else
			dup2(moved[i], i);
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void say_cannot_run(const char *program)
{
	const char *why = strerrordesc_np(errno);

	dprintf(STDERR_FILENO, "harness: cannot run %s: %s\n", program, why ? why : "?");
	_exit(127);
}

/* Until the child has become the program: the other end of READY closes on exec. */
static pid_t await_exec(pid_t pid, const int ready[2])
{
	char none;

	close(ready[1]);
	must((int)read(ready[0], &none, 1), "wait for exec");
	close(ready[0]);
	return pid;
}

pid_t launch(const struct plan *plan, const int fds[3], int tty)
{
	const char *argv[MAX_WORDS + 1], *env[MAX_WORDS + 1];
	pid_t parent = getpid(), pid;
	int ready[2];

	make_argv(plan, argv);
	make_env(plan, env);
	must(pipe2(ready, O_CLOEXEC), "pipe");
	pid = must(fork(), "fork");
	if (pid > 0)
		return await_exec(pid, ready);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	setsid();
	if (tty >= 0)
		ioctl(tty, TIOCSCTTY, 0);
	enter_netns(plan->netns);
	set_fds(fds);
	set_limits(plan);
	set_signals(plan->ignored_signal);
	execvpe(argv[0], (char *const *)argv, (char *const *)env);
	say_cannot_run(argv[0]);
	return -1;
}
