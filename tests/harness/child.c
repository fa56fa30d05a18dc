#include "harness/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/launch.h"

enum { MAX_CHILDREN = 64, SANITIZER_STATUS = 99, SHOWN_BYTES = 3000 };

/* The process groups of this test, to be killed when it ends. */
static pid_t groups[MAX_CHILDREN];
static size_t group_count;
static pid_t owner;

static void kill_groups(void)
{
	if (getpid() != owner)
		return;
	for (size_t i = 0; i < group_count; i++)
		kill(-groups[i], SIGKILL);
}

static void remember(pid_t pid)
{
	if (group_count == MAX_CHILDREN)
		memmove(groups, groups + 1, sizeof(groups[0]) * --group_count);
	if (!owner)
		atexit(kill_groups);
	owner = getpid();
	groups[group_count++] = pid;
}

static struct collected collect(int fd)
{
	struct collected text = { .fd = fd, .data = calloc(1, 1) };

	if (!text.data)
		fail("no memory");
	return text;
}

/* The test's side of output NUMBER: collected by default, handed out otherwise. */
static int hand_out(struct child *child, int number, enum end_kind kind, int fd)
{
	bool collects = number > 0 && kind == END_DEFAULT;

	child->text[number] = collect(collects ? fd : -1);
	return collects ? -1 : fd;
}

struct child child_start(const struct plan *plan)
{
	struct child child = { .tty = -1, .started = clock_now() };
	const struct end *ends[3] = { &plan->in, &plan->out, &plan->err };
	struct end_fds fds[3], tty = { .child = -1, .test = -1 };
	int *handed[3] = { &child.in, &child.out, &child.err };

	for (int i = 0; i < 3; i++) {
		if (ends[i]->kind == END_PTY && tty.child < 0)
			tty = end_open_tty();
		fds[i] = end_open(ends[i], i);
		if (ends[i]->kind == END_PTY)
			fds[i] = (struct end_fds){ .child = tty.child, .test = -1, .lent = true };
		*handed[i] = hand_out(&child, i, ends[i]->kind, fds[i].test);
	}
	child.text[0].fd = child.tty = tty.test;
	launch_describe(plan, child.command, sizeof(child.command));
	child.pid = launch(plan, (int[]){ fds[0].child, fds[1].child, fds[2].child }, tty.child);
	child.pidfd = must((int)syscall(SYS_pidfd_open, child.pid, 0), "pidfd_open");
	remember(child.pid);
	for (int i = 0; i < 3; i++)
		end_close_child_side(&fds[i]);
	end_close_child_side(&tty);
	return child;
}

static void append(struct collected *text, const char *bytes, size_t n)
{
	text->data = realloc(text->data, text->size + n + 1);
	if (!text->data)
		fail("no memory for what a child wrote");
	memcpy(text->data + text->size, bytes, n);
	text->size += n;
	text->data[text->size] = '\0';
}

