/*
 * How far a long run has come: one line that is written over, for a person at a terminal who does
 * not see the results themselves.
 */
#ifndef SOCKIT_OUT_PROGRESS_H
#define SOCKIT_OUT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/unit.h"

struct progress {
	bool on;      /* standard error is a terminal and standard output is none */
	nsec_t next;  /* not before */
	size_t shown; /* characters of the line that stands there */
};

struct progress progress_new(void);

/*
 * Write "DONE done, FAILED failed" over what stands there, a few times a second at most: returns
 * when to try again where it is too early, else NSEC_NEVER.
 */
nsec_t progress_show(struct progress *p, nsec_t now, size_t done, size_t failed);

/* Take it away, before something else is written and at the end. */
void progress_clear(struct progress *p);

#endif
