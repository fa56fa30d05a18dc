/*
 * Waiting until a descriptor is ready, level-triggered: over poll(2), where nothing is made before
 * the first wait and each wait costs what there is to wait for; or over epoll(7), for any number.
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

enum { POLLER_BATCH = 64 }; /* events of one wait are no more */

struct poller_event {
	void *data;
	unsigned ready; /* READY_IN, READY_OUT, READY_TROUBLE */
};

struct poller {
	const struct poller_kind *kind;
};

struct poller_kind {
	/* NULL when out of memory or descriptors, with a negative errno in *error. */
	struct poller *(*make)(int *error);
	void (*free)(struct poller *p);

	/*
	 * INTEREST is of READY_IN, READY_OUT and, where it never changes, READY_SHARED; 0 waits for
	 * trouble alone. 0 or a negative errno; -EPERM where FD is of a kind that is always ready
	 * (regular files).
	 */
	int (*add)(struct poller *p, int fd, unsigned interest, void *data);
	int (*change)(struct poller *p, int fd, unsigned interest, void *data);
	void (*remove)(struct poller *p, int fd);

	/* The same where FD is closed next and nobody else has its file description open. */
	void (*closing)(struct poller *p, int fd);

	/* Up to SIZE events; 0 when TIMEOUT passed or a signal came; else a negative errno. */
	int (*wait)(struct poller *p, struct poller_event *events, size_t size, nsec_t timeout);
};

extern const struct poller_kind poller_poll, poller_epoll;

/* The one for any number of descriptors, which make decides (POLLER=epoll, POLLER=poll). */
extern const struct poller_kind *const poller_of_many;
extern const char poller_built_in[]; /* its name, for --version */

#endif
