/* relay/exec: what is left when it cannot start, or not end as it should. */
#include "relay/exec.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "loop/poller.h"
#include "stream/socket.h"
#include "sys/call.h"
#include "sys/file.h"

/* The loop, an exec whose client is the test, and a call that fails. */
static struct {
	struct loop *loop;
	struct report *report;
	struct exec *exec;
	int client, fds;
	unsigned awaited; /* that must be done before the loop stops */
	bool done, failed;
	int status;
	struct err err;
	struct sys_observer observer;
	enum sys_op op;
	int error;
	unsigned nth, seen;
} rig;

static int rig_before(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == rig.op && ++rig.seen == rig.nth ? rig.error : 0;
}

static void rig_fail(enum sys_op op, unsigned nth, int error)
{
	rig.op = op;
	rig.nth = nth;
	rig.error = error;
	rig.seen = 0;
	rig.observer.before = rig_before;
	sys_observe(&rig.observer);
}

static int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void rig_up(void)
{
	memset(&rig, 0, sizeof rig);
	rig.loop = loop_new(&rig.err);
	rig.report = report_new();
	cr_assert(rig.loop && rig.report);
	rig.fds = open_fds();
	rig.awaited = 1;
}

static void rig_down(void)
{
	sys_observe(NULL);
	exec_free(rig.exec);
	close(rig.client);
	cr_assert_eq(open_fds(), rig.fds, "a descriptor is left");
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "a child is left");
	cr_assert_eq(errno, ECHILD);
	loop_free(rig.loop);
}

static void rig_done(void *context, int status, const struct err *err)
{
	cr_assert_null(context);
	rig.done = true;
	rig.status = status;
	rig.failed = err != NULL;
	if (err)
		rig.err = *err;
	if (--rig.awaited == 0)
		loop_stop(rig.loop);
}

/* FD is sockit's side, connected to TO. */
static int rig_start_on(int fd, const struct addr *to, bool sees_bytes, const char *command)
{
	static const char *argv[] = { "sh", "-c", NULL, NULL };
	struct exec_request request = {
		.peer = stream_socket_new(fd, to, SOCK_STREAM),
		.client = 1,
		.path = "/bin/sh",
		.argv = argv,
		.sees_bytes = sees_bytes,
		.idle_timeout = NSEC_NEVER,
		.ack_timeout = NSEC_PER_SEC,
		.deadline = NSEC_NEVER,
	};

	argv[2] = command;
	int result =
		exec_start(rig.loop, &request, rig.report, rig_done, NULL, &rig.exec, &rig.err);
	if (result)
		(void)stream_close(request.peer);
	return result;
}

static int rig_start(bool sees_bytes, const char *command)
{
	struct addr unnamed = { .at.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), "pair");
	rig.client = pair[0];
	return rig_start_on(pair[1], &unnamed, sees_bytes, command);
}

static void refused(bool sees_bytes, enum sys_op op, unsigned nth, int error,
                    enum err_domain domain)
{
	rig_up();
	rig_fail(op, nth, error);
	cr_assert_eq(rig_start(sees_bytes, "exit 0"), -1, "op %d, call %u", (int)op, nth);
	sys_observe(NULL);
	cr_assert_eq(rig.err.domain, domain);
	cr_assert_eq(rig.err.code, error);
	peer_expect_end(rig.client);
	rig_down();
}

Test(exec, what_cannot_start_leaves_nothing)
{
	refused(true, SYS_PIPE2, 1, EMFILE, ERR_LOCAL);
	refused(true, SYS_PIPE2, 2, ENFILE, ERR_LOCAL);
	for (int pipes = 0; pipes < 2; pipes++) {
		refused(pipes, SYS_SET_FLAGS, 1, EPERM, ERR_LOCAL);
		refused(pipes, SYS_CLONE, 1, EAGAIN, ERR_LOCAL);
		refused(pipes, SYS_DUP2, 1, EBUSY, ERR_LOCAL);
		refused(pipes, SYS_DUP2, 2, EMFILE, ERR_LOCAL);
		refused(pipes, SYS_EXECVE, 1, ENOENT, ERR_PROGRAM);
		refused(pipes, SYS_EXECVE, 1, E2BIG, ERR_PROGRAM);
	}
}

/* What only tells more, or earlier, may fail. */
static void goes_on(bool sees_bytes, enum sys_op op, int error)
{
	rig_up();
	rig_fail(op, 1, error);
	cr_assert_eq(rig_start(sees_bytes, "echo hi; exit 3"), 0);
	cr_assert_eq(loop_run(rig.loop, &rig.err), 0);
	cr_assert(rig.done && !rig.failed, "op %d", (int)op);
	cr_assert_eq(rig.status, 3);
	peer_expect(rig.client, "hi\n");
	rig_down();
}

