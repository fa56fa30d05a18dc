/*
 * A file of its own, for <linux/tcp.h> has all of the struct and does not go with <netinet/tcp.h>.
 */
#include "stream/counts.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>

#include "sys/socket.h"

/* States of include/net/tcp_states.h. */
enum {
	COUNTS_TIME_WAIT = 6,
	COUNTS_CLOSE = 7,
	COUNTS_CLOSE_WAIT = 8,
	COUNTS_LAST_ACK = 9,
	COUNTS_CLOSING = 11,
};

/* Whether the peer's FIN has come. */
static bool has_fin(uint8_t state, bool orderly)
{
	return state == COUNTS_TIME_WAIT || state == COUNTS_CLOSE_WAIT ||
	       state == COUNTS_LAST_ACK || state == COUNTS_CLOSING ||
	       (state == COUNTS_CLOSE && orderly);
}

static bool ask(const struct stream *s, struct tcp_info *info, socklen_t *len)
{
	*info = (struct tcp_info){ 0 };
	*len = sizeof *info;
	return s->nature == STREAM_TCP &&
	       sys_getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, info, len) == 0;
}

/* Linux 4.19; before that, what was acknowledged, SYN and FIN included. */
static uint64_t sent_bytes(const struct tcp_info *info, socklen_t len)
{
	bool told = len >=
	            offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof info->tcpi_bytes_retrans;

	return told ? info->tcpi_bytes_sent - info->tcpi_bytes_retrans : info->tcpi_bytes_acked;
}

bool stream_count(const struct stream *s, bool orderly, uint64_t *sent, uint64_t *received)
{
	struct tcp_info info;
	socklen_t len;

	if (!ask(s, &info, &len))
		return false;
	*received = info.tcpi_bytes_received;
	/* The FIN counts as a byte. */
	if (*received > 0 && has_fin(info.tcpi_state, orderly))
		--*received;
	*sent = sent_bytes(&info, len);
	return true;
}

int64_t stream_acked_beyond(const struct stream *s)
{
	struct tcp_info info;
	socklen_t len;

	return ask(s, &info, &len) ? (int64_t)(info.tcpi_bytes_acked - sent_bytes(&info, len)) : 0;
}

nsec_t stream_round_trip(const struct stream *s)
{
	struct tcp_info info;
	socklen_t len;
	bool told = ask(s, &info, &len) && /* Linux 4.6 */
	            len >= offsetof(struct tcp_info, tcpi_min_rtt) + sizeof info.tcpi_min_rtt;

	return told && info.tcpi_min_rtt != UINT32_MAX ? info.tcpi_min_rtt * NSEC_PER_USEC
	                                               : INT64_MAX;
}
