/*
 * Child processes of a test: started with descriptors of the test's choice and no others, watched
 * with deadlines, killed with the test. A child that overruns fails the test, and so does one that
 * a sanitizer stopped; both show the command and what it said.
 */
#ifndef HARNESS_CHILD_H
#define HARNESS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "harness/end.h"

/* A NULL-terminated list of words. */
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

struct plan {
	const char *program;     /* searched in PATH; NULL: the sockit under test */
	const char *const *args; /* WORDS(...) after the program's name; NULL: none */
	const char *const *more; /* further words after those; NULL: none */
	const char *const *wrap; /* words before the program: strace and its options; NULL: none */
	const char *const *env;  /* "NAME=VALUE" on top of a plain environment; NULL: none */
	struct end in, out, err;
	int ignored_signal; /* ignored when the program starts; 0: all have their default */
	int netns;          /* descriptor of a network namespace to run in; 0: the test's own */
	unsigned max_fds;   /* RLIMIT_NOFILE; 0: as it is */
	unsigned umask;     /* 0: 022 */
};

/* What a child wrote to an output that is collected. `data` always ends with a NUL. */
struct collected {
	int fd;
	char *data;
	size_t size;
};

struct child {
	pid_t pid;
	int in, out, err; /* the test's sides of END_PIPE and END_SOCKET ends; -1 otherwise */
	int tty;          /* the test's side of its terminal; -1: it has none */
	struct collected text[3]; /* [1] stdout, [2] stderr; [0] its terminal */
	bool ended;
	int status;          /* once ended: exit status, or 128 + signal */
	int signal;          /* that ended it; 0: it exited */
	double seconds;      /* from start to end */
	struct rusage usage; /* once ended */
	char command[1024];
	/* The rest is for child.c. */
	int pidfd;
	long long started;
};

/* Start what PLAN says. Nothing in PLAN is kept. */
struct child child_start(const struct plan *plan);

/* Wait until it ends, collecting. More than SECONDS fails the test; child_finish: PATIENCE. */
void child_finish(struct child *child);
void child_finish_within(struct child *child, double seconds);

/* child_finish(), and fail the test unless it ended with STATUS (128 + n for a signal). */
void child_expect(struct child *child, int status);

/* child_start() and child_finish(). */
struct child child_run(const struct plan *plan);

/* Everything it wrote so far to a collected output; "" if nothing. Call a wait first. */
const char *child_out(const struct child *child);
const char *child_err(const struct child *child);
const char *child_tty(const struct child *child);

/*
 * Collect until stderr (child_await_err) or its terminal's screen (child_await_tty) holds TEXT.
 * Fails the test when the child ends without having said it, or after PATIENCE.
 */
void child_await_err(struct child *child, const char *text);
void child_await_tty(struct child *child, const char *text);

/* Collect until something was said, or it ended, or DEADLINE came (a time of clock_now()). */
void child_collect(struct child *child, long long deadline);

/* Collect for SECONDS, or until it ends. True while it runs. */
bool child_runs_for(struct child *child, double seconds);

/* Close the test's side of its stdin: end of input, unless it is a socket with two directions. */
void child_end_input(struct child *child);

/* Write all of TEXT to its stdin, or type it at its terminal, waiting while there is no room. */
void child_feed(struct child *child, const char *text);
void child_type(struct child *child, const char *text);

/* Send a signal to its process group. */
void child_signal(struct child *child, int signal_number);

/* Stop it (SIGSTOP) and wait until it has stopped, so that events pile up; SIGCONT goes on. */
void child_freeze(struct child *child);
void child_thaw(struct child *child);

/* Fail the test with a reason, the child's command and its outputs. */
void child_blame(const struct child *child, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* child_blame() unless stdout or stderr holds TEXT, or when it does. */
void child_says(const struct child *child, const char *text);
void child_silent_about(const struct child *child, const char *text);

/* child_blame() unless both stdout and stderr are empty. */
void child_said_nothing(const struct child *child);

/* Run a shell command line of the test's own, and fail the test unless it gives status 0. */
void child_sh(const char *command_line);

#endif
