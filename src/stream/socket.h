/* Streams over connected sockets, and what only a socket can be asked. */
#ifndef SOCKIT_STREAM_SOCKET_H
#define SOCKIT_STREAM_SOCKET_H

#include "base/unit.h"
#include "net/addr.h"
#include "net/sockopt.h"
#include "stream/stream.h"

/*
 * Takes FD, which is a socket of TYPE (SOCK_...) connected to PEER. NULL without memory; FD is then
 * still the caller's.
 */
struct stream *stream_socket_new(int fd, const struct addr *peer, int type) MUST_CHECK;

/* S is not connected: what it sends goes to its peer, a group or a broadcast address, and it hears
 * anybody. */
void stream_leave_unconnected(struct stream *s);

/* The peer of one that is not connected; NULL for others. */
const struct addr *stream_unconnected_peer(const struct stream *s);

/* The family of the addresses of S, which stream_socket_new made. */
int stream_family(const struct stream *s);

/* Whom it is connected to; lives as long as S. */
const struct addr *stream_peer(const struct stream *s);

/*
 * The options in ASKED, which must live as long as S, were asked for: they are not changed any
 * more.
 */
void stream_keep_options(struct stream *s, const struct sockopt_list *asked);

/* Bytes that the other side's TCP has not acknowledged yet, our FIN counted as one; 0 for other
 * sockets, which have no such thing. Or a negative errno. */
int stream_unacked(const struct stream *s) MUST_CHECK;

/*
 * The same of any socket: of a Unix socket, what its peer has not read, as the kernel counts
 * memory.
 */
int stream_queued(const struct stream *s) MUST_CHECK;

/* SO_ERROR: the errno that is pending on the socket, which this call clears; 0 for none. */
int stream_pending_error(const struct stream *s) MUST_CHECK;

/*
 * Bytes that the other side's TCP has not acknowledged yet, without our FIN, which FIN_SENT says to
 * be the last of them; or the negative errno that is pending on the socket, which this call clears.
 */
int stream_owed(const struct stream *s, bool fin_sent) MUST_CHECK;

/* For stream_keep_alive, where nothing else says so. */
#define STREAM_KEEP_IDLE (15 * NSEC_PER_SEC)

/*
 * Have the kernel find out that the peer is gone although nothing is sent (man 7 tcp): the first
 * probe after IDLE, and three of them, 5 seconds apart. Nothing for other than TCP.
 */
void stream_keep_alive(const struct stream *s, nsec_t idle);

/* SO_RCVLOWAT: from now on the socket counts as readable when BYTES can be read, or the end. */
void stream_set_low_water(const struct stream *s, int bytes);

/*
 * TCP_NOTSENT_LOWAT: from now on the socket counts as writable while fewer than BYTES wait in it to
 * be sent for the first time; what is on its way is not counted. On the loopback, where that is
 * memory too, SO_SNDBUF bounds it all. Unless the user has set it, and of TCP alone.
 */
void stream_bound_unsent(const struct stream *s, int bytes);

/* Have stream_close reset the connection, where there is such a thing, instead of ending it. */
void stream_reset_on_close(const struct stream *s);

#endif
