/*
 * What went wrong, as plain data. The lowest code that knows fills it; nobody below main prints
 * or exits. out/failure.c turns it into one sentence, status.h into the exit status.
 */
#ifndef SOCKIT_BASE_ERR_H
#define SOCKIT_BASE_ERR_H

#include <stdbool.h>

#include "base/attr.h"

/* Whose failure it was, and what `code` means. base/status.c has a row for each. */
enum err_domain {
	ERR_NONE,
	ERR_USAGE,       /* what was typed; code unused */
	ERR_SHOWN,       /* told already; code is the exit status */
	ERR_NETWORK,     /* the network or the peer; code is an errno */
	ERR_LOCAL,       /* this machine; code is an errno */
	ERR_RESOLVE,     /* a name; code is an EAI_* value */
	ERR_TIME,        /* a limit of ours ran out; code: ETIMEDOUT for acknowledgements */
	ERR_STDOUT_GONE, /* the reader of our standard output went away; code is EPIPE */
	ERR_SIGNAL,      /* ended by a signal; code is its number */
	ERR_PROGRAM,     /* a program could not be run; code is an errno */
	ERR_ANSWER, /* the answer itself is a no: the detail says it; code is the exit status */
};

enum { ERR_SUBJECT_SIZE = 512, ERR_DETAIL_SIZE = 512, ERR_HINT_SIZE = 256 };

/*
 * Read as "cannot OP SUBJECT: REASON DETAIL", where REASON is the text of the code; a usage error
 * and an answer are just their DETAIL. Where one of them does not fit, its long words lose their
 * middle. Subject and detail may hold bytes from anywhere: whoever prints them escapes.
 */
struct err {
	enum err_domain domain;
	int code;
	const char *op; /* a static verb such as "connect"; failure.c has the phrase for it */
	char subject[ERR_SUBJECT_SIZE];
	char detail[ERR_DETAIL_SIZE];
	char hint[ERR_HINT_SIZE]; /* one more line, or empty */
};

/* Each fills *e anew and returns -1, so that a function can end with `return err_...`. */
int err_set(struct err *e, enum err_domain domain, int code, const char *op, const char *subject,
            ...) PRINTF_LIKE(5, 6) COLD;
int err_usage(struct err *e, const char *detail, ...) PRINTF_LIKE(2, 3) COLD;

/* The answer to what was asked is a no that ends with STATUS (base/status.h). */
int err_answer(struct err *e, int status, const char *detail, ...) PRINTF_LIKE(3, 4) COLD;

/* The same by errno where both sides can be at fault: this machine (no descriptors, no memory,
 * no permission, address in use) or the network. */
int err_socket(struct err *e, int error, const char *op, const char *subject, ...)
	PRINTF_LIKE(4, 5) COLD;

/* Add to what a filled *e says. */
void err_detail(struct err *e, const char *detail, ...) PRINTF_LIKE(2, 3) COLD;
void err_hint(struct err *e, const char *hint, ...) PRINTF_LIKE(2, 3) COLD;

/* Whether this machine lacks what it will have again: descriptors, memory, processes. */
bool err_is_lack(const struct err *e);

/* Whether errno value ERROR, met in a socket call, is a failure of this machine. */
bool err_is_local(int error);

#endif
