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
};

struct poller_event {
	void *data;
	unsigned ready; /* READY_* */
};

struct poller; /* opaque */

extern const char poller_built_in[]; /* for --version */

/* NULL when out of memory or descriptors, with a negative errno in *error. */
struct poller *poller_new(int *error) MUST_CHECK;
void poller_free(struct poller *p);

/* INTEREST is of READY_IN and READY_OUT; 0 waits for trouble alone. 0 or a negative errno; -EPERM
 * where FD is of a kind that is always ready (regular files). */
int poller_add(struct poller *p, int fd, unsigned interest, void *data) MUST_CHECK;
int poller_change(struct poller *p, int fd, unsigned interest, void *data) MUST_CHECK;
void poller_remove(struct poller *p, int fd);

/* Up to SIZE events; 0 when TIMEOUT passed or a signal came; else a negative errno. */
int poller_wait(struct poller *p, struct poller_event *events, size_t size,
                nsec_t timeout) MUST_CHECK;

#endif
