/*
 * `listen` for many, out of descriptors: nobody is accepted, nothing spins, those who are served go
 * on; and once there are descriptors again the others are served. By RLIMIT_NOFILE, and by calls
 * that fail.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "sys/call.h"

/* src/main.c, compiled under another name. */
int sockit_main(int argc, char **argv);

enum { LATE = 3 }; /* who come while there are none */

enum mode { FORWARD, STDIO, PROGRAMS, BROKER, MODES };
static const char *const names[MODES] = { "forward", "stdio", "programs", "broker" };

/* What is short. */
enum want {
	WANT_ALL,    /* of all descriptors, by the limit */
	WANT_ACCEPT, /* of those for clients, by the hook */
	WANT_NEXT,   /* of what a client is joined to, by the hook */
	WANTS,
};

/* Seen by the child. */
struct shared {
	atomic_int error;     /* with which they fail; 0: they do not */
	atomic_uint attempts; /* while they do */
};

struct server {
	enum mode mode;
	enum want want;
	struct shared *shared;
	pid_t pid;
	struct place place, target;
	const char *said;
	int listener; /* of the target */
	int output;   /* standard output */
	int first, other;
	int late[LATE];
};

static struct hook {
	struct sys_observer observer;
	struct shared *shared;
	enum want want;
} hook;

static bool is_wanting(enum sys_op op)
{
	bool next = op == SYS_SOCKET || op == SYS_PIPE2 || op == SYS_CLONE;

	return hook.want == WANT_ALL
	               ? next || op == SYS_ACCEPT4
	               : next == (hook.want == WANT_NEXT) && (next || op == SYS_ACCEPT4);
}

static int veto(struct sys_observer *observer, struct sys_call *call)
{
	int error = atomic_load(&hook.shared->error);

	(void)observer;
	if (!error || !is_wanting(call->op))
		return 0;
	atomic_fetch_add(&hook.shared->attempts, 1);
	return hook.want == WANT_ALL ? 0 : error;
}

static _Noreturn void be_sockit(const struct server *s, int output)
{
	static char listen[] = "listen", at[] = "127.0.0.1:0", k[] = "-k", d[] = "-d";
	static char forward[] = "--forward", sh_exec[] = "--sh-exec", cat[] = "exec cat";
	static char broker[] = "--broker";
	char target[160];
	char *words[MODES][3] = {
		{ k, forward, target }, { k, d }, { k, sh_exec, cat }, { broker }
	};
	char *argv[] = {
		listen, listen, at, words[s->mode][0], words[s->mode][1], words[s->mode][2], NULL
	};
	int argc = 0;

	snprintf(target, sizeof target, "%s", s->target.word);
	signal(SIGPIPE, SIG_DFL);
	dup2(must(open("/dev/null", O_RDONLY | O_CLOEXEC), "stdin"), 0);
	dup2(output, 1);
	dup2(must(open(s->said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), s->said), 2);
	syscall(SYS_close_range, 3u, ~0u, 0u);
	hook.shared = s->shared;
	hook.want = s->want;
	hook.observer.before = veto;
	sys_observe(&hook.observer);
	while (argv[argc])
		argc++;
	_exit(sockit_main(argc, argv));
}

static int target_accept(const struct server *s)
{
	return s->mode == FORWARD ? peer_accept(s->listener) : -1;
}

/* Where what comes from FD, whose target is TARGET, is heard. */
static int heard_at(const struct server *s, int fd, int target)
{
	const int at[MODES] = { target, s->output, fd, s->other };

	return at[s->mode];
}

static bool is_listening(void *arg)
{
	static const char line[] = "listening on 127.0.0.1 ";
	struct server *s = arg;
	const char *said = scratch_read(s->said), *at = said ? strstr(said, line) : NULL;

	if (!at || !strchr(at, '\n'))
		return false;
	s->place =
		place_tcp(NET_V4, "127.0.0.1", (unsigned)strtoul(at + sizeof line - 1, NULL, 10));
	return true;
}

