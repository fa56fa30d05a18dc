#include "stream/mailbox.h"

#include <netinet/in.h>
#include <string.h>

#include "sys/socket.h"

/*
 * What the kernel wants to keep of a Unix socket's buffer, and what goes when it does not say how
 * large that is.
 */
enum { SNDBUF_KEPT = 32, SAFE_SIZE = 1232 };

/*
 * Slots begin this much behind one another more than they are long, so that the first bytes of all
 * of them do not compete for the same lines of the cache.
 */
enum { SLOT_STAGGER = 192 };

struct mailbox_control {
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
	                                   CMSG_SPACE(sizeof(struct timespec))];
};

struct mailbox {
	size_t room, count;
	uint8_t order[MAILBOX_BATCH]; /* the I'th is message order[I] */
	bool dropped;                 /* some, so that it is not I */
	struct mailbox_wants wants;
	int fd;            /* that was received from */
	struct addr local; /* and where it is bound */
	struct mmsghdr messages[MAILBOX_BATCH];
	struct iovec parts[MAILBOX_BATCH];
	struct sockaddr_storage peers[MAILBOX_BATCH];
	struct mailbox_control controls[MAILBOX_BATCH];
	uint8_t slots[];
};

bool correspondent_can_be_answered(const struct correspondent *c)
{
	return c->peer.len > sizeof c->peer.at.any.sa_family;
}

void mailbox_ask(int fd, const struct addr *local, const struct mailbox_wants *wants)
{
	bool v6 = local->at.any.sa_family == AF_INET6;

	if (wants->local && local->at.any.sa_family == AF_INET)
		(void)!sys_setsockopt_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (wants->local && v6)
		(void)!sys_setsockopt_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	if (wants->when)
		(void)!sys_setsockopt_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
}

static void mailbox_set_order(struct mailbox *m)
{
	for (size_t i = 0; i < MAILBOX_BATCH; i++)
		m->order[i] = (uint8_t)i;
	m->dropped = false;
}

struct mailbox *mailbox_new(size_t room, const struct mailbox_wants *wants)
{
	struct mailbox *m = malloc(sizeof *m + MAILBOX_BATCH * (room + SLOT_STAGGER));

	if (!m)
		return NULL;
	memset(m, 0, sizeof *m);
	m->room = room;
	m->wants = *wants;
	for (size_t i = 0; i < MAILBOX_BATCH; i++) {
		struct msghdr *h = &m->messages[i].msg_hdr;

		m->parts[i] = (struct iovec){ m->slots + i * (room + SLOT_STAGGER), room };
		h->msg_iov = &m->parts[i];
		h->msg_iovlen = 1;
		h->msg_name = wants->peer ? &m->peers[i] : NULL;
		h->msg_control = wants->local || wants->when ? &m->controls[i] : NULL;
	}
	mailbox_set_order(m);
	return m;
}

void mailbox_free(struct mailbox *m)
{
	free(m);
}

int mailbox_receive(struct mailbox *m, int fd, const struct addr *local, size_t count)
{
	if (m->dropped)
		mailbox_set_order(m);
	for (size_t i = 0; i < count; i++) {
		struct msghdr *h = &m->messages[i].msg_hdr;

		h->msg_namelen = h->msg_name ? sizeof m->peers[i] : 0;
		h->msg_controllen = h->msg_control ? sizeof m->controls[i] : 0;
	}
	int n = sys_recvmmsg(fd, m->messages, (unsigned)count, MSG_TRUNC);
	m->count = n > 0 ? (size_t)n : 0;
	m->local = *local;
	m->fd = fd;
	return n;
}

static nsec_t letter_time(const struct msghdr *h)
{
	struct timespec when;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR((struct msghdr *)h, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&when, CMSG_DATA(c), sizeof when);
		return when.tv_sec * NSEC_PER_SEC + when.tv_nsec;
	}
	return 0;
}

struct letter mailbox_letter(const struct mailbox *m, size_t i)
{
	size_t at = m->order[i], sent = m->messages[at].msg_len;

	return (struct letter){
		.at = m->parts[at].iov_base,
		.len = sent < m->room ? sent : m->room,
		.sent_len = sent,
		.when = m->wants.when ? letter_time(&m->messages[at].msg_hdr) : 0,
	};
}

/* <netinet/in.h> would ask with htonl. */
static bool is_link_local(const struct in6_addr *a)
{
	return a->s6_addr[0] == 0xfe && (a->s6_addr[1] & 0xc0) == 0x80;
}

