/*
 * Datagrams on their way into a sink: framed one behind the other in a buffer, and written from
 * there.
 */
#ifndef SOCKIT_RELAY_FRAMER_H
#define SOCKIT_RELAY_FRAMER_H

#include "base/err.h"
#include "relay/framing.h"
#include "relay/tap.h"
#include "stream/stream.h"

/* What may stand in front of a datagram, in bytes. */
enum { FRAMER_TAG = 256 };

enum framer_state {
	FRAMER_EMPTY,  /* all is written */
	FRAMER_FULL,   /* the sink takes no more at the moment: wait for want_to */
	FRAMER_FAILED, /* the sink failed with error */
};

struct framer {
	struct stream *to; /* NULL: what comes is dropped */
	unsigned want_to;  /* READY_* of the sink */
	int error;

	/* private */
	struct tap *tap; /* or NULL */
	enum framing framing;
	uint8_t *framed, *out;
	size_t size, begin, end; /* of what is in out and not yet written */
};

/*
 * For datagrams of at most LONGEST bytes. The stream and the tap stay the caller's. -1 without
 * memory.
 */
int framer_init(struct framer *f, struct stream *to, struct tap *tap, enum framing framing,
                size_t longest, struct err *err) MUST_CHECK;
void framer_close(struct framer *f);

/* Whether a datagram of N bytes can be added before something is written. */
bool framer_fits(const struct framer *f, size_t n);

/* Add one that fits, with TAG (up to FRAMER_TAG bytes, or NULL) in front. */
void framer_add(struct framer *f, const struct text *tag, const uint8_t *bytes, size_t n);

/* Add what the tap holds back: nothing follows. */
void framer_end(struct framer *f);

/* Write as much as the sink takes. */
enum framer_state framer_write(struct framer *f);

static inline bool framer_is_empty(const struct framer *f)
{
	return f->begin == f->end;
}

#endif
