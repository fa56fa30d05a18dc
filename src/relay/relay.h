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

/*
 * For a program that has ended: BYTES more are in the source. Once they are sent the relay ends as
 * with end_when_sent. DONE may be called before it returns.
 */
void relay_end_source(struct relay *relay, uint64_t bytes);

/*
 * Whether the source has not ended yet; when DONE is called without a failure, the peer is gone for
 * good.
 */
bool relay_has_source(const struct relay *relay);

/*
 * It is cut short, for REASON: tell so, unless it has ended. DONE is not called any more. NULL is
 * allowed.
 */
void relay_cut(struct relay *relay, const char *reason);

/*
 * Bytes each way, as they are on the connection. False where somebody else uses the connection and
 * nobody counts.
 */
bool relay_counts(const struct relay *relay, uint64_t *sent, uint64_t *received);

/* Stop watching and free; the streams are then the caller's to close. NULL is allowed. */
void relay_free(struct relay *relay);

#endif
