/*
 * A connected datagram socket joined to a source and a sink: datagrams out, datagrams in, and when
 * that is over. A datagram has no end that the other side could tell of, so the ends are our own:
 * sockit(1), DATAGRAMS, is the contract.
 */
#ifndef SOCKIT_RELAY_DATAGRAMS_H
#define SOCKIT_RELAY_DATAGRAMS_H

#include "loop/loop.h"
#include "out/report.h"
#include "relay/datagrams_request.h"

struct datagrams; /* opaque */

int datagrams_start(struct loop *loop, const struct datagrams_request *request,
                    struct report *report, relay_done *done, void *context,
                    struct datagrams **datagrams, struct err *err) MUST_CHECK;

/*
 * It is cut short, for REASON: tell so, unless it has ended. DONE is not called any more. NULL is
 * allowed.
 */
void datagrams_cut(struct datagrams *datagrams, const char *reason);

/* Stop watching and free; the streams are then the caller's to close. NULL is allowed. */
void datagrams_free(struct datagrams *datagrams);

#endif
