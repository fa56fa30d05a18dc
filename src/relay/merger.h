/*
 * What many send, on its way to one stream: a line is written whole, and nothing of others stands
 * in it. Who has begun a line is held back until it has a newline, is MERGER_LINE bytes long, or
 * its sender ends; what is written then without a newline gets one only when the next bytes are
 * another's. Who is alone thus comes out byte for byte.
 */
#ifndef SOCKIT_RELAY_MERGER_H
#define SOCKIT_RELAY_MERGER_H

#include "base/escape.h"
#include "relay/line.h"
#include "stream/stream.h"

/* One who sends; zeroed at first, but for its number, which is not 0. */
struct merger_source {
	uint64_t id;
	struct line line;     /* that it has begun */
	struct escape escape; /* of its bytes for a terminal */
};

struct merger_request {
	struct stream *to; /* stays the caller's */
	bool tag;          /* each line has its sender's number and a blank in front */
	bool escape;       /* it is a terminal: see base/escape.h */
};

struct merger; /* opaque */

/* NULL without memory. */
struct merger *merger_new(const struct merger_request *request) MUST_CHECK;

/* What is not written is lost. NULL is allowed. */
void merger_free(struct merger *m);

/*
 * Where bytes of S are to be put next, and how many at most. NULL: what waits to be written comes
 * first.
 */
uint8_t *merger_room(struct merger *m, const struct merger_source *s, size_t *size);

/* N bytes were put there. */
void merger_took(struct merger *m, struct merger_source *s, size_t n);

/* S sends no more: the line that it has begun counts as whole. There must be room. */
void merger_end(struct merger *m, struct merger_source *s);

/* S goes, and what it has begun with it. */
void merger_forget(struct merger_source *s);

/* Write what is there as far as it goes: IO_DONE when nothing is left. */
struct io merger_write(struct merger *m);

/* Whether nothing waits to be written. */
bool merger_is_empty(const struct merger *m);

/*
 * Whose line was broken since this was asked last, because others came before its rest; 0:
 * nobody's.
 */
uint64_t merger_broke(struct merger *m);

#endif
