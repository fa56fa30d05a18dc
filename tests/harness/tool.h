/* The other programs of the kind, as peers of sockit and as measures for it. */
#ifndef HARNESS_TOOL_H
#define HARNESS_TOOL_H

#include "harness/child.h"
#include "harness/place.h"

enum tool {
	TOOL_NC, /* nc.openbsd -N */
	TOOL_NCAT,
	TOOL_SOCAT,
	TOOL_COUNT,
};

extern const char *const tool_names[TOOL_COUNT];

/*
 * Start TOOL as a server on loopback or a fresh path; return when it listens. Skips the test if it
 * is not installed.
 */
struct child tool_listen(enum tool tool, const struct plan *plan, enum net net,
                         struct place *place);

/* Start TOOL as a client of PLACE. */
struct child tool_connect(enum tool tool, const struct plan *plan, const struct place *place);

#endif
