#include "relay/exec_child.h"

#include <errno.h>
#include <signal.h>

#include "out/failure.h"
#include "stream/pipe.h"
#include "sys/child.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/wait.h"

/* Nothing tells when the last of a group has gone, or one that is not watched: look so often. */
#define EXEC_GROUP_PAUSE (10 * NSEC_PER_MSEC)

static void child_signal(struct exec_child *c, int number, const char *reason)
{
	REPORT(c->report, REPORT_PROGRAM_SIGNALLED, FIELD_INT("pid", c->pid),
	       FIELD_INT("client", c->client),
	       FIELD_STR("signal", number == SIGTERM ? "TERM" : "KILL"),
	       FIELD_STR("reason", reason));
	if (sys_kill(-c->pid, number) == -EPERM)
		c->beyond_reach = true;
}

/* The program itself has ended; it was told to, and so was what it had started. */
static bool child_group_is_gone(const struct exec_child *c)
{
	return c->killed || sys_kill(-c->pid, 0) == -ESRCH;
}

static void child_look_again(struct exec_child *c)
{
	nsec_t look = nsec_after(loop_now(c->loop), EXEC_GROUP_PAUSE);

	loop_timer(c->loop, &c->kill, c->killed || look < c->kill_at ? look : c->kill_at);
}

static void child_settle(struct exec_child *c)
{
	if (c->terminated && !child_group_is_gone(c)) {
		child_look_again(c);
		return;
	}
	loop_timer_cancel(c->loop, &c->kill);
	c->over = true;
	c->ended(c);
}

/* True once it has ended. */
static bool child_reap(struct exec_child *c, bool wait)
{
	if (sys_program_reap(c->pid, wait, &c->status) == 0)
		return false;
	c->running = false;
	loop_unwatch(&c->watch);
	(void)sys_close(TAKE_FD(c->watch.fd));
	REPORT(c->report, REPORT_PROGRAM_ENDED, FIELD_INT("pid", c->pid),
	       FIELD_INT("client", c->client), FIELD_INT("status", c->status),
	       FIELD_TIME("time", sys_now() - c->began));
	return true;
}

static void child_ready(struct watch *watch, unsigned ready)
{
	struct exec_child *c = CONTAINER_OF(watch, struct exec_child, watch);

	if (ready & READY_LOST) {
		c->lost = loop_lost_error(c->loop);
		exec_child_terminate(c, failure_errno_text(c->lost));
		child_look_again(c);
	} else if (child_reap(c, false)) {
		child_settle(c);
	}
}

static void child_kill_due(struct timer *timer)
{
	struct exec_child *c = CONTAINER_OF(timer, struct exec_child, kill);

	if (!c->killed && loop_now(c->loop) >= c->kill_at) {
		child_signal(c, SIGKILL, "TERM was not enough");
		c->killed = true;
	}
	if (!c->running || (c->lost && child_reap(c, false)))
		child_settle(c);
	else if (c->lost)
		child_look_again(c);
}

static int child_fail(const struct sys_program *program, int error, bool refused, struct err *err)
{
	return err_set(err, refused ? ERR_PROGRAM : ERR_LOCAL, -error, "run", "%s",
	               program->argv[0]);
}

int exec_child_start(struct exec_child *c, const struct sys_program *program, struct err *err)
{
	struct sys_child child = { .pid = -1, .pidfd = -1 };
	bool refused;
	int error = sys_program_start(program, &child, &refused);

	if (error)
		return child_fail(program, error, refused, err);
	c->running = true;
	c->status = 128 + SIGKILL;
	c->pid = child.pid;
	c->began = sys_now();
	c->watch = (struct watch){ .fd = child.pidfd, .ready = child_ready, .may_be_lost = true };
	c->kill.fire = child_kill_due;
	loop_watch(c->loop, &c->watch, READY_IN);
	REPORT(c->report, REPORT_PROGRAM_STARTED, FIELD_INT("pid", c->pid),
	       FIELD_INT("client", c->client), FIELD_LIST("argv", program->argv));
	return 0;
}

void exec_child_terminate(struct exec_child *c, const char *reason)
{
	if (!c->running || c->terminated)
		return;
	c->terminated = true;
	c->kill_at = nsec_after(loop_now(c->loop), EXEC_GRACE);
	child_signal(c, SIGTERM, reason);
	loop_timer(c->loop, &c->kill, c->kill_at);
}

/* Wait until it has ended, or it is time, or a signal comes. */
static void child_await(struct exec_child *c)
{
	struct pollfd end = { .fd = c->watch.fd, .events = POLLIN };
	nsec_t left = c->kill_at - sys_now();

	if (c->running && sys_poll(&end, 1, left > 0 ? left : 0) > 0)
		(void)child_reap(c, true);
	while (!c->running && !child_group_is_gone(c) && sys_now() < c->kill_at)
		sys_nap(EXEC_GROUP_PAUSE);
}

void exec_child_close(struct exec_child *c)
{
	bool left = c->running || c->kill.set;

	if (left) {
		exec_child_terminate(c, "sockit ends");
		child_await(c);
		if (c->running || !child_group_is_gone(c))
			child_signal(c, SIGKILL, "TERM was not enough");
		if (c->running)
			(void)child_reap(c, !c->beyond_reach);
	}
	loop_unwatch(&c->watch);
	(void)sys_close(TAKE_FD(c->watch.fd));
	loop_timer_cancel(c->loop, &c->kill);
}

int exec_child_fail(const char *program, int error, struct err *err)
{
	return err_set(err, ERR_LOCAL, -error, "run", "%s", program);
}

int exec_child_pipe(const char *program, int theirs, const char *name, int *their_fd,
                    struct stream **ours, struct err *err)
{
	int ends[2];
	int error = sys_pipe(ends);

	if (error)
		return exec_child_fail(program, error, err);
	*their_fd = ends[theirs];
	*ours = stream_pipe_new(ends[!theirs], name);
	if (!*ours) {
		(void)sys_close(ends[!theirs]);
		return exec_child_fail(program, -ENOMEM, err);
	}
	error = sys_set_blocking(*their_fd);
	return error ? exec_child_fail(program, error, err) : 0;
}
