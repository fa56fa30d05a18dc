#include "sys/process.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/attr.h"

/* The signal flag, and what signals were before sockit changed them. */
static struct {
	volatile sig_atomic_t caught, count, usr1, child;
	bool catching;
	pthread_t home; /* the thread that they come to */
	bool pipe_was_ignored;
	sigset_t wait_mask;
} signals;

static void signals_note(int number)
{
	if (!signals.caught)
		signals.caught = number;
	signals.count++;
}

static void signals_note_usr1(int number)
{
	(void)number;
	signals.usr1 = 1;
}

static void signals_note_child(int number)
{
	(void)number;
	signals.child = 1;
}

void signals_ignore_pipe(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	(void)sigaction(SIGPIPE, &ignore, &before);
	signals.pipe_was_ignored = before.sa_handler == SIG_IGN;
}

bool signals_pipe_was_ignored(void)
{
	return signals.pipe_was_ignored;
}

void signals_catch(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction note = { .sa_handler = signals_note }, before;
	sigset_t block;

	if (signals.catching)
		return;
	signals.catching = true;
	signals.home = pthread_self();
	(void)sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		(void)sigaction(ends[i], NULL, &before);
		if (before.sa_handler == SIG_IGN)
			continue;
		(void)sigaction(ends[i], &note, NULL);
		(void)sigaddset(&block, ends[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &block, &signals.wait_mask);
}

int signals_caught(void)
{
	return signals.caught;
}

unsigned signals_count(void)
{
	return (unsigned)signals.count;
}

void signals_catch_usr1(void)
{
	struct sigaction note = { .sa_handler = signals_note_usr1 }, before;
	sigset_t just_this;

	(void)sigaction(SIGUSR1, NULL, &before);
	if (before.sa_handler == SIG_IGN)
		return;
	(void)sigemptyset(&just_this);
	(void)sigaddset(&just_this, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &just_this, NULL);
	(void)sigaction(SIGUSR1, &note, NULL);
}

bool signals_take_usr1(void)
{
	bool caught = signals.usr1;

	signals.usr1 = 0;
	return caught;
}

void signals_catch_children(void)
{
	struct sigaction note = { .sa_handler = signals_note_child, .sa_flags = SA_NOCLDSTOP };
	sigset_t just_this;

	(void)sigemptyset(&just_this);
	(void)sigaddset(&just_this, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &just_this, NULL);
	(void)sigaction(SIGCHLD, &note, NULL);
	(void)sigdelset(&signals.wait_mask, SIGCHLD);
}

bool signals_take_child(void)
{
	bool ended = signals.child;

	signals.child = 0;
	return ended;
}

const sigset_t *signals_wait_mask(void)
{
	return signals.catching && pthread_equal(pthread_self(), signals.home) ? &signals.wait_mask
	                                                                       : NULL;
}

void signals_let_in(void)
{
	sigset_t blocked;

	if (!signals_wait_mask())
		return;
	(void)pthread_sigmask(SIG_SETMASK, &signals.wait_mask, &blocked);
	(void)pthread_sigmask(SIG_SETMASK, &blocked, NULL);
}

void process_want_descriptors(unsigned count)
{
	enum { USUAL = 64 };
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= (rlim_t)count + USUAL)
		return;
	limit.rlim_cur =
		limit.rlim_max < (rlim_t)count + USUAL ? limit.rlim_max : (rlim_t)count + USUAL;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

void process_die_by(int number)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t just_this;

	(void)sigaction(number, &standard, NULL);
	(void)sigemptyset(&just_this);
	(void)sigaddset(&just_this, number);
	(void)sigprocmask(SIG_UNBLOCK, &just_this, NULL);
	(void)raise(number);
	_exit(128 + number); /* not reached: the default action of those signals ends the process */
}
