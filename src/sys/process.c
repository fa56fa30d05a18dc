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
	bool pipe_was_ignored, file_size_was_ignored;
	bool children_were_ignored;
	sigset_t wait_mask; /* what was blocked at start */
} signals;

static const int signals_ends[] = { SIGINT, SIGTERM, SIGHUP };

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

void signals_ignore_file_size(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	(void)sigaction(SIGXFSZ, &ignore, &before);
	signals.file_size_was_ignored = before.sa_handler == SIG_IGN;
}

bool signals_pipe_was_ignored(void)
{
	return signals.pipe_was_ignored;
}

void signals_catch(void)
{
	struct sigaction note = { .sa_handler = signals_note }, before;
	sigset_t block;

	if (signals.catching)
		return;
	signals.catching = true;
	signals.home = pthread_self();
	(void)sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_LEN(signals_ends); i++) {
		(void)sigaction(signals_ends[i], NULL, &before);
		if (before.sa_handler == SIG_IGN)
			continue;
		(void)sigaction(signals_ends[i], &note, NULL);
		(void)sigaddset(&block, signals_ends[i]);
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

void signals_keep_children(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL }, before;

	(void)sigaction(SIGCHLD, NULL, &before);
	if (before.sa_handler != SIG_IGN)
		return;
	signals.children_were_ignored = true;
	(void)sigaction(SIGCHLD, &standard, NULL);
}

/*
 * A handler of ours must not run in the child, which shares our memory until it is another program.
 */
void signals_restore(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL }, ignore = { .sa_handler = SIG_IGN };
	struct sigaction now;

	for (size_t i = 0; i < ARRAY_LEN(signals_ends); i++) {
		(void)sigaction(signals_ends[i], NULL, &now);
		if (now.sa_handler == signals_note)
			(void)sigaction(signals_ends[i], &standard, NULL);
	}
	if (!signals.pipe_was_ignored)
		(void)sigaction(SIGPIPE, &standard, NULL);
	if (!signals.file_size_was_ignored)
		(void)sigaction(SIGXFSZ, &standard, NULL);
	if (signals.children_were_ignored)
		(void)sigaction(SIGCHLD, &ignore, NULL);
}

void signals_block_all(sigset_t *before)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, before);
}

void signals_set_mask(const sigset_t *mask)
{
	(void)pthread_sigmask(SIG_SETMASK, mask, NULL);
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

pid_t process_id(void)
{
	return getpid();
}
