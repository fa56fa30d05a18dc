/*
 * Calls to the operating system that go wrong: an observer on sys/ that makes one call of a run
 * fail once, or many come back short, late or empty-handed. It lives in the process under test and
 * notes what it saw in memory that the test shares.
 */
#ifndef UNIT_CMD_FAULT_H
#define UNIT_CMD_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "sys/call.h"

/* What a descriptor is. */
enum fault_on {
	ON_FILE = 1,
	ON_INPUT = 2,  /* the pipe that is standard input */
	ON_OUTPUT = 4, /* the pipe that is standard output */
	ON_ERRORS = 8, /* standard error */
	ON_OWN_PIPE = 16,
	ON_TCP = 32,
	ON_LOCAL = 64, /* a Unix stream socket that is neither standard input nor output */
	ON_DEVICE = 128,
	ON_CONNECTED = 256, /* a datagram socket with a peer */
	ON_MAILBOX = 512,   /* and one that anybody may send to */
	ON_ANY = 1023,
};

/* The exit statuses that a failure may lead to, as bits. */
enum fault_answer {
	MAY_PASS = 1,    /* 0: there is another way, or the call did not matter */
	MAY_NETWORK = 2, /* 1 */
	MAY_RESOLVE = 4, /* 3 */
	MAY_LOCAL = 8,   /* 7 */
	MAY_PIPE = 16,   /* ended by SIGPIPE */
};

/*
 * An errno that a call can have with valid arguments, as its page in section 2 of the manual says.
 */
struct fault_row {
	enum sys_op op;
	int error;
	unsigned answer; /* fault_answer */
	unsigned from; /* only where its first descriptor is one of these; 0: it has none, or any */
	unsigned to;   /* the same for splice's second */
};

extern const struct fault_row fault_rows[];
extern const size_t fault_row_count;

enum fault_kind {
	FAULT_NONE,
	FAULT_FAIL,  /* the nth call that ROW is about */
	FAULT_SHORT, /* every call that moves bytes: at most `most`, or at random */
	FAULT_LATE,  /* some calls wait before they are made */
	FAULT_AGAIN, /* many calls are interrupted or find nothing */
	FAULT_KIND_COUNT
};

struct fault {
	enum fault_kind kind;
	const struct fault_row *row;
	unsigned nth;  /* from 1 */
	unsigned most; /* bytes; 0: a random number */
	unsigned seed;
};

/* What happened, in shared memory. */
enum { FAULT_ROWS_MAX = 256 };
struct fault_log {
	atomic_uint calls;                 /* of any kind */
	atomic_uint could[FAULT_ROWS_MAX]; /* by row: how many calls it is about */
	atomic_bool hit;
	atomic_int hit_fd;
	atomic_int fd_left; /* a descriptor that was open at the end and not at the start, or -1 */
};

/* In the process under test, before its main: from now on do as FAULT says. When it begins to wait
 * for clients, the port goes to descriptor READY (2 bytes), unless that is -1. */
void fault_begin(const struct fault *fault, struct fault_log *log, int ready);

/* "send 3 (EPIPE)" into BUF. */
void fault_describe(const struct fault *fault, char *buf, size_t size);

#endif
