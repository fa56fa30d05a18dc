#include "out/decode.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/escape.h"
#include "net/addr.h"

/* A value that has a name, in a family of its own (the socket options of a level). */
struct decode_name {
	long value;
	const char *name;
	long group;
};

#define NAMED(constant)                                                                            \
	{                                                                                          \
		constant, #constant, 0                                                             \
	}
#define NAMED_IN(group, constant)                                                                  \
	{                                                                                          \
		constant, #constant, group                                                         \
	}

static const struct decode_name families[] = { NAMED(AF_UNSPEC), NAMED(AF_INET), NAMED(AF_INET6),
	                                       NAMED(AF_UNIX) };
static const struct decode_name socktypes[] = { NAMED(SOCK_STREAM), NAMED(SOCK_DGRAM),
	                                        NAMED(SOCK_SEQPACKET) };
static const struct decode_name protocols[] = { NAMED(IPPROTO_TCP), NAMED(IPPROTO_UDP) };
static const struct decode_name socket_flags[] = { NAMED(SOCK_CLOEXEC), NAMED(SOCK_NONBLOCK) };
static const struct decode_name pipe_flags[] = { NAMED(O_CLOEXEC), NAMED(O_NONBLOCK) };
static const struct decode_name msg_flags[] = { NAMED(MSG_DONTWAIT), NAMED(MSG_NOSIGNAL),
	                                        NAMED(MSG_TRUNC), NAMED(MSG_ERRQUEUE) };
static const struct decode_name splice_flags[] = { NAMED(SPLICE_F_MOVE), NAMED(SPLICE_F_NONBLOCK) };
static const struct decode_name hows[] = { NAMED(SHUT_RD), NAMED(SHUT_WR), NAMED(SHUT_RDWR) };
static const struct decode_name levels[] = { NAMED(SOL_SOCKET), NAMED(IPPROTO_IP),
	                                     NAMED(IPPROTO_TCP), NAMED(IPPROTO_IPV6) };
static const struct decode_name options[] = {
	NAMED_IN(SOL_SOCKET, SO_REUSEADDR),
	NAMED_IN(SOL_SOCKET, SO_ERROR),
	NAMED_IN(SOL_SOCKET, SO_KEEPALIVE),
	NAMED_IN(SOL_SOCKET, SO_RCVLOWAT),
	NAMED_IN(SOL_SOCKET, SO_BINDTODEVICE),
	NAMED_IN(SOL_SOCKET, SO_PEERCRED),
	NAMED_IN(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT),
	NAMED_IN(SOL_SOCKET, SO_SNDBUF),
	NAMED_IN(IPPROTO_IP, IP_MTU),
	NAMED_IN(IPPROTO_IP, IP_RECVERR),
	NAMED_IN(IPPROTO_IP, IP_PKTINFO),
	NAMED_IN(IPPROTO_IPV6, IPV6_RECVPKTINFO),
	NAMED_IN(SOL_SOCKET, SO_TIMESTAMPNS),
	NAMED_IN(IPPROTO_TCP, TCP_NODELAY),
	NAMED_IN(IPPROTO_TCP, TCP_KEEPIDLE),
	NAMED_IN(IPPROTO_TCP, TCP_KEEPINTVL),
	NAMED_IN(IPPROTO_TCP, TCP_KEEPCNT),
	NAMED_IN(IPPROTO_IPV6, IPV6_MTU),
	NAMED_IN(IPPROTO_IPV6, IPV6_RECVERR),
	NAMED_IN(IPPROTO_IPV6, IPV6_V6ONLY),
};
static const struct decode_name ai_flags[] = { NAMED(AI_PASSIVE), NAMED(AI_NUMERICHOST),
	                                       NAMED(AI_NUMERICSERV) };
static const struct decode_name ni_flags[] = { NAMED(NI_NUMERICHOST), NAMED(NI_NUMERICSERV) };

#define ADD_VALUE(t, names, group, value)                                                          \
	add_value((t), (names), ARRAY_LEN(names), (group), (value))
#define ADD_FLAGS(t, names, value) add_flags((t), (names), ARRAY_LEN(names), (value))

