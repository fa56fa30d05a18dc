/* What a child process gets as its descriptor 0, 1 or 2, and what the test keeps of it. */
#ifndef HARNESS_END_H
#define HARNESS_END_H

#include <stdbool.h>

enum end_kind {
	END_DEFAULT, /* stdin: /dev/null; stdout and stderr: a pipe, collected as text */
	END_NULL,    /* /dev/null */
	END_PIPE,    /* the test holds the other end */
	END_SOCKET,  /* one of a pair of Unix stream sockets; the test holds the other */
	END_FILE,    /* `path`: stdin reads it, an output truncates it */
	END_APPEND,  /* `path`, opened with O_APPEND */
	END_PTY,     /* a terminal, one for all ends of the child; the test holds the other side */
	END_FULL,    /* /dev/full */
	END_CLOSED,  /* nothing: the descriptor is closed */
	END_FD,      /* `fd`, borrowed, as it is */
};

struct end {
	enum end_kind kind;
	const char *path;
	int fd;
};

/* Both sides of an open end; -1 for what there is not. All are close-on-exec. */
struct end_fds {
	int child; /* for the child, blocking */
	int test;  /* the test's, non-blocking */
	bool lent; /* `child` belongs to somebody else */
};

/* Open an end for descriptor NUMBER of a child. Not for END_PTY. */
struct end_fds end_open(const struct end *end, int number);

/*
 * A new terminal, 24 by 80, in the kernel's usual line mode but without echo and without turning
 * newlines into CR LF, so that the test sees the child's own bytes.
 */
struct end_fds end_open_tty(void);

/* Close what belongs to the child, once that has it. */
void end_close_child_side(struct end_fds *fds);

#endif
