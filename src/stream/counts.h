/* What TCP itself counts of a connection. */
#ifndef SOCKIT_STREAM_COUNTS_H
#define SOCKIT_STREAM_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/unit.h"
#include "stream/stream.h"

/*
 * Bytes of payload that S has sent, each counted once, and that have come, whoever used the socket.
 * ORDERLY says that a connection that is closed by now had the peer's end, and was not reset before
 * it. False where nobody counts: for other than TCP.
 */
bool stream_count(const struct stream *s, bool orderly, uint64_t *sent, uint64_t *received);

/*
 * How much the peer has acknowledged that is no payload: the SYN of who connected, and the FIN. 0
 * for other than TCP.
 */
int64_t stream_acked_beyond(const struct stream *s);

/*
 * The shortest time so far from a segment to its acknowledgement, in nanoseconds, as far as TCP
 * remembers (net.ipv4.tcp_min_rtt_wlen); or INT64_MAX where nobody knows one.
 */
nsec_t stream_round_trip(const struct stream *s);

#endif