/* Read what is there. A terminal whose other side is gone reads as EIO. */
static void drain(struct collected *text)
{
	char block[65536];
	ssize_t n;

	while (text->fd >= 0 && (n = read(text->fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == EIO)
			break;
		append(text, block, (size_t)must((int)n, "read from a child"));
	}
	text->fd = -1;
}

static void note_end(struct child *child)
{
	int wstatus;

	if (must(wait4(child->pid, &wstatus, WNOHANG, &child->usage), "wait4") != child->pid)
		return;
	child->ended = true;
	child->seconds = clock_since(child->started);
	child->signal = WIFSIGNALED(wstatus) ? WTERMSIG(wstatus) : 0;
	child->status = child->signal ? 128 + child->signal : WEXITSTATUS(wstatus);
	for (int i = 0; i < 3; i++)
		drain(&child->text[i]);
	if (child->status == SANITIZER_STATUS)
		child_blame(child, "a sanitizer stopped it");
}

void child_collect(struct child *child, long long deadline)
{
	struct pollfd fds[4] = { { .fd = child->pidfd, .events = POLLIN } };

	for (int i = 0; i < 3; i++)
		fds[i + 1] = (struct pollfd){ .fd = child->text[i].fd, .events = POLLIN };
	must(poll(fds, 4, clock_poll_ms(deadline)), "poll");
	for (int i = 0; i < 3; i++)
		if (fds[i + 1].revents)
			drain(&child->text[i]);
	if (fds[0].revents)
		note_end(child);
}

void child_finish_within(struct child *child, double seconds)
{
	int64_t deadline = clock_after(seconds);

	while (!child->ended) {
		if (clock_now() >= deadline)
			child_blame(child, "still running after %.1f s", seconds);
		child_collect(child, deadline);
	}
}

void child_finish(struct child *child)
{
	child_finish_within(child, PATIENCE);
}

void child_expect(struct child *child, int status)
{
	child_finish(child);
	if (child->status != status)
		child_blame(child, "status %d instead of %d", child->status, status);
}

struct child child_run(const struct plan *plan)
{
	struct child child = child_start(plan);

	child_finish(&child);
	return child;
}

const char *child_out(const struct child *child)
{
	return child->text[1].data;
}

const char *child_err(const struct child *child)
{
	return child->text[2].data;
}

const char *child_tty(const struct child *child)
{
	return child->text[0].data;
}

static void await_text(struct child *child, int number, const char *text)
{
	int64_t deadline = clock_after(PATIENCE);

	while (!strstr(child->text[number].data, text)) {
		if (child->ended || clock_now() >= deadline)
			child_blame(child, "never said '%s'", text);
		child_collect(child, deadline);
	}
}

void child_await_err(struct child *child, const char *text)
{
	await_text(child, 2, text);
}

void child_await_tty(struct child *child, const char *text)
{
	await_text(child, 0, text);
}

bool child_runs_for(struct child *child, double seconds)
{
	int64_t deadline = clock_after(seconds);

	while (!child->ended && clock_now() < deadline)
		child_collect(child, deadline);
	return !child->ended;
}

void child_end_input(struct child *child)
{
	close(child->in);
	child->in = -1;
}

static void write_all(struct child *child, int fd, const char *text)
{
	int64_t deadline = clock_after(PATIENCE);

	signal(SIGPIPE, SIG_IGN);
	for (size_t left = strlen(text); left > 0;) {
		struct pollfd room = { .fd = fd, .events = POLLOUT };
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EAGAIN)
			child_blame(child, "cannot be written to: %s", strerror(errno));
		if (n < 0 && poll(&room, 1, clock_poll_ms(deadline)) == 0)
			child_blame(child, "does not read its input");
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
}

void child_feed(struct child *child, const char *text)
{
	write_all(child, child->in, text);
}

void child_type(struct child *child, const char *text)
{
	write_all(child, child->tty, text);
}

void child_signal(struct child *child, int signal_number)
{
	must(kill(-child->pid, signal_number), "kill");
}

void child_freeze(struct child *child)
{
	siginfo_t info;

	child_signal(child, SIGSTOP);
	must(waitid(P_PID, (id_t)child->pid, &info, WSTOPPED | WEXITED | WNOWAIT), "waitid");
	if (info.si_code != CLD_STOPPED)
		child_blame(child, "ended instead of stopping");
}

void child_thaw(struct child *child)
{
	child_signal(child, SIGCONT);
}

/* The child's command, how it ended and what it wrote, as lines of a report. */
static const char *story_of(const struct child *child)
{
	static const char *const names[3] = { "screen", "stdout", "stderr" };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		fail("no memory");
	fprintf(out, "  command: %s\n  status:  ", child->command);
	if (child->ended)
		fprintf(out, "%d", child->status);
	else
		fprintf(out, "running");
	fprintf(out, " after %.2f s", clock_since(child->started));
	for (int i = 0; i < 3; i++)
		if (child->text[i].size)
			fprintf(out, "\n  %s:  %.*s", names[i], SHOWN_BYTES, child->text[i].data);
	fclose(out);
	return text;
}

void child_blame(const struct child *child, const char *format, ...)
{
	char reason[512];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	fail("%s\n%s", reason, story_of(child));
}

static bool says(const struct child *child, const char *text)
{
	return strstr(child_out(child), text) || strstr(child_err(child), text);
}

void child_says(const struct child *child, const char *text)
{
	if (!says(child, text))
		child_blame(child, "does not say '%s'", text);
}

void child_silent_about(const struct child *child, const char *text)
{
	if (says(child, text))
		child_blame(child, "says '%s'", text);
}

void child_said_nothing(const struct child *child)
{
	if (child->text[1].size || child->text[2].size)
		child_blame(child, "is not silent");
}

void child_sh(const char *command_line)
{
	struct child child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", command_line),
	});

	child_expect(&child, 0);
}
