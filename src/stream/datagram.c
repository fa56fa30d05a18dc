#include "stream/datagram.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "stream/socket.h"
#include "sys/socket.h"

/* Headers of IP without options, and of UDP. */
enum { HEADERS_V4 = 20 + 8, HEADERS_V6 = 40 + 8 };

/* What UDP can carry at all: lengths have 16 bits, which on IPv4 hold the IP header too. */
enum { LONGEST_V4 = 65535 - HEADERS_V4, LONGEST_V6 = 65535 - 8 };

/* What every IPv6 path carries (RFC 8200 section 5), for when the kernel does not say. */
enum { SAFE_SIZE = 1280 - HEADERS_V6 };

/* What the kernel wants to keep of a Unix socket's buffer. */
enum { SNDBUF_KEPT = 32 };

void datagram_hear_errors(const struct stream *s)
{
	/* Without it a refused port is still told. */
	switch (stream_family(s)) {
	case AF_INET:
		(void)!sys_setsockopt_int(s->fd, IPPROTO_IP, IP_RECVERR, 1);
		break;
	case AF_INET6:
		(void)!sys_setsockopt_int(s->fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
		break;
	case AF_UNIX:
		/* See datagram_receive. */
		if (s->nature == STREAM_SEQPACKET)
			(void)!sys_setsockopt_int(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
		break;
	}
}

static size_t size_within(int room, int kept, size_t longest)
{
	size_t size = room > kept ? (size_t)(room - kept) : 1;

	return size < longest ? size : longest;
}

size_t datagram_longest(const struct stream *s)
{
	int room = 0;

	if (stream_unconnected_peer(s))
		return SAFE_SIZE;
	switch (stream_family(s)) {
	case AF_INET:
		if (sys_getsockopt_int(s->fd, IPPROTO_IP, IP_MTU, &room))
			return SAFE_SIZE;
		return size_within(room, HEADERS_V4, LONGEST_V4);
	case AF_INET6:
		if (sys_getsockopt_int(s->fd, IPPROTO_IPV6, IPV6_MTU, &room))
			return SAFE_SIZE;
		return size_within(room, HEADERS_V6, LONGEST_V6);
	default:
		if (sys_getsockopt_int(s->fd, SOL_SOCKET, SO_SNDBUF, &room))
			return SAFE_SIZE;
		return size_within(room, SNDBUF_KEPT, DATAGRAM_ROOM);
	}
}

int datagram_send(const struct stream *s, const struct datagram *datagrams, size_t count)
{
	struct mmsghdr messages[DATAGRAM_BATCH] = { 0 };
	struct iovec parts[DATAGRAM_BATCH];
	const struct addr *to = stream_unconnected_peer(s);

	if (count == 1 && !to) {
		ssize_t n = sys_send(s->fd, datagrams->at, datagrams->len);

		return n < 0 ? (int)n : 1;
	}
	for (size_t i = 0; i < count; i++) {
		parts[i] = (struct iovec){ datagrams[i].at, datagrams[i].len };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = to ? (void *)&to->at : NULL;
		messages[i].msg_hdr.msg_namelen = to ? to->len : 0;
	}
	return sys_sendmmsg(s->fd, messages, (unsigned)count);
}

int datagram_receive(const struct stream *s, struct datagram *datagrams, size_t count, bool *ended)
{
	bool may_end = s->nature == STREAM_SEQPACKET;
	struct mmsghdr messages[DATAGRAM_BATCH] = { 0 };
	struct iovec parts[DATAGRAM_BATCH];
	char controls[DATAGRAM_BATCH][CMSG_SPACE(sizeof(struct timespec))];
	struct sockaddr_un from;
	int came;

	for (size_t i = 0; i < count; i++) {
		struct msghdr *m = &messages[i].msg_hdr;

		parts[i] = (struct iovec){ datagrams[i].at, DATAGRAM_ROOM };
		m->msg_iov = &parts[i];
		m->msg_iovlen = 1;
		m->msg_name = may_end             ? (void *)&from
		              : datagrams[i].from ? (void *)&datagrams[i].from->at
		                                  : NULL;
		m->msg_namelen = may_end             ? sizeof from
		                 : datagrams[i].from ? sizeof datagrams[i].from->at
		                                     : 0;
		m->msg_control = may_end ? controls[i] : NULL;
		m->msg_controllen = may_end ? sizeof controls[i] : 0;
	}
	came = sys_recvmmsg(s->fd, messages, (unsigned)count, MSG_TRUNC);
	*ended = false;
	for (int i = 0; i < came; i++) {
		size_t len = messages[i].msg_len;

		/* An empty datagram comes from somewhere at some time, the end does not. */
		if (may_end && len == 0 && messages[i].msg_hdr.msg_namelen == 0 &&
		    messages[i].msg_hdr.msg_controllen == 0) {
			*ended = true;
			return i;
		}
		if (datagrams[i].from)
			datagrams[i].from->len = messages[i].msg_hdr.msg_namelen;
		datagrams[i].sent_len = len;
		datagrams[i].len = len < DATAGRAM_ROOM ? len : DATAGRAM_ROOM;
	}
	return came;
}

int datagram_trouble(const struct stream *s)
{
	union {
		struct cmsghdr first;
		char room[256];
	} control = { .room = { 0 } };
	struct mmsghdr message = {
		.msg_hdr = { .msg_control = &control, .msg_controllen = sizeof control },
	};
	struct sock_extended_err told;
	int pending = stream_pending_error(s);

	if (pending || s->nature == STREAM_SEQPACKET)
		return pending;
	if (sys_recvmmsg(s->fd, &message, 1, MSG_ERRQUEUE) != 1)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message.msg_hdr); c;
	     c = CMSG_NXTHDR(&message.msg_hdr, c)) {
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
			memcpy(&told, CMSG_DATA(c), sizeof told);
			return (int)told.ee_errno;
		}
	}
	return 0;
}
