/*
 * A connection joined to a source and a sink: two flows that live and end by themselves, and what
 * happens at their ends. sockit(1), ENDS OF A STREAM, is the contract.
 */
#ifndef SOCKIT_RELAY_RELAY_H
#define SOCKIT_RELAY_RELAY_H

#include "loop/loop.h"
#include "out/report.h"
#include "relay/request.h"

struct relay; /* opaque */

int relay_start(struct loop *loop, const struct relay_request *request, struct report *report,
                relay_done *done, void *context, struct relay **relay, struct err *err) MUST_CHECK;

/* Stop watching and free; the streams are then the caller's to close. NULL is allowed. */
void relay_free(struct relay *relay);

#endif
