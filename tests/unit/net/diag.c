/* net/diag: the kernel's answers, and what is none. */
#include "net/diag.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

enum { ANSWER_MAX = 4096 };

/* An answer that is being put together. */
static struct {
	_Alignas(8) uint8_t bytes[ANSWER_MAX];
	size_t n;
} answer;

static struct socket_list list;

static void add_message(uint16_t type, const void *body, size_t n)
{
	struct nlmsghdr head = { .nlmsg_len = (uint32_t)NLMSG_LENGTH(n), .nlmsg_type = type };

	memcpy(answer.bytes + answer.n, &head, sizeof head);
	memcpy(answer.bytes + answer.n + NLMSG_HDRLEN, body, n);
	answer.n += (size_t)NLMSG_ALIGN(head.nlmsg_len);
}

static void add_inet(int family, uint8_t state, uint16_t port)
{
	struct inet_diag_msg msg = { .idiag_family = (uint8_t)family,
		                     .idiag_state = state,
		                     .idiag_inode = 77,
		                     .idiag_uid = 5 };

	memcpy(&msg.id.idiag_sport, (uint8_t[]){ (uint8_t)(port >> 8), (uint8_t)port }, 2);
	memcpy(msg.id.idiag_src, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	/* Behind an IPv4 address the kernel may leave anything. */
	msg.id.idiag_src[3] = 0xdeadbeef;
	add_message(SOCK_DIAG_BY_FAMILY, &msg, sizeof msg);
}

static void add_local(uint8_t type, uint8_t state, const char *name, size_t size)
{
	uint8_t body[256] = { 0 };
	struct unix_diag_msg msg = {
		.udiag_family = AF_UNIX, .udiag_type = type, .udiag_state = state, .udiag_ino = 9
	};
	struct nlattr attr = { .nla_len = (uint16_t)(NLA_HDRLEN + size),
		               .nla_type = UNIX_DIAG_NAME };

	memcpy(body, &msg, sizeof msg);
	memcpy(body + sizeof msg, &attr, sizeof attr);
	if (name)
		memcpy(body + sizeof msg + NLA_HDRLEN, name, size);
	add_message(SOCK_DIAG_BY_FAMILY, body, sizeof msg + (name ? NLA_HDRLEN + size : 0));
}

static void add_end(int error)
{
	add_message(NLMSG_DONE, &error, sizeof error);
}

static int take(enum socket_kind kind)
{
	return diag_take(answer.bytes, answer.n, kind, &list);
}

Test(diag, internet_sockets)
{
	add_inet(AF_INET, SOCKET_LISTEN, 0x1234);
	add_inet(AF_INET6, 12, 80);
	cr_assert_eq(take(SOCKET_TCP), 0);
	add_end(0);
	list.count = 0;
	cr_assert_eq(take(SOCKET_TCP), 1);
	cr_assert_eq(list.count, 2);
	struct socket_entry *e = list.at;
	cr_assert(e->kind == SOCKET_TCP && e->family == AF_INET && e->type == SOCK_STREAM);
	cr_assert_eq(e->state, SOCKET_LISTEN);
	cr_assert_eq(e->local.port, 0x1234);
	cr_assert_eq(e->remote.port, 0);
	cr_assert_arr_eq(e->local.addr, ((uint8_t[16]){ 127, 0, 0, 1 }), 16);
	cr_assert(e->inode == 77 && e->uid == 5);
	/* TCP_NEW_SYN_RECV is shown as what it is for people. */
	cr_assert_eq(list.at[1].state, SOCKET_SYN_RECV);
	cr_assert_eq(list.at[1].local.addr[15] | list.at[1].local.addr[12], 0xde | 0xef);
}

Test(diag, udp_has_a_state_only_when_connected)
{
	add_inet(AF_INET, SOCKET_CLOSE, 53);
	add_inet(AF_INET, SOCKET_ESTABLISHED, 53);
	cr_assert_eq(take(SOCKET_UDP), 0);
	cr_assert_eq(list.at[0].state, SOCKET_NO_STATE);
	cr_assert_eq(list.at[0].type, SOCK_DGRAM);
	cr_assert_eq(list.at[1].state, SOCKET_ESTABLISHED);
}

Test(diag, unix_sockets)
{
	char longest[108];

	memset(longest, 'p', sizeof longest);
	add_local(SOCK_STREAM, SOCKET_LISTEN, "/run/x", 7);
	add_local(SOCK_DGRAM, SOCKET_CLOSE, "\0a\0b", 4);
	add_local(SOCK_SEQPACKET, SOCKET_ESTABLISHED, NULL, 0);
	add_local(SOCK_STREAM, SOCKET_LISTEN, longest, sizeof longest);
	add_local(SOCK_STREAM, SOCKET_LISTEN, "\0end\0", 5);
	cr_assert_eq(take(SOCKET_UNIX), 0);
	cr_assert_eq(list.count, 5);
	cr_assert_str_eq(list.at[0].path, "/run/x");
	cr_assert_eq(list.at[0].state, SOCKET_LISTENING);
	cr_assert_str_eq(list.at[1].path, "@a@b");
	cr_assert(list.at[1].state == SOCKET_NO_STATE && list.at[1].type == SOCK_DGRAM);
	cr_assert_str_empty(list.at[2].path);
	cr_assert_eq(list.at[2].state, SOCKET_CONNECTED);
	cr_assert_eq(strlen(list.at[3].path), sizeof longest);
	cr_assert_str_eq(list.at[4].path, "@end@");
}

Test(diag, refusals)
{
	struct nlmsgerr refused = { .error = -EPERM };

	add_message(NLMSG_ERROR, &refused, sizeof refused);
	cr_assert_eq(take(SOCKET_TCP), -EPERM);
	answer.n = 0;
	add_end(-ENOENT);
	cr_assert_eq(take(SOCKET_TCP), -ENOENT);
	answer.n = 0;
	add_message(NLMSG_DONE, "", 0);
	cr_assert_eq(take(SOCKET_TCP), -EPROTO);
	answer.n = 0;
	add_end(5);
	cr_assert_eq(take(SOCKET_TCP), -EPROTO);
}

/* A valid answer cut at any place is refused, or is a shorter valid one. */
Test(diag, cut_anywhere)
{
	size_t whole;

	add_local(SOCK_STREAM, SOCKET_LISTEN, "/run/x", 7);
	whole = answer.n;
	add_local(SOCK_STREAM, SOCKET_LISTEN, "/run/y", 7);
	for (size_t n = 0; n < answer.n; n++) {
		/* Of its own size, so that a sanitizer sees every byte too many. */
		OWN_MEM uint8_t *copy = malloc(n + 1);
		int result;

		memcpy(copy, answer.bytes, n);
		list.count = 0;
		result = diag_take(copy, n, SOCKET_UNIX, &list);
		/* The last message need not be padded. */
		bool fits = n == 0 || n == whole || n == whole - 1 || n == answer.n - 1;
		cr_assert_eq(result, fits ? 0 : -EPROTO, "%zu bytes: %d", n, result);
	}
}

Test(diag, lengths_that_lie)
{
	struct nlattr attr = { .nla_type = UNIX_DIAG_NAME };
	static const uint16_t lengths[] = { 0, 1, 3, 13, 200, 65535 };
	char name[120];

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		answer.n = 0;
		add_local(SOCK_STREAM, SOCKET_LISTEN, "/run/x", 7);
		attr.nla_len = lengths[i];
		memcpy(answer.bytes + NLMSG_HDRLEN + sizeof(struct unix_diag_msg), &attr,
		       sizeof attr);
		cr_assert_eq(take(SOCKET_UNIX), -EPROTO, "%u", lengths[i]);
	}
	memset(name, 'x', sizeof name);
	answer.n = 0;
	add_local(SOCK_STREAM, SOCKET_LISTEN, name, sizeof name);
	cr_assert_eq(take(SOCKET_UNIX), -EPROTO);
	answer.n = 0;
	add_inet(AF_APPLETALK, SOCKET_LISTEN, 1);
	cr_assert_eq(take(SOCKET_TCP), -EPROTO);
	answer.n = 0;
	add_message(SOCK_DIAG_BY_FAMILY, name, 71);
	cr_assert_eq(take(SOCKET_TCP), -EPROTO);
	cr_assert_eq(take(SOCKET_UNIX), -EPROTO);
}

/* Whatever the bytes are, it ends and reads none that is not there. */
Test(diag, noise)
{
	srand(1);
	for (int i = 0; i < 20000; i++) {
		answer.n = 0;
		add_local(SOCK_STREAM, SOCKET_LISTEN, "/run/x", 7);
		add_inet(AF_INET, SOCKET_LISTEN, 80);
		for (int j = 0; j < 3; j++)
			answer.bytes[(size_t)rand() % answer.n] = (uint8_t)rand();
		OWN_MEM uint8_t *copy = malloc(answer.n);
		memcpy(copy, answer.bytes, answer.n);
		list.count = 0;
		(void)!diag_take(copy, answer.n, i % 2 ? SOCKET_UNIX : SOCKET_TCP, &list);
		cr_assert(list.count <= 2);
	}
}
