/*
 * Reaching an endpoint: look the name up, race its addresses (RFC 8305: families alternate, an
 * attempt every 250 ms or as soon as one fails, the first to connect wins), hand back a stream.
 */
#ifndef SOCKIT_STREAM_DIAL_H
#define SOCKIT_STREAM_DIAL_H

#include "loop/loop.h"
#include "out/report.h"
#include "stream/dial_request.h"
#include "stream/stream.h"

struct dial; /* opaque */

/* Called once, from the loop: STREAM is the callee's, or NULL with *err. */
typedef void dial_done(void *context, struct stream *stream, const struct err *err);

/*
 * 0 when DONE will be called; -1 when nothing could be begun. *dial is to be abandoned until then.
 */
int dial_start(struct loop *loop, const struct dial_request *request, struct report *report,
               dial_done *done, void *context, struct dial **dial, struct err *err) MUST_CHECK;

/* Close what is under way; NULL is allowed. DONE will not be called. */
void dial_abandon(struct dial *dial);

#endif
