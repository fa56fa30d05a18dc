/*
 * Waiting until a descriptor is ready, level-triggered. Two files implement it, over epoll and over
 * poll; which one is linked is decided by make (POLLER=epoll, POLLER=poll).
 */
#ifndef SOCKIT_LOOP_POLLER_H
#define SOCKIT_LOOP_POLLER_H

#include <stddef.h>

#include "base/attr.h"
#include "base/unit.h"

enum {
	READY_IN = 1,      /* a read gives bytes or the end */
	READY_OUT = 2,     /* a write takes bytes */
	READY_TROUBLE = 4, /* hung up, or an error is pending; told whatever was asked for */
	READY_LOST = 8,    /* it cannot be waited for (loop.h) */
	READY_SHARED = 16, /* asked for: others wait for it too, and one of them is enough */
};

struct poller_event {
	void *data;
	unsigned ready; /* READY_IN, READY_OUT, READY_TROUBLE */
};

struct poller; /* opaque */

extern const char poller_built_in[]; /* for --version */

/* NULL when out of memory or descriptors, with a negative errno in *error. */
struct poller *poller_new(int *error) MUST_CHECK;
void poller_free(struct poller *p);

/*
 * INTEREST is of READY_IN, READY_OUT and, where it never changes, READY_SHARED; 0 waits for trouble
 * alone. 0 or a negative errno; -EPERM where FD is of a kind that is always ready (regular files).
 */
int poller_add(struct poller *p, int fd, unsigned interest, void *data) MUST_CHECK;
int poller_change(struct poller *p, int fd, unsigned interest, void *data) MUST_CHECK;
void poller_remove(struct poller *p, int fd);

/* The same where FD is closed next and nobody else has its file description open. */
void poller_closing(struct poller *p, int fd);

/* Up to SIZE events; 0 when TIMEOUT passed or a signal came; else a negative errno. */
int poller_wait(struct poller *p, struct poller_event *events, size_t size,
                nsec_t timeout) MUST_CHECK;

#endif