static void add_value(struct text *t, const struct decode_name *names, size_t count, long group,
                      long value)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i].value == value && names[i].group == group) {
			text_add_str(t, names[i].name);
			return;
		}
	}
	text_add(t, "%ld", value);
}

static void add_flags(struct text *t, const struct decode_name *names, size_t count, long value)
{
	const char *between = "";

	for (size_t i = 0; i < count; i++) {
		if (!(value & names[i].value))
			continue;
		text_add(t, "%s%s", between, names[i].name);
		between = "|";
		value &= ~names[i].value;
	}
	if (value || !*between)
		text_add(t, value ? "%s0x%lx" : "%s%lx", between, (unsigned long)value);
}

static const void *pointer_at(const struct sys_call *call, int i)
{
	return (const void *)call->arg[i];
}

void decode_int(struct text *t, const struct sys_call *call, int i)
{
	text_add(t, "%ld", (long)call->arg[i]);
}

void decode_null(struct text *t, const struct sys_call *call, int i)
{
	(void)call;
	(void)i;
	text_add_str(t, "NULL");
}

void decode_family(struct text *t, const struct sys_call *call, int i)
{
	ADD_VALUE(t, families, 0, call->arg[i]);
}

void decode_socktype(struct text *t, const struct sys_call *call, int i)
{
	long flags = call->arg[i] & (SOCK_CLOEXEC | SOCK_NONBLOCK);

	ADD_VALUE(t, socktypes, 0, call->arg[i] & ~flags);
	if (flags) {
		text_add_str(t, "|");
		ADD_FLAGS(t, socket_flags, flags);
	}
}

void decode_protocol(struct text *t, const struct sys_call *call, int i)
{
	ADD_VALUE(t, protocols, 0, call->arg[i]);
}

void decode_addr(struct text *t, const struct sys_call *call, int i)
{
	struct addr a = addr_from(pointer_at(call, i), (socklen_t)call->arg[i + 1]);

	addr_add_word(t, &a);
}

void decode_addr_out(struct text *t, const struct sys_call *call, int i)
{
	const socklen_t *len = pointer_at(call, i + 1);

	if (call->result < 0 || !call->arg[i]) {
		text_add_str(t, call->arg[i] ? "..." : "NULL");
		return;
	}
	struct addr a = addr_from(pointer_at(call, i), *len);
	addr_add_word(t, &a);
}

void decode_how(struct text *t, const struct sys_call *call, int i)
{
	ADD_VALUE(t, hows, 0, call->arg[i]);
}

void decode_level(struct text *t, const struct sys_call *call, int i)
{
	ADD_VALUE(t, levels, 0, call->arg[i]);
}

void decode_option(struct text *t, const struct sys_call *call, int i)
{
	ADD_VALUE(t, options, call->arg[i - 1], call->arg[i]);
}

static void add_option_value(struct text *t, const void *value, size_t len)
{
	int number;

	if (len != sizeof number) {
		text_add(t, "\"%.*s\"", (int)len, (const char *)value);
		return;
	}
	memcpy(&number, value, sizeof number);
	text_add(t, "[%d]", number);
}

void decode_option_in(struct text *t, const struct sys_call *call, int i)
{
	add_option_value(t, pointer_at(call, i), (size_t)call->arg[i + 1]);
}

void decode_option_out(struct text *t, const struct sys_call *call, int i)
{
	const socklen_t *len = pointer_at(call, i + 1);
	bool is_errno = call->arg[i - 2] == SOL_SOCKET && call->arg[i - 1] == SO_ERROR;

	if (call->result < 0)
		text_add_str(t, "...");
	else if (*len != sizeof(int))
		text_add(t, "{%u bytes}", *len);
	else if (is_errno && *(const int *)pointer_at(call, i) != 0)
		text_add(t, "[%s]", strerrorname_np(*(const int *)pointer_at(call, i)));
	else
		add_option_value(t, pointer_at(call, i), *len);
}

/* The beginning is enough to know it again. */
static void add_bytes(struct text *t, const void *bytes, size_t n)
{
	enum { SHOWN = 32 };
	char start[SHOWN + 1] = "";
	size_t shown = n < SHOWN ? n : SHOWN;

	memcpy(start, bytes, shown);
	for (size_t i = 0; i < shown; i++)
		if (start[i] == '\0')
			start[i] = '.';
	text_add_str(t, "\"");
	text_add_escaped(t, start);
	text_add_str(t, n > shown ? "\"..." : "\"");
}

