/*
 * Datagrams in a stream of bytes, and back: how standard input is cut into datagrams, and how those
 * that come are written one after the other. What framing_add writes, framing_cut cuts into the
 * same again; but for FRAMING_CHUNK, which leaves no trace of where one ended, and for newlines
 * inside a line.
 */
#ifndef SOCKIT_RELAY_FRAMING_H
#define SOCKIT_RELAY_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum framing {
	FRAMING_CHUNK, /* what there is, as much as a datagram holds */
	FRAMING_LINE,  /* a line without its newline; an empty line is an empty datagram */
	FRAMING_LEN,   /* its length in 32 bits in network order, then its bytes */
	/* Only to cut with: a newline stays what it is. */
	FRAMING_WHOLE_LINE, /* a line with its newline, which the last may lack */
	FRAMING_CHUNK_LINE, /* what there is, as far as its first newline */
};

/* What a datagram takes more than its own bytes, at most. */
enum { FRAMING_OVERHEAD = 4 };

enum framing_found {
	FRAMING_DATAGRAM, /* one at [skip, skip + len), which ends with byte used */
	FRAMING_MORE,     /* the beginning of one, or nothing at all */
	FRAMING_TOO_LONG, /* one longer than LONGEST: len, as far as that is known */
	FRAMING_PARTIAL,  /* the end in the middle of one */
};

struct framing_piece {
	size_t skip, len, used;
};

/*
 * Find the first datagram, at most LONGEST bytes of payload long, in the N bytes at BYTES. ENDED:
 * no more will follow them.
 */
enum framing_found framing_cut(enum framing framing, size_t longest, const uint8_t *bytes, size_t n,
                               bool ended, struct framing_piece *piece);

/*
 * What stands before and behind a datagram of LEN bytes, FRAMING_OVERHEAD at most together. Return
 * how many bytes were written.
 */
size_t framing_add_head(enum framing framing, size_t len, uint8_t *out);
size_t framing_add_tail(enum framing framing, uint8_t *out);

#endif
