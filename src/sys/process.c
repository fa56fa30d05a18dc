#include "sys/process.h"

#include <stddef.h>
#include <unistd.h>

#include "base/attr.h"

/* The signal flag, and what signals were before sockit changed them. */
static struct {
	volatile sig_atomic_t caught;
	bool catching;
	bool pipe_was_ignored;
	sigset_t wait_mask;
} signals;

static void signals_note(int number)
{
	if (!signals.caught)
		signals.caught = number;
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

const sigset_t *signals_wait_mask(void)
{
	return signals.catching ? &signals.wait_mask : NULL;
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
