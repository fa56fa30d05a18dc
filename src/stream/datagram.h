/* What a stream over a datagram socket can be asked besides: whole datagrams, several a call. */
#ifndef SOCKIT_STREAM_DATAGRAM_H
#define SOCKIT_STREAM_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"
#include "stream/stream.h"

/* The most that one call takes or gives, and the longest datagram that is received whole. */
enum { DATAGRAM_BATCH = 32, DATAGRAM_ROOM = 64 << 10 };

/* What UDP can carry over either family. */
enum { DATAGRAM_LONGEST_UDP = 65507 };

/* An empty one is as good as any. */
struct datagram {
	uint8_t *at;
	size_t len;
	struct addr *from; /* of one received: who sent it is written there; or NULL */
	size_t sent_len;   /* of one received: on its way, more than LEN where it was cut */
};

static inline bool stream_is_datagram(const struct stream *s)
{
	return s->nature == STREAM_DATAGRAM || s->nature == STREAM_SEQPACKET;
}

/*
 * Have the kernel tell of everything that comes back instead of an answer: not only that the port
 * is closed, but that the host or its network cannot be reached too (man 7 ip, IP_RECVERR).
 */
void datagram_hear_errors(const struct stream *s);

/*
 * The longest that is sent: the path MTU less the headers; where there are many paths, what every
 * network carries; on a Unix socket what its buffer takes, at most DATAGRAM_ROOM.
 */
size_t datagram_longest(const struct stream *s);

/* Send COUNT (1 to DATAGRAM_BATCH) datagrams: how many went, or the negative errno of the first. */
int datagram_send(const struct stream *s, const struct datagram *datagrams,
                  size_t count) MUST_CHECK;

/*
 * Receive up to COUNT (1 to DATAGRAM_BATCH) into the DATAGRAM_ROOM bytes at each one's `at`: how
 * many came, or a negative errno. *ENDED when the peer's end follows them, which only
 * STREAM_SEQPACKET has.
 */
int datagram_receive(const struct stream *s, struct datagram *datagrams, size_t count,
                     bool *ended) MUST_CHECK;

/* The errno that is pending, or that was lost while several datagrams went in one call; 0 for none.
 * Takes it. */
int datagram_trouble(const struct stream *s) MUST_CHECK;

#endif
