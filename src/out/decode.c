#include "out/decode.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <string.h>

#include "base/escape.h"
#include "net/addr.h"
#include "sys/order.h"

/*
 * A value that has a name, in a group of its own (the protocols of a family). No pointers, as in
 * other tables that are seldom read: they would be relocated at every start.
 */
struct decode_name {
	long value;
	char name[20];
	int group;
};

#define NAMED(constant)                                                                            \
	{                                                                                          \
		constant, #constant, 0                                                             \
	}
#define NAMED_IN(group, constant)                                                                  \
	{                                                                                          \
		constant, #constant, group                                                         \
	}

static const struct decode_name families[] = { NAMED(AF_UNSPEC),  NAMED(AF_INET),
	                                       NAMED(AF_INET6),   NAMED(AF_UNIX),
	                                       NAMED(AF_NETLINK), NAMED(AF_PACKET),
	                                       NAMED(AF_VSOCK) };
static const struct decode_name socktypes[] = { NAMED(SOCK_STREAM), NAMED(SOCK_DGRAM),
	                                        NAMED(SOCK_SEQPACKET), NAMED(SOCK_RAW) };
static const struct decode_name protocols[] = { NAMED(IPPROTO_TCP),
	                                        NAMED(IPPROTO_UDP),
	                                        NAMED(IPPROTO_ICMP),
	                                        NAMED(IPPROTO_UDPLITE),
	                                        NAMED(IPPROTO_SCTP),
	                                        NAMED(IPPROTO_RAW),
	                                        NAMED_IN(AF_NETLINK, NETLINK_SOCK_DIAG) };
static const struct decode_name socket_flags[] = { NAMED(SOCK_CLOEXEC), NAMED(SOCK_NONBLOCK) };
static const struct decode_name pipe_flags[] = { NAMED(O_CLOEXEC), NAMED(O_NONBLOCK) };
static const struct decode_name msg_flags[] = { NAMED(MSG_DONTWAIT), NAMED(MSG_NOSIGNAL),
	                                        NAMED(MSG_TRUNC), NAMED(MSG_ERRQUEUE) };
static const struct decode_name splice_flags[] = { NAMED(SPLICE_F_MOVE), NAMED(SPLICE_F_NONBLOCK) };
static const struct decode_name hows[] = { NAMED(SHUT_RD), NAMED(SHUT_WR), NAMED(SHUT_RDWR) };
static const struct decode_name levels[] = { NAMED(SOL_SOCKET), NAMED(IPPROTO_IP),
	                                     NAMED(IPPROTO_TCP), NAMED(IPPROTO_IPV6),
	                                     NAMED(IPPROTO_UDP) };
static const struct decode_name ai_flags[] = { NAMED(AI_PASSIVE),     NAMED(AI_NUMERICHOST),
	                                       NAMED(AI_NUMERICSERV), NAMED(AI_CANONNAME),
	                                       NAMED(AI_V4MAPPED),    NAMED(AI_ALL),
	                                       NAMED(AI_ADDRCONFIG),  NAMED(AI_IDN) };
static const struct decode_name ni_flags[] = { NAMED(NI_NUMERICHOST), NAMED(NI_NUMERICSERV),
	                                       NAMED(NI_NAMEREQD), NAMED(NI_NOFQDN),
	                                       NAMED(NI_IDN) };

#define ADD_VALUE(t, names, group, value)                                                          \
	add_value((t), (names), ARRAY_LEN(names), (group), (value))
#define ADD_FLAGS(t, names, value) add_flags((t), (names), ARRAY_LEN(names), (value))

static const char *name_of(const struct decode_name *names, size_t count, long group, long value)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].value == value && names[i].group == group)
			return names[i].name;
	return NULL;
}

static void add_value(struct text *t, const struct decode_name *names, size_t count, long group,
                      long value)
{
	const char *name = name_of(names, count, group, value);

	if (name)
		text_add_str(t, name);
	else
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

void decode_htons(struct text *t, const struct sys_call *call, int i)
{
	text_add(t, "htons(%ld)", (long)call->arg[i]);
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
	ADD_VALUE(t, protocols, call->arg[0] == AF_NETLINK ? AF_NETLINK : 0, call->arg[i]);
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

void decode_ioctl(struct text *t, const struct sys_call *call, int i)
{
	(void)i;
	text_add_str(t, call->op == SYS_SOCKET_QUEUE ? "SIOCOUTQ" : "SIOCATMARK");
}

void decode_ioctl_out(struct text *t, const struct sys_call *call, int i)
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

void decode_host_addr(struct text *t, const struct sys_call *call, int i)
{
	int family = (int)call->arg[i + 2];
	char buf[INET6_ADDRSTRLEN];

	text_add_str(t, inet_ntop(family, pointer_at(call, i), buf, sizeof buf) ? buf : "?");
}

const char *decode_family_name(int family)
{
	return name_of(families, ARRAY_LEN(families), 0, family);
}

void decode_add_family(struct text *t, int family)
{
	ADD_VALUE(t, families, 0, family);
}

void decode_add_socktype(struct text *t, int type)
{
	ADD_VALUE(t, socktypes, 0, type);
}

void decode_add_protocol(struct text *t, int protocol)
{
	ADD_VALUE(t, protocols, 0, protocol);
}

void decode_add_ai_flags(struct text *t, int flags)
{
	ADD_FLAGS(t, ai_flags, flags);
}

void decode_ni_flags(struct text *t, const struct sys_call *call, int i)
{
	ADD_FLAGS(t, ni_flags, call->arg[i]);
}

void decode_add_ordered(struct text *t, enum sys_op op, intptr_t value)
{
	text_add(t, "0x%0*llx", (int)sys_order_width(op) / 4, (unsigned long long)value);
}

void decode_ordered(struct text *t, const struct sys_call *call, int i)
{
	decode_add_ordered(t, call->op, call->arg[i]);
}