static void server_start(struct server *s)
{
	int output[2];

	s->shared = mmap(NULL, sizeof *s->shared, PROT_READ | PROT_WRITE,
	                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	s->said = scratch_path(names[s->mode]);
	unlink(s->said);
	s->listener = peer_listen(NET_V4, &s->target);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, output), "socketpair");
	s->output = output[0];
	must(fcntl(s->output, F_SETFL, O_NONBLOCK), "F_SETFL");
	s->pid = must(fork(), "fork");
	if (s->pid == 0)
		be_sockit(s, output[1]);
	close(output[1]);
	cr_assert(clock_watch(is_listening, s, clock_after(PATIENCE)), "%s", names[s->mode]);
	s->first = peer_connect(&s->place);
	/* From now on it is where what the target has to do with the first is heard. */
	s->other = s->mode == BROKER ? peer_connect(&s->place) : target_accept(s);
	/* A broker joins those that it has accepted. */
	proc_await_idle(s->pid);
}

static void first_is_served(const struct server *s)
{
	peer_send(s->first, "y\n");
	peer_expect(heard_at(s, s->first, s->other), "y\n");
}

/* One that was set is not taken back: for the descriptors that there are it does not matter. */
static void server_starve(const struct server *s, int error)
{
	struct rlimit limit;

	atomic_store(&s->shared->error, error);
	if (s->want != WANT_ALL)
		return;
	must(prlimit(s->pid, RLIMIT_NOFILE, NULL, &limit), "prlimit");
	limit.rlim_cur = error ? 3 : limit.rlim_max;
	must(prlimit(s->pid, RLIMIT_NOFILE, &limit, NULL), "prlimit");
}

static bool has_tried_again(void *arg)
{
	const struct server *s = arg;

	return atomic_load(&s->shared->attempts) >= 3;
}

static void server_end(struct server *s)
{
	int status;

	kill(s->pid, SIGTERM);
	must(waitpid(s->pid, &status, 0), "waitpid");
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "%s: status %x: %s",
	          names[s->mode], (unsigned)status, scratch_read(s->said));
}

/* All that are to be starved at the same time, for they do little but wait. */
static void starve(struct server *servers, size_t count, int error)
{
	double cpu[MODES];

	for (size_t i = 0; i < count; i++) {
		struct server *s = &servers[i];

		server_start(s);
		first_is_served(s);
		proc_await_idle(s->pid);
		cpu[i] = proc_cpu_seconds(s->pid);
		server_starve(s, error);
		for (size_t l = 0; l < LATE; l++) {
			s->late[l] = peer_connect(&s->place);
			peer_send(s->late[l], "x\n");
		}
	}
	for (size_t i = 0; i < count; i++) {
		struct server *s = &servers[i];

		cr_assert(clock_watch(has_tried_again, s, clock_after(PATIENCE)),
		          "%s: %u tries: %s", names[s->mode], atomic_load(&s->shared->attempts),
		          scratch_read(s->said));
		first_is_served(s);
		double used = proc_cpu_seconds(s->pid) - cpu[i];
		cr_expect(used < 0.15, "%s: %.2f s", names[s->mode], used);
		/* A few clients at most, five times a second, for as long as it took. */
		cr_expect(atomic_load(&s->shared->attempts) < 100, "%s: it spins", names[s->mode]);
	}
	for (size_t i = 0; i < count; i++) {
		struct server *s = &servers[i];

		server_starve(s, 0);
		for (size_t l = 0; l < LATE; l++)
			peer_expect(heard_at(s, s->late[l], target_accept(s)), "x\n");
		first_is_served(s);
		server_end(s);
		cr_expect_not_null(strstr(scratch_read(s->said), strerror(error)), "%s: %s",
		                   names[s->mode], scratch_read(s->said));
	}
}

Test(starved, of_all_descriptors_by_the_limit)
{
	struct server servers[MODES];

	for (enum mode m = 0; m < MODES; m++)
		servers[m] = (struct server){ .mode = m, .want = WANT_ALL };
	starve(servers, MODES, EMFILE);
}

Test(starved, of_those_for_clients)
{
	struct server servers[MODES];

	for (enum mode m = 0; m < MODES; m++)
		servers[m] = (struct server){ .mode = m, .want = WANT_ACCEPT };
	starve(servers, MODES, ENFILE);
}

/* A client is there already, and waits for them. */
Test(starved, of_those_that_a_client_needs_besides)
{
	struct server servers[] = {
		{ .mode = FORWARD, .want = WANT_NEXT },
		{ .mode = PROGRAMS, .want = WANT_NEXT },
	};

	starve(servers, ARRAY_LEN(servers), ENFILE);
}
