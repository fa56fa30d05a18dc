/* Socket options that were asked for (--sockopt), set on sockets as these come to life. */
#ifndef SOCKIT_STREAM_TUNE_H
#define SOCKIT_STREAM_TUNE_H

#include "net/addr.h"
#include "net/sockopt.h"
#include "out/report.h"

struct tune {
	const struct sockopt_list *options; /* borrowed; NULL: none */
	unsigned places;                    /* of the sockets, but for their family: SOCKOPT_... */
	struct report *report;              /* at -vv it is told what the kernel made of each */
};

/*
 * For a socket FD and the address AT that it is for. What has no meaning for its family is left
 * out. 0, or -1 with *err when the kernel refuses an option: a failure of this machine.
 */

/* Before it is bound, connected or listening. */
int tune_new(const struct tune *tune, int fd, const struct addr *at, struct err *err) MUST_CHECK;

/* Once it has connected: what that made the kernel forget. */
int tune_connected(const struct tune *tune, int fd, const struct addr *at,
                   struct err *err) MUST_CHECK;

/* Once it was accepted, from AT: what it did not inherit from the socket that listens. */
int tune_accepted(const struct tune *tune, int fd, const struct addr *at,
                  struct err *err) MUST_CHECK;

/*
 * Whether every option has a meaning for one of LIST's addresses at least; else -1 with a usage
 * error that names ENDPOINT.
 */
int tune_check(const struct tune *tune, const struct addr *list, size_t count, const char *endpoint,
               struct err *err) MUST_CHECK;

#endif
