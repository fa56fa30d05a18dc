#include "stream/socket.h"

#include <errno.h>
#include <netinet/tcp.h>

#include "stream/counts.h"
#include "sys/file.h"
#include "sys/socket.h"

/*
 * What is kept of a connection on the loopback until it is read there; the kernel doubles it. From
 * 96 to 256 KiB a transfer takes 10 to 20 % less time than with the megabytes that TCP would give
 * it, for all of that is in the caches still when it is read.
 */
enum { SOCKET_LOOPBACK_BUFFER = 160 << 10 };

struct stream_socket {
	struct stream stream; /* first */
	struct addr peer;
	const struct sockopt_list *asked; /* or NULL */
};

static struct io socket_read(struct stream *s, void *buf, size_t size)
{
	return io_from_read(sys_recv(s->fd, buf, size));
}

static struct io socket_write(struct stream *s, const void *buf, size_t size)
{
	return io_from_write(sys_send(s->fd, buf, size));
}

static int socket_shut_write(struct stream *s)
{
	return sys_shutdown(s->fd, SHUT_WR);
}

static int socket_close(struct stream *s)
{
	struct stream_socket *self = CONTAINER_OF(s, struct stream_socket, stream);
	int result = sys_close(s->fd);

	free(self);
	return result;
}

static int socket_splice_fd(const struct stream *s)
{
	return s->fd;
}

static void socket_describe(const struct stream *s, struct text *t)
{
	addr_add(t, &((const struct stream_socket *)s)->peer);
}

#define SOCKET_OPS                                                                                 \
	{                                                                                          \
		.read = socket_read, .write = socket_write, .shut_write = socket_shut_write,       \
		.close = socket_close, .splice_fd = socket_splice_fd, .describe = socket_describe, \
	}
static const struct stream_ops socket_ops = SOCKET_OPS;

static enum stream_nature socket_nature(const struct addr *peer, int type)
{
	if (type == SOCK_SEQPACKET)
		return STREAM_SEQPACKET;
	if (type == SOCK_DGRAM)
		return STREAM_DATAGRAM;
	return addr_is_inet(peer) ? STREAM_TCP : STREAM_SOCKET;
}

struct stream *stream_socket_new(int fd, const struct addr *peer, int type)
{
	struct stream_socket *self = malloc(sizeof *self);

	if (!self)
		return NULL;
	self->stream = (struct stream){
		.ops = &socket_ops,
		.fd = fd,
		.nature = socket_nature(peer, type),
	};
	self->peer = *peer;
	self->asked = NULL;
	return &self->stream;
}

void stream_keep_options(struct stream *s, const struct sockopt_list *asked)
{
	CONTAINER_OF(s, struct stream_socket, stream)->asked = asked;
}

/*
 * The same at another address, which tells it apart: a flag would cost each client of a server
 * more.
 */
static const struct stream_ops unconnected_ops = SOCKET_OPS;

void stream_leave_unconnected(struct stream *s)
{
	s->ops = &unconnected_ops;
}

const struct addr *stream_unconnected_peer(const struct stream *s)
{
	return s->ops == &unconnected_ops ? stream_peer(s) : NULL;
}

const struct addr *stream_peer(const struct stream *s)
{
	return &((const struct stream_socket *)s)->peer;
}

int stream_family(const struct stream *s)
{
	return ((const struct stream_socket *)s)->peer.at.any.sa_family;
}

int stream_unacked(const struct stream *s)
{
	int bytes = 0;
	int error = s->nature == STREAM_TCP ? sys_socket_unacked(s->fd, &bytes) : 0;

	return error ? error : bytes;
}

int stream_queued(const struct stream *s)
{
	int bytes = 0;
	int error = sys_socket_unacked(s->fd, &bytes);

	return error ? error : bytes;
}

int stream_pending_error(const struct stream *s)
{
	int pending = 0;
	int error = sys_getsockopt_int(s->fd, SOL_SOCKET, SO_ERROR, &pending);

	return error ? -error : pending;
}

int stream_owed(const struct stream *s, bool fin_sent)
{
	/* In this order, so that what fails in between is not missed. */
	int unacked = stream_unacked(s);
	int pending = stream_pending_error(s);

	if (unacked > 0 && fin_sent)
		unacked--;
	return pending ? -pending : unacked;
}

void stream_keep_alive(const struct stream *s, nsec_t idle)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ IPPROTO_TCP, TCP_KEEPIDLE, (int)(idle / NSEC_PER_SEC) },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 5 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 3 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
	};

	if (s->nature != STREAM_TCP)
		return;
	const struct sockopt_list *asked = ((const struct stream_socket *)s)->asked;
	/* Without it sockit only finds out later. */
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (!sockopt_list_has(asked, options[i].level, options[i].name))
			(void)!sys_setsockopt_int(s->fd, options[i].level, options[i].name,
			                          options[i].value);
}

void stream_set_low_water(const struct stream *s, int bytes)
{
	(void)!sys_setsockopt_int(s->fd, SOL_SOCKET, SO_RCVLOWAT, bytes);
}

/* Far from any delay that somebody has put there to try out what a distance does. */
static bool is_on_loopback(const struct stream_socket *self)
{
	return addr_is_loopback(&self->peer) && stream_round_trip(&self->stream) < NSEC_PER_MSEC;
}

void stream_bound_unsent(const struct stream *s, int bytes)
{
	const struct stream_socket *self = (const struct stream_socket *)s;

	if (s->nature != STREAM_TCP)
		return;
	if (!sockopt_list_has(self->asked, IPPROTO_TCP, TCP_NOTSENT_LOWAT))
		(void)!sys_setsockopt_int(s->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes);
	if (!sockopt_list_has(self->asked, SOL_SOCKET, SO_SNDBUF) &&
	    !sockopt_list_has(self->asked, SOL_SOCKET, SO_SNDBUFFORCE) && is_on_loopback(self))
		(void)!sys_setsockopt_int(s->fd, SOL_SOCKET, SO_SNDBUF, SOCKET_LOOPBACK_BUFFER);
}

void stream_reset_on_close(const struct stream *s)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)!sys_setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}