Test(exec, what_does_not_matter_may_fail)
{
	for (int pipes = 0; pipes < 2; pipes++) {
		goes_on(pipes, SYS_GETSOCKNAME, ENOBUFS);
		goes_on(pipes, SYS_GETSOCKOPT, ENOMEM);
	}
}

/* Where its end or its connection cannot be watched it is ended, and the loop goes on. */
Test(exec, one_that_cannot_be_watched_ends_alone)
{
	/* poll(2) refuses nobody. */
	bool refuses = poller_of_many != &poller_poll;

	for (int pipes = 0; refuses && pipes < 2; pipes++) {
		for (unsigned nth = 1; nth <= 2; nth++) {
			rig_up();
			rig_fail(SYS_EPOLL_CTL, nth, ENOSPC);
			cr_assert_eq(rig_start(pipes, "exec sleep 20"), 0);
			cr_assert_eq(loop_run(rig.loop, &rig.err), 0);
			cr_assert(rig.done && rig.failed, "pipes %d, call %u", pipes, nth);
			cr_assert_eq(rig.status, 128 + SIGTERM);
			cr_assert_eq(rig.err.domain, ERR_LOCAL);
			cr_assert_eq(rig.err.code, ENOSPC);
			rig_down();
		}
	}
}

/* Somebody else has reaped it: how it ended is not known, and that is no 0. */
Test(exec, one_that_is_lost_is_not_a_success)
{
	rig_up();
	rig_fail(SYS_REAP, 1, ECHILD);
	cr_assert_eq(rig_start(false, "exit 0"), 0);
	cr_assert_eq(loop_run(rig.loop, &rig.err), 0);
	cr_assert(rig.done);
	cr_assert_neq(rig.status, 0);
	sys_observe(NULL);
	cr_assert(waitpid(-1, NULL, 0) > 0);
	rig_down();
}

/* It is freed while it runs, reads and writes: gone, within the time that it has. */
Test(exec, is_ended_when_it_is_freed)
{
	for (int pipes = 0; pipes < 2; pipes++) {
		int64_t began;

		rig_up();
		cr_assert_eq(rig_start(pipes, "cat"), 0);
		began = clock_now();
		exec_terminate(rig.exec);
		exec_free(TAKE(rig.exec));
		cr_assert(clock_since(began) < 3);
		cr_assert(!rig.done);
		peer_expect_end(rig.client);
		rig_down();
	}
}

/* Several at once: each is told of its own. */
Test(exec, many_live_in_one_loop)
{
	enum { MANY = 16 };
	struct exec *execs[MANY];
	int clients[MANY];

	rig_up();
	for (int i = 0; i < MANY; i++) {
		cr_assert_eq(rig_start(i % 2, "cat; echo end"), 0);
		execs[i] = TAKE(rig.exec);
		clients[i] = rig.client;
		peer_send(rig.client, "text ");
		peer_shut(rig.client);
	}
	rig.awaited = MANY;
	cr_assert_eq(loop_run(rig.loop, &rig.err), 0);
	cr_assert(!rig.failed && rig.status == 0);
	for (int i = 0; i < MANY; i++) {
		peer_expect(clients[i], "text end\n");
		exec_free(execs[i]);
		peer_expect_end(clients[i]);
		close(clients[i]);
	}
	rig.client = -1;
	rig_down();
}

/* What a program does that shuts its side of the socket itself. */
static int theirs;

static void shut_theirs(struct timer *timer)
{
	(void)timer;
	must(shutdown(theirs, SHUT_WR), "shutdown");
}

/*
 * The client has ended, then the program ends the stream itself: that is a hang-up, but nobody is
 * gone.
 */
static void shuts_by_itself(bool connects)
{
	struct timer timer = { .fire = shut_theirs };
	struct place place;
	struct addr to;
	int listener = peer_listen(NET_V4, &place);
	int connected = peer_connect(&place), accepted = peer_accept(listener);

	close(listener);
	rig_up();
	rig.client = connects ? accepted : connected;
	theirs = connects ? connected : accepted;
	rig.fds -= 2;
	theirs = must(fcntl(theirs, F_DUPFD_CLOEXEC, 30), "dup");
	to = addr_from((struct sockaddr *)&place.address, place.address_size);
	cr_assert_eq(rig_start_on(connects ? connected : accepted, &to, false, "sleep 0.5; exit 6"),
	             0);
	peer_shut(rig.client);
	loop_timer(rig.loop, &timer, loop_now(rig.loop));
	cr_assert_eq(loop_run(rig.loop, &rig.err), 0);
	cr_assert(rig.done && !rig.failed);
	cr_assert_eq(rig.status, 6, "it was killed");
	close(theirs);
	rig_down();
}

Test(exec, a_program_may_end_the_stream_itself)
{
	shuts_by_itself(false);
	shuts_by_itself(true);
}
