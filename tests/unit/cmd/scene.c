#include "unit/cmd/scene_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/scratch.h"

/* src/main.c, compiled under another name. */
int sockit_main(int argc, char **argv);
/* Of the leak sanitizer, where it is linked. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));
/* Asked by the sanitizer when a process starts. */
const char *__asan_default_options(void);

/* Only what sockit leaves behind matters, and that is asked for; tests leave what they like. */
const char *__asan_default_options(void)
{
	return "leak_check_at_exit=0";
}

enum { READY_FD = 900 };
/* A run takes milliseconds, a pause of accept 200 of them. */
#define SCENE_LIMIT 10.0

static void open_pair(int *mine, int *its, int number, bool socket)
{
	int ends[2];

	if (socket)
		must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	else
		must(pipe2(ends, O_CLOEXEC), "pipe2");
	*its = ends[number == 0 ? 0 : 1];
	*mine = ends[number == 0 ? 1 : 0];
	must(fcntl(*mine, F_SETFL, O_NONBLOCK), "F_SETFL");
}

static void open_in(struct run *run)
{
	static uint64_t saved;

	if (run->scene->in == SCENE_FILE && saved != run->up.data.size)
		data_save(&run->up.data, run->in_path);
	saved = run->up.data.size;
	if (run->scene->in == SCENE_TARGET)
		run->child_fds[0] = must(open("/dev/null", O_RDONLY | O_CLOEXEC), "stdin");
	else if (run->scene->in == SCENE_FILE)
		run->child_fds[0] = must(open(run->in_path, O_RDONLY | O_CLOEXEC), "stdin");
	else
		open_pair(&run->feed, &run->child_fds[0], 0, run->scene->in == SCENE_SOCKET);
}

static void open_out(struct run *run)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;

	switch (run->scene->out) {
	case SCENE_FILE:
		run->child_fds[1] = must(open(run->out_path, flags, 0600), "stdout");
		break;
	case SCENE_APPEND:
		run->child_fds[1] = must(open(run->out_path, flags | O_APPEND, 0600), "stdout");
		break;
	case SCENE_TARGET:
	case SCENE_NULL:
		run->child_fds[1] = must(open("/dev/null", O_WRONLY | O_CLOEXEC), "stdout");
		break;
	case SCENE_PIPE:
	case SCENE_SOCKET:
		open_pair(&run->drain, &run->child_fds[1], 1, run->scene->out == SCENE_SOCKET);
		break;
	}
}

/* The words of the command line, which last until the next call. */
static int make_argv(const struct run *run, char *argv[])
{
	static char words[12][160];
	static const char *told, *rules;
	const struct scene *s = run->scene;
	char count[24];
	int n = 0;

	snprintf(words[n++], sizeof words[0], "sockit");
	snprintf(words[n++], sizeof words[0], s->listens ? "listen" : "connect");
	if (s->net == SCENE_NAME)
		snprintf(words[n++], sizeof words[0], "localhost:%s", run->place.port);
	else if (s->net == SCENE_ANY)
		snprintf(words[n++], sizeof words[0], "0");
	else if (s->net == SCENE_UDP)
		snprintf(words[n++], sizeof words[0], "udp:%s", run->place.word);
	else if (s->net == SCENE_UNIX_DGRAM)
		snprintf(words[n++], sizeof words[0], "unix-dgram:%s", run->place.host);
	else
		snprintf(words[n++], sizeof words[0], "%s", run->place.word);
	told = told ? told : scratch_path("told");
	rules = rules ? rules : scratch_file("rules", "192.0.2.0/24\n2001:db8::/32\n");
	snprintf(count, sizeof count, "%llu", (unsigned long long)s->down / SCENE_LINE);
	for (size_t i = 0; i < ARRAY_LEN(s->options) && s->options[i]; i++)
		snprintf(words[n++], sizeof words[0], "%s",
		         strcmp(s->options[i], "FILE") == 0     ? told
		         : strcmp(s->options[i], "RULES") == 0  ? rules
		         : strcmp(s->options[i], "TARGET") == 0 ? run->target_word
		         : strcmp(s->options[i], "COUNT") == 0  ? count
		                                                : s->options[i]);
	for (int i = 0; i < n; i++)
		argv[i] = words[i];
	argv[n] = NULL;
	return n;
}

/* A thread that looked a name up may be about to close its descriptor. */
static int fd_left(void)
{
	int64_t until = clock_after(1);
	int fd;

	do {
		for (fd = 3; fd < READY_FD && fcntl(fd, F_GETFD) < 0; fd++)
			continue;
		if (fd == READY_FD)
			return -1;
		clock_pause(0.001);
	} while (clock_now() < until);
	return fd;
}

static _Noreturn void be_sockit(const struct run *run, const struct fault *fault, int ready,
                                int argc, char **argv)
{
	int fds[3];

	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 3; i++)
		fds[i] = fcntl(run->child_fds[i], F_DUPFD, 200);
	if (dup2(ready, READY_FD) < 0 || fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		_exit(98);
	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	syscall(SYS_close_range, 3u, (unsigned)READY_FD - 1, 0u);
	syscall(SYS_close_range, (unsigned)READY_FD + 1, ~0u, 0u);
	fault_begin(fault, run->log, READY_FD);
	int status = sockit_main(argc, argv);
	atomic_store(&run->log->fd_left, fd_left());
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
		_exit(99);
	_exit(status);
}

