/* Socket options: what they are called, what they are for, and their values. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/escape.h"
#include "net/sockopt.h"
#include "out/decode.h"
#include "out/decode_group.h"

/* One that nobody sets with --sockopt. */
struct own_option {
	int level, number; /* as setsockopt knows it */
	bool of_group;     /* its structure is one of out/decode_group.h */
	char name[24];
	char help[60]; /* of one that is set: a phrase, no full stop */
};

#define ROW(level, constant, help)                                                                 \
	{                                                                                          \
		level, constant, false, #constant, help                                            \
	}
#define GROUP(level, constant, help)                                                               \
	{                                                                                          \
		level, constant, true, #constant, help                                             \
	}

#define ERRORS "have errors that come back kept in a queue of their own"
#define ARRIVES_AT "have each datagram say at which address it came"
#define JOINS "have what is sent to the group delivered here"
#define JOINS_SOURCE "have what that source sends to the group delivered here"
#define SENDS_BY "send to groups out of this interface"

static const struct own_option own_options[] = {
	ROW(SOL_SOCKET, SO_ERROR, ""),
	ROW(SOL_SOCKET, SO_PEERCRED, ""),
	ROW(SOL_SOCKET, SO_RCVLOWAT, "wake the reader once so many bytes have arrived"),
	ROW(SOL_SOCKET, SO_RCVTIMEO, "how long accept or a read waits at most"),
	ROW(SOL_SOCKET, SO_SNDTIMEO, "how long connect or a write waits at most"),
	ROW(SOL_SOCKET, SO_TIMESTAMPNS, "have the kernel say when each datagram arrived"),
	ROW(IPPROTO_TCP, TCP_INFO, ""),
	ROW(IPPROTO_IP, IP_MTU, ""),
	ROW(IPPROTO_IP, IP_RECVERR, ERRORS),
	ROW(IPPROTO_IP, IP_PKTINFO, ARRIVES_AT),
	ROW(IPPROTO_IPV6, IPV6_MTU, ""),
	ROW(IPPROTO_IPV6, IPV6_RECVERR, ERRORS),
	ROW(IPPROTO_IPV6, IPV6_RECVPKTINFO, ARRIVES_AT),
	GROUP(IPPROTO_IP, MCAST_JOIN_GROUP, JOINS),
	GROUP(IPPROTO_IPV6, MCAST_JOIN_GROUP, JOINS),
	GROUP(IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, JOINS_SOURCE),
	GROUP(IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, JOINS_SOURCE),
	GROUP(IPPROTO_IP, IP_MULTICAST_IF, SENDS_BY),
	GROUP(IPPROTO_IPV6, IPV6_MULTICAST_IF, SENDS_BY),
};

static const struct own_option *own_option(int level, int number)
{
	for (size_t i = 0; i < ARRAY_LEN(own_options); i++)
		if (own_options[i].level == level && own_options[i].number == number)
			return &own_options[i];
	return NULL;
}

const char *decode_option_help(int level, int number)
{
	const struct sockopt *option = sockopt_numbered(level, number);
	const struct own_option *own = own_option(level, number);

	return option ? option->help : own && own->help[0] ? own->help : NULL;
}

void decode_option(struct text *t, const struct sys_call *call, int i)
{
	int level = (int)call->arg[i - 1], number = (int)call->arg[i];
	const struct sockopt *option = sockopt_numbered(level, number);
	const struct own_option *own = own_option(level, number);

	if (option)
		sockopt_add_constant(t, option);
	else if (own)
		text_add_str(t, own->name);
	else
		text_add(t, "%d", number);
}

static void add_name(struct text *t, const char *name, size_t len)
{
	char buf[SOCKOPT_NAME_MAX + 1] = "";

	memcpy(buf, name, len < sizeof buf ? len : sizeof buf - 1);
	text_add_str(t, "\"");
	text_add_escaped(t, buf);
	text_add_str(t, "\"");
}

/* A value of LEN bytes; OPTION is NULL for one that is not of the table. */
static void add_option_value(struct text *t, const struct sockopt *option, const void *value,
                             size_t len)
{
	union sockopt_value is = { .rate = 0 };

	if (option && option->type == SOCKOPT_NAME) {
		add_name(t, value, len);
		return;
	}
	if (!option && len == sizeof(struct timeval)) {
		const struct timeval *time = value;

		text_add(t, "{tv_sec=%ld, tv_usec=%ld}", time->tv_sec, time->tv_usec);
		return;
	}
	if (len > sizeof is || len != (option ? sockopt_value_room(option) : sizeof is.number)) {
		text_add(t, "{%zu bytes}", len);
		return;
	}
	memcpy(&is, value, len);
	if (option && option->type == SOCKOPT_LINGER)
		text_add(t, "{l_onoff=%d, l_linger=%d}", is.linger.l_onoff, is.linger.l_linger);
	else if (option && option->type == SOCKOPT_RATE)
		text_add(t, "[%llu]", (unsigned long long)is.rate);
	else
		text_add(t, "[%d]", is.number);
}

/* The option whose value is argument I. */
static const struct sockopt *option_of(const struct sys_call *call, int i)
{
	return sockopt_numbered((int)call->arg[i - 2], (int)call->arg[i - 1]);
}

void decode_option_in(struct text *t, const struct sys_call *call, int i)
{
	const struct own_option *own = own_option((int)call->arg[i - 2], (int)call->arg[i - 1]);
	const void *value = (const void *)call->arg[i];
	size_t len = (size_t)call->arg[i + 1];

	if (own && own->of_group)
		decode_group_add(t, own->number, value, len);
	else
		add_option_value(t, option_of(call, i), value, len);
}

void decode_option_out(struct text *t, const struct sys_call *call, int i)
{
	const socklen_t *len = (const void *)call->arg[i + 1];
	bool is_errno = call->arg[i - 2] == SOL_SOCKET && call->arg[i - 1] == SO_ERROR;

	if (call->result < 0)
		text_add_str(t, "...");
	else if (is_errno && *(const int *)call->arg[i] != 0)
		text_add(t, "[%s]", strerrorname_np(*(const int *)call->arg[i]));
	else
		add_option_value(t, option_of(call, i), (const void *)call->arg[i], *len);
}