void decode_bytes_in(struct text *t, const struct sys_call *call, int i)
{
	add_bytes(t, pointer_at(call, i), (size_t)call->arg[i + 1]);
}

void decode_bytes_out(struct text *t, const struct sys_call *call, int i)
{
	if (call->result < 0)
		text_add_str(t, "...");
	else
		add_bytes(t, pointer_at(call, i), (size_t)call->result);
}

/* The first few datagrams as {"bytes", length}, and of an unconnected socket from or to whom. */
static void add_messages(struct text *t, const struct mmsghdr *messages, size_t count,
                         bool received)
{
	enum { SHOWN = 3 };

	text_add_str(t, "[");
	for (size_t i = 0; i < count && i < SHOWN; i++) {
		const struct msghdr *h = &messages[i].msg_hdr;
		const struct iovec *v = h->msg_iov;
		size_t len = received ? messages[i].msg_len : v->iov_len;

		text_add_str(t, i > 0 ? ", {" : "{");
		add_bytes(t, v->iov_base, len < v->iov_len ? len : v->iov_len);
		text_add(t, ", %zu", len);
		if (h->msg_name && h->msg_namelen > 0) {
			struct addr a = addr_from(h->msg_name, h->msg_namelen);

			text_add_str(t, ", ");
			addr_add_word(t, &a);
		}
		text_add_str(t, "}");
	}
	text_add_str(t, count > SHOWN ? ", ...]" : "]");
}

void decode_messages_in(struct text *t, const struct sys_call *call, int i)
{
	add_messages(t, pointer_at(call, i), (size_t)call->arg[i + 1], false);
}

void decode_messages_out(struct text *t, const struct sys_call *call, int i)
{
	if (call->result < 0)
		text_add_str(t, "...");
	else
		add_messages(t, pointer_at(call, i), (size_t)call->result, true);
}

void decode_msg_flags(struct text *t, const struct sys_call *call, int i)
{
	ADD_FLAGS(t, msg_flags, call->arg[i]);
}

void decode_socket_flags(struct text *t, const struct sys_call *call, int i)
{
	ADD_FLAGS(t, socket_flags, call->arg[i]);
}

void decode_splice_flags(struct text *t, const struct sys_call *call, int i)
{
	ADD_FLAGS(t, splice_flags, call->arg[i]);
}

void decode_pipe_flags(struct text *t, const struct sys_call *call, int i)
{
	ADD_FLAGS(t, pipe_flags, call->arg[i]);
}

void decode_pipe_ends(struct text *t, const struct sys_call *call, int i)
{
	const int *ends = pointer_at(call, i);

	if (call->result < 0)
		text_add_str(t, "...");
	else
		text_add(t, "[%d, %d]", ends[0], ends[1]);
}

void decode_queue(struct text *t, const struct sys_call *call, int i)
{
	(void)call;
	(void)i;
	text_add_str(t, "SIOCOUTQ");
}

void decode_queue_out(struct text *t, const struct sys_call *call, int i)
{
	if (call->result < 0)
		text_add_str(t, "...");
	else
		text_add(t, "[%d]", *(const int *)pointer_at(call, i));
}

void decode_str(struct text *t, const struct sys_call *call, int i)
{
	if (!call->arg[i]) {
		text_add_str(t, "NULL");
		return;
	}
	text_add_str(t, "\"");
	text_add_escaped(t, pointer_at(call, i));
	text_add_str(t, "\"");
}

void decode_hints(struct text *t, const struct sys_call *call, int i)
{
	const struct addrinfo *hints = pointer_at(call, i);

	text_add_str(t, "{ai_flags=");
	ADD_FLAGS(t, ai_flags, hints->ai_flags);
	text_add_str(t, ", ai_family=");
	ADD_VALUE(t, families, 0, hints->ai_family);
	text_add_str(t, ", ai_socktype=");
	ADD_VALUE(t, socktypes, 0, hints->ai_socktype);
	text_add_str(t, "}");
}

void decode_ni_flags(struct text *t, const struct sys_call *call, int i)
{
	ADD_FLAGS(t, ni_flags, call->arg[i]);
}
