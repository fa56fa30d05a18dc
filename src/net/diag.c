#include "net/diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>

#include "sys/file.h"
#include "sys/socket.h"

/* The kernel fills no more than 32 KiB in one go (netlink_dump in net/netlink/af_netlink.c). */
enum { ANSWER_SIZE = 32 << 10, ALL_STATES = (1 << (SOCKET_CLOSING + 1)) - 1 };

int diag_open(void)
{
	return sys_socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
}

static int ask(int fd, enum socket_kind kind, int family)
{
	struct {
		struct nlmsghdr head;
		union {
			struct inet_diag_req_v2 inet;
			struct unix_diag_req local;
		} body;
	} request = { 0 };

	request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (kind == SOCKET_UNIX) {
		request.head.nlmsg_len = NLMSG_LENGTH(sizeof request.body.local);
		request.body.local.sdiag_family = AF_UNIX;
		request.body.local.udiag_states = ALL_STATES;
		request.body.local.udiag_show = UDIAG_SHOW_NAME;
	} else {
		request.head.nlmsg_len = NLMSG_LENGTH(sizeof request.body.inet);
		request.body.inet.sdiag_family = (uint8_t)family;
		request.body.inet.sdiag_protocol = kind == SOCKET_TCP ? IPPROTO_TCP : IPPROTO_UDP;
		request.body.inet.idiag_states = ALL_STATES;
	}
	ssize_t sent = sys_send(fd, &request, request.head.nlmsg_len);

	return sent < 0 ? (int)sent : 0;
}

static uint16_t port_of(const void *network_order)
{
	const uint8_t *bytes = network_order;

	return (uint16_t)((unsigned)bytes[0] << 8 | bytes[1]);
}

static int take_inet(const uint8_t *at, size_t n, enum socket_kind kind, struct socket_list *list)
{
	struct inet_diag_msg msg;
	struct socket_entry e = { .kind = kind };

	if (n < sizeof msg)
		return -EPROTO;
	memcpy(&msg, at, sizeof msg);
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return -EPROTO;
	size_t used = msg.idiag_family == AF_INET ? 4 : sizeof e.local.addr;

	e.family = msg.idiag_family;
	e.type = kind == SOCKET_TCP ? SOCK_STREAM : SOCK_DGRAM;
	memcpy(e.local.addr, msg.id.idiag_src, used);
	memcpy(e.remote.addr, msg.id.idiag_dst, used);
	e.local.port = port_of(&msg.id.idiag_sport);
	e.remote.port = port_of(&msg.id.idiag_dport);
	e.inode = msg.idiag_inode;
	e.uid = msg.idiag_uid;
	return socket_list_add(list, &e, msg.idiag_state);
}

/* A name as sun_path has it: a path that may end with its NUL, or an abstract name after a NUL. */
static int take_name(struct socket_entry *e, const uint8_t *at, size_t n)
{
	if (n >= sizeof e->path)
		return -EPROTO;
	while (n > 1 && at[0] && at[n - 1] == '\0')
		n--;
	for (size_t i = 0; i < n; i++)
		e->path[i] = at[i] ? (char)at[i] : '@';
	return 0;
}

static int take_local(const uint8_t *at, size_t n, struct socket_list *list)
{
	struct unix_diag_msg msg;
	struct nlattr attr;
	struct socket_entry e = { .kind = SOCKET_UNIX, .family = AF_UNIX };

	if (n < sizeof msg)
		return -EPROTO;
	memcpy(&msg, at, sizeof msg);
	if (msg.udiag_family != AF_UNIX)
		return -EPROTO;
	e.type = msg.udiag_type;
	e.inode = msg.udiag_ino;
	for (size_t i = NLMSG_ALIGN(sizeof msg); i < n; i += (size_t)NLA_ALIGN(attr.nla_len)) {
		if (n - i < sizeof attr)
			return -EPROTO;
		memcpy(&attr, at + i, sizeof attr);
		if (attr.nla_len < sizeof attr || attr.nla_len > n - i)
			return -EPROTO;
		if (attr.nla_type == UNIX_DIAG_NAME &&
		    take_name(&e, at + i + sizeof attr, attr.nla_len - sizeof attr))
			return -EPROTO;
	}
	return socket_list_add(list, &e, msg.udiag_state);
}

/* The errno at the head of a message that ends the answer; N is its size without the header. */
static int take_end(const uint8_t *at, size_t n)
{
	int error;

	if (n < sizeof error)
		return -EPROTO;
	memcpy(&error, at, sizeof error);
	return error > 0 ? -EPROTO : error;
}

int diag_take(const void *bytes, size_t n, enum socket_kind kind, struct socket_list *list)
{
	const uint8_t *at = bytes;
	struct nlmsghdr head;
	size_t step;

	for (; n > 0; at += step, n -= step) {
		if (n < sizeof head)
			return -EPROTO;
		memcpy(&head, at, sizeof head);
		if (head.nlmsg_len < sizeof head || head.nlmsg_len > n)
			return -EPROTO;
		const uint8_t *body = at + NLMSG_HDRLEN;
		size_t size = head.nlmsg_len - NLMSG_HDRLEN;
		int error = 0;

		if (head.nlmsg_type == NLMSG_ERROR || head.nlmsg_type == NLMSG_DONE) {
			error = take_end(body, size);
			return error ? error : 1;
		}
		if (head.nlmsg_type == SOCK_DIAG_BY_FAMILY)
			error = kind == SOCKET_UNIX ? take_local(body, size, list)
			                            : take_inet(body, size, kind, list);
		if (error)
			return error;
		step = NLMSG_ALIGN(head.nlmsg_len) < n ? NLMSG_ALIGN(head.nlmsg_len) : n;
	}
	return 0;
}

int diag_read(int fd, enum socket_kind kind, int family, struct socket_list *list)
{
	uint8_t answer[ANSWER_SIZE];
	size_t before = list->count;
	int result = ask(fd, kind, family);

	/* An answer is there as soon as it has been asked for: the kernel makes it in send and
	 * recv. */
	while (result == 0) {
		ssize_t n = sys_recv(fd, answer, sizeof answer);

		result = n < 0    ? (int)n
		         : n == 0 ? -EPROTO
		                  : diag_take(answer, (size_t)n, kind, list);
	}
	if (result < 0)
		list->count = before;
	return result < 0 ? result : 0;
}
