/* `sockit echo-serve` as a web server, and curl as its client. */
#ifndef HARNESS_WEB_H
#define HARNESS_WEB_H

#include "harness/child.h"
#include "harness/place.h"

struct web {
	struct child server;
	struct place place;
	const char *model;
	char base[160]; /* what curl calls it */
};

/* Call TEST for a server of every model, and of the first one over every net. */
void web_each(void (*test)(const struct web *web));

/*
 * What curl prints, after it has ended with status 0. A word of ARGS that begins with @ is a path
 * on the server: at most four.
 */
struct child curl(const struct web *web, const char *const *args);

#endif