/*
 * Where CONTROL says it arrived: the address of this machine, which for one to an IPv4 group is
 * that of the interface, and the one that it was sent to.
 */
static void correspondent_set_local(struct correspondent *c, const struct cmsghdr *control)
{
	struct in_pktinfo v4;
	struct in6_pktinfo v6;

	if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
		memcpy(&v4, CMSG_DATA(control), sizeof v4);
		c->local.at.v4.sin_addr = v4.ipi_spec_dst;
		c->asked.at.v4.sin_addr = v4.ipi_addr;
		c->interface = (unsigned)v4.ipi_ifindex;
	} else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
		memcpy(&v6, CMSG_DATA(control), sizeof v6);
		c->local.at.v6.sin6_addr = v6.ipi6_addr;
		if (is_link_local(&v6.ipi6_addr))
			c->local.at.v6.sin6_scope_id = v6.ipi6_ifindex;
		c->asked = c->local;
		c->interface = v6.ipi6_ifindex;
	}
}

void mailbox_correspondent(const struct mailbox *m, size_t i, struct correspondent *c)
{
	size_t at_message = m->order[i];
	const struct msghdr *h = &m->messages[at_message].msg_hdr;

	c->peer = addr_from((const struct sockaddr *)&m->peers[at_message], h->msg_namelen);
	/* A Unix socket without a name sends from nowhere. */
	if (h->msg_namelen == 0)
		c->peer.at.any.sa_family = m->local.at.any.sa_family;
	c->local = c->asked = m->local;
	c->interface = 0;
	c->fd = m->fd;
	if (!m->wants.local)
		return;
	for (struct cmsghdr *at = CMSG_FIRSTHDR(h); at; at = CMSG_NXTHDR((struct msghdr *)h, at))
		correspondent_set_local(c, at);
}

void mailbox_drop(struct mailbox *m, size_t i)
{
	m->dropped = true;
	for (m->count--; i < m->count; i++)
		m->order[i] = m->order[i + 1];
}

static void add_control(struct msghdr *h, int level, int type, const void *data, size_t size)
{
	struct cmsghdr *c = h->msg_control;

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), data, size);
	h->msg_controllen = CMSG_SPACE(size);
}

/* Have it leave from the address that was asked. One of a group cannot be a source. */
static void set_source(struct msghdr *h, const struct correspondent *to)
{
	const struct addr *local = &to->local;
	struct in_pktinfo v4 = { 0 };
	struct in6_pktinfo v6 = { 0 };

	if (addr_is_wildcard(local))
		return;
	if (local->at.any.sa_family == AF_INET) {
		v4.ipi_spec_dst = local->at.v4.sin_addr;
		add_control(h, IPPROTO_IP, IP_PKTINFO, &v4, sizeof v4);
	} else if (local->at.any.sa_family == AF_INET6 &&
	           !IN6_IS_ADDR_MULTICAST(&local->at.v6.sin6_addr)) {
		v6.ipi6_addr = local->at.v6.sin6_addr;
		v6.ipi6_ifindex = local->at.v6.sin6_scope_id;
		add_control(h, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof v6);
	}
}

int mailbox_send(int fd, const struct mailbox_parcel *parcels, size_t count)
{
	struct mmsghdr messages[MAILBOX_BATCH] = { 0 };
	struct iovec parts[MAILBOX_BATCH];
	struct mailbox_control controls[MAILBOX_BATCH];

	for (size_t i = 0; i < count; i++) {
		struct msghdr *h = &messages[i].msg_hdr;
		const struct mailbox_parcel *p = &parcels[i];

		parts[i] = (struct iovec){ (void *)p->at, p->len };
		h->msg_iov = &parts[i];
		h->msg_iovlen = 1;
		h->msg_name = (void *)&p->to->peer.at;
		h->msg_namelen = p->to->peer.len;
		h->msg_control = &controls[i];
		set_source(h, p->to);
		if (h->msg_controllen == 0)
			h->msg_control = NULL;
	}
	return sys_sendmmsg(fd, messages, (unsigned)count);
}

size_t mailbox_longest(int fd, const struct addr *local)
{
	int room = 0;

	if (local->at.any.sa_family != AF_UNIX)
		return DATAGRAM_LONGEST_UDP;
	if (sys_getsockopt_int(fd, SOL_SOCKET, SO_SNDBUF, &room) || room <= SNDBUF_KEPT)
		return SAFE_SIZE;
	room -= SNDBUF_KEPT;
	return room < DATAGRAM_ROOM ? (size_t)room : DATAGRAM_ROOM;
}