static void start(struct run *run, const struct fault *fault)
{
	int errors[2], ready[2];
	char *argv[16];
	int argc = make_argv(run, argv);

	must(pipe2(errors, O_CLOEXEC), "pipe2");
	must(pipe2(ready, O_CLOEXEC), "pipe2");
	run->child_fds[2] = errors[1];
	run->errors = errors[0];
	run->ready = ready[0];
	run->pid = must(fork(), "fork");
	if (run->pid == 0)
		be_sockit(run, fault, ready[1], argc, argv);
	close(ready[1]);
	for (int i = 0; i < 3; i++)
		put_away(&run->child_fds[i]);
	run->pidfd = must((int)syscall(SYS_pidfd_open, run->pid, 0), "pidfd_open");
}

static void begin(struct run *run, const struct scene *scene, const struct fault *fault)
{
	static struct fault_log *log;
	static const char *in_path, *out_path;
	bool lines = scene_has_datagrams(scene);

	if (!log) {
		log = mmap(NULL, sizeof *log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		           -1, 0);
		in_path = scratch_path("in");
		out_path = scratch_path("out");
		signal(SIGPIPE, SIG_IGN);
	}
	memset(log, 0, sizeof *log);
	log->fd_left = -1;
	*run = (struct run){
		.scene = scene,
		.log = log,
		.listener = -1,
		.ready = -1,
		.peer = -1,
		.feed = -1,
		.drain = -1,
		.target = -1,
		.up.data = lines ? data_lines(1, scene->up) : data_binary(1, scene->up),
		.down.data = lines ? data_lines(2, scene->down) : data_binary(2, scene->down),
		.in_path = in_path,
		.out_path = out_path,
	};
	open_in(run);
	open_out(run);
	open_place(run);
	if (scene->in == SCENE_TARGET)
		open_target(run);
	start(run, fault);
}

static void on_errors(struct run *run)
{
	char *at = run->outcome.said + run->said;
	ssize_t n = read(run->errors, at, sizeof run->outcome.said - 1 - run->said);

	if (n <= 0)
		put_away(&run->errors);
	else
		run->said += (size_t)n;
}

enum { AT_LISTENER, AT_READY, AT_PEER, AT_FEED, AT_DRAIN, AT_ERRORS, AT_END, AT_TARGET, AT_COUNT };

static bool wait_for_something(const struct run *run, struct pollfd *fds, int64_t deadline)
{
	const int fd_of[AT_COUNT] = { run->listener, run->ready,  run->peer,  run->feed,
		                      run->drain,    run->errors, run->pidfd, run->target };

	for (int i = 0; i < AT_COUNT; i++)
		fds[i] = (struct pollfd){ .fd = fd_of[i], .events = POLLIN };
	fds[AT_FEED].events = POLLOUT;
	fds[AT_PEER].events =
		(short)((run->peer_ended ? 0 : POLLIN) | (peer_may_send(run) ? POLLOUT : 0));
	return poll(fds, AT_COUNT, clock_poll_ms(deadline)) > 0;
}

static void turn(struct run *run, const struct pollfd *fds)
{
	if (fds[AT_LISTENER].revents)
		on_listener(run);
	if (fds[AT_READY].revents)
		on_ready(run);
	if (fds[AT_PEER].revents)
		on_peer(run, fds[AT_PEER].revents);
	if (fds[AT_TARGET].revents)
		on_target(run);
	if (fds[AT_FEED].revents && !give(run->feed, &run->up.data, &run->fed))
		end_feed(run);
	if (fds[AT_DRAIN].revents && !receive(run->drain, &run->down))
		put_away(&run->drain);
	if (fds[AT_ERRORS].revents)
		on_errors(run);
	if (fds[AT_END].revents) {
		put_away(&run->pidfd);
		end_feed(run);
		peer_ends(run);
	}
}

static void finish(struct run *run, bool late)
{
	int status;

	if (late)
		kill(run->pid, SIGKILL);
	must(waitpid(run->pid, &status, 0), "waitpid");
	run->outcome.status = late                  ? -1
	                      : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
	                                            : WEXITSTATUS(status);
	int *fds[] = { &run->listener, &run->ready,  &run->peer,  &run->feed,
		       &run->drain,    &run->errors, &run->pidfd, &run->target };
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		put_away(fds[i]);
	if (run->scene->out == SCENE_FILE || run->scene->out == SCENE_APPEND) {
		int fd = must(open(run->out_path, O_RDONLY | O_CLOEXEC), run->out_path);

		while (receive(fd, &run->down))
			continue;
		close(fd);
	}
	/* What /dev/null got can only be believed. */
	if (run->scene->out == SCENE_NULL)
		run->down.at = run->down.data.size;
}

struct outcome scene_run(const struct scene *scene, const struct fault *fault, unsigned *could)
{
	int64_t deadline = clock_after(SCENE_LIMIT), began = clock_now();
	struct run run;
	struct pollfd fds[AT_COUNT];
	bool late = false;

	begin(&run, scene, fault);
	while (!late && (run.pidfd >= 0 || run.peer >= 0 || run.drain >= 0 || run.errors >= 0)) {
		late = !wait_for_something(&run, fds, deadline);
		if (!late)
			turn(&run, fds);
	}
	finish(&run, late);
	for (size_t i = 0; could && i < fault_row_count; i++)
		could[i] = atomic_load(&run.log->could[i]);
	run.outcome.took = clock_now() - began;
	run.outcome.up = run.up.at;
	run.outcome.down = run.down.at;
	run.outcome.up_wrong = run.up.wrong;
	run.outcome.down_wrong = run.down.wrong;
	run.outcome.reached = atomic_load(&run.log->calls);
	run.outcome.hit = atomic_load(&run.log->hit);
	run.outcome.hit_fd = atomic_load(&run.log->hit_fd);
	run.outcome.fd_left = atomic_load(&run.log->fd_left);
	return run.outcome;
}
