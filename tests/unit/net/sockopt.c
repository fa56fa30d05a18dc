/* net/sockopt: the table, names, and values read and shown. */
#include "net/sockopt.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/near.h"

static const struct sockopt *option(const char *name)
{
	const struct sockopt *o = sockopt_named(name, strlen(name));

	cr_assert_not_null(o, "%s", name);
	return o;
}

/* In the order of the manual: the levels one after another, the names of each sorted. */
Test(sockopt, table_is_sorted_and_has_nothing_twice)
{
	static const int levels[] = { SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP,
		                      IPPROTO_UDP };
	size_t level = 0;

	cr_assert(sockopt_row_count >= 40);
	for (size_t i = 0; i < sockopt_row_count; i++) {
		const struct sockopt *o = &sockopt_rows[i];

		while (level < ARRAY_LEN(levels) && levels[level] != o->level)
			level++;
		cr_assert(level < ARRAY_LEN(levels), "%s: its level comes too late", o->name);
		if (i > 0 && sockopt_rows[i - 1].level == o->level)
			cr_assert(strcmp(sockopt_rows[i - 1].name, o->name) < 0, "%s", o->name);
		cr_assert_eq(option(o->name), o);
		cr_assert_eq(sockopt_numbered(o->level, o->number), o, "%s", o->name);
	}
	cr_assert_eq(level, ARRAY_LEN(levels) - 1);
}

static const char *places_of(const struct sockopt *o)
{
	static char buf[128];
	struct text t = TEXT_OVER(buf);

	sockopt_add_places(&t, o);
	return buf;
}

static const char *form_of(const struct sockopt *o)
{
	static char buf[128];
	struct text t = TEXT_OVER(buf);

	sockopt_add_form(&t, o);
	cr_assert(!t.cut);
	return buf;
}

Test(sockopt, rows_have_texts)
{
	for (size_t i = 0; i < sockopt_row_count; i++) {
		const struct sockopt *o = &sockopt_rows[i];
		size_t len = strlen(o->help);

		cr_assert(strlen(o->name) <= NEAR_WORD_MAX);
		cr_assert(len > 10 && o->help[len - 1] != '.', "%s", o->name);
		cr_assert(strlen(places_of(o)) > 2, "%s is for nothing", o->name);
		cr_assert(strlen(form_of(o)) > 0, "%s has no form", o->name);
		cr_assert_eq(o->type == SOCKOPT_DURATION || o->type == SOCKOPT_LINGER, o->unit > 0,
		             "%s", o->name);
		cr_assert(o->min <= o->max || o->type == SOCKOPT_DISCOVER || o->max == 0, "%s",
		          o->name);
	}
	cr_assert_str_eq(places_of(option("tcp-nodelay")), "TCP");
	cr_assert_str_eq(places_of(option("ip-tos")), "IPv4");
	cr_assert_str_eq(places_of(option("udp-no-check6-tx")), "UDP over IPv6");
	cr_assert_str_eq(places_of(option("tcp-defer-accept")), "listening on TCP");
	cr_assert_str_eq(places_of(option("sndbuf")), "TCP, UDP and Unix sockets");
	cr_assert_str_eq(form_of(option("keepalive")), "on|off");
	cr_assert_str_eq(form_of(option("tcp-keepcnt")), "1-127");
	cr_assert_str_eq(form_of(option("linger")), "off|DUR");
}

/* As the C programmer knows it, however it is typed; and nothing that is only like it. */
Test(sockopt, known_by_the_constants_name)
{
	static const struct {
		const char *typed, *name;
	} rows[] = {
		{ "SO_RCVBUF", "rcvbuf" },          { "so_rcvbuf", "rcvbuf" },
		{ "TCP_NODELAY", "tcp-nodelay" },   { "Tcp-NoDelay", "tcp-nodelay" },
		{ "tcp_nodelay", "tcp-nodelay" },   { "IPV6_V6ONLY", "ipv6-v6only" },
		{ "SO_KEEPALIVE", "keepalive" },    { "IP_TOS", "ip-tos" },
		{ "UDP_SEGMENT", "udp-segment" },   { "SO_NO_CHECK", "no-check" },
		{ "TCP_TX_DELAY", "tcp-tx-delay" },
	};
	static const char *const none[] = {
		"",        "so_",          "nodelay",     "rcvbu",
		"rcvbuff", "SO_SO_RCVBUF", "tcp nodelay", "so_tcp-nodela"
	};
	char buf[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text t = TEXT_OVER(buf);

		cr_assert_str_eq(option(rows[i].typed)->name, rows[i].name);
		sockopt_add_constant(&t, option(rows[i].name));
		cr_assert_eq(option(buf), option(rows[i].name), "%s", buf);
	}
	cr_assert_str_eq(buf, "TCP_TX_DELAY");
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		cr_assert_null(sockopt_named(none[i], strlen(none[i])), "%s", none[i]);
	cr_assert_eq(option("rcvbuf")->number, SO_RCVBUF);
	cr_assert_eq(option("tcp-user-timeout")->number, TCP_USER_TIMEOUT);
	cr_assert_null(sockopt_numbered(SOL_SOCKET, SO_ERROR));
}

static const char *shown(const char *name, const char *value)
{
	static char buf[128];
	struct text t = TEXT_OVER(buf);
	union sockopt_value v;
	struct err e;

	cr_assert_eq(sockopt_parse_value(option(name), value, &v, &e), 0, "%s", e.detail);
	sockopt_add_value(&t, option(name), &v);
	return buf;
}

Test(sockopt, values_of_every_type)
{
	static const struct {
		const char *name, *value, *shown;
	} rows[] = {
		{ "keepalive", "on", "on" },
		{ "keepalive", "0", "off" },
		{ "keepalive", "yes", "on" },
		{ "keepalive", "false", "off" },
		{ "tcp-keepcnt", "127", "127" },
		{ "ip-tos", "0x10", "0x10" },
		{ "ip-tos", "255", "0xff" },
		{ "mark", "4294967295", "0xffffffff" },
		{ "mark", "0xFFFFFFFF", "0xffffffff" },
		{ "rcvbuf", "64K", "65536" },
		{ "rcvbuf", "1MB", "1000000" },
		{ "max-pacing-rate", "4G", "4294967296" },
		{ "tcp-keepidle", "2m", "120s" },
		{ "tcp-user-timeout", "1.5", "1500ms" },
		{ "tcp-tx-delay", "50ms", "50000us" },
		{ "linger", "off", "off" },
		{ "linger", "0", "0s" },
		{ "linger", "5s", "5s" },
		{ "ip-mtu-discover", "do", "do" },
		{ "tcp-congestion", "reno", "reno" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		cr_assert_str_eq(shown(rows[i].name, rows[i].value), rows[i].shown, "%s=%s: %s",
		                 rows[i].name, rows[i].value, shown(rows[i].name, rows[i].value));
}

/* A value that is refused says which option and what it should be. */
Test(sockopt, bad_values)
{
	static const struct {
		const char *name, *value, *says;
	} rows[] = {
		{ "keepalive", "maybe", "'maybe' is not on or off" },
		{ "keepalive", "2", "'2' is not on or off" },
		{ "keepalive", "", "empty" },
		{ "tcp-keepcnt", "0", "0 is not in 1-127" },
		{ "tcp-keepcnt", "128", "128 is not in 1-127" },
		{ "tcp-keepcnt", "0x10", "is not a whole number" },
		{ "tcp-keepcnt", "-1", "is not a whole number" },
		{ "tcp-keepcnt", "99999999999999999999", "is not in 1-127" },
		{ "mark", "0x", "is not a whole number" },
		{ "mark", "0x1g", "is not a whole number" },
		{ "mark", "0x100000000", "is not in 0-4294967295" },
		{ "rcvbuf", "1T", "is not a size" },
		{ "rcvbuf", "1G", "is not in 0-1073741823" },
		{ "max-pacing-rate", "0", "is not in 1-" },
		{ "tcp-keepidle", "0", "is not in 1s-32767s" },
		{ "tcp-keepidle", "1h30", "is not a duration" },
		{ "tcp-keepidle", "10h", "is not in 1s-32767s" },
		{ "tcp-keepidle", "1.5", "finer than the kernel's unit, 1s" },
		{ "tcp-keepidle", "400ms", "is not in 1s-32767s" },
		{ "tcp-user-timeout", "0.5ms", "finer than the kernel's unit, 1ms" },
		{ "linger", "on", "is not off or a duration" },
		{ "linger", "1ms", "finer" },
		{ "ip-mtu-discover", "1", "is not one of want|dont|" },
		{ "tcp-congestion", "0123456789abcdef", "longer than 15 bytes" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		union sockopt_value v = { .rate = 4711 };
		struct err e;

		cr_assert_eq(sockopt_parse_value(option(rows[i].name), rows[i].value, &v, &e), -1,
		             "%s=%s", rows[i].name, rows[i].value);
		cr_assert_eq(e.domain, ERR_USAGE);
		cr_assert_not_null(strstr(e.detail, rows[i].says), "%s", e.detail);
		cr_assert_not_null(strstr(e.detail, rows[i].name), "%s", e.detail);
		cr_assert_eq(v.rate, 4711, "%s=%s was written", rows[i].name, rows[i].value);
	}
}

Test(sockopt, list_has_each_option_once)
{
	struct sockopt_list list = { .count = 0 };
	struct err e;

	cr_assert_eq(sockopt_list_add(&list, "rcvbuf=1K", &e), 0);
	cr_assert_eq(sockopt_list_add(&list, "tcp-congestion=reno", &e), 0);
	cr_assert_eq(sockopt_list_add(&list, "SO_RCVBUF=2K", &e), 0);
	cr_assert_eq(list.count, 2);
	cr_assert_eq(list.at[0].value.number, 2048);
	cr_assert_str_eq(list.at[0].asked, "2K");
	cr_assert(sockopt_list_has(&list, SOL_SOCKET, SO_RCVBUF));
	cr_assert(!sockopt_list_has(&list, SOL_SOCKET, SO_SNDBUF));
	cr_assert(!sockopt_list_has(NULL, SOL_SOCKET, SO_RCVBUF));
	/* A bad value leaves the good one. */
	cr_assert_eq(sockopt_list_add(&list, "rcvbuf=x", &e), -1);
	cr_assert_eq(list.at[0].value.number, 2048);
	cr_assert_eq(list.count, 2);
}

Test(sockopt, list_is_bounded)
{
	struct sockopt_list list = { .count = 0 };
	char words[64][64];
	struct err e;
	size_t added = 0;

	for (size_t i = 0; i < sockopt_row_count; i++) {
		if (sockopt_rows[i].type != SOCKOPT_FLAG || added > SOCKOPT_LIST_MAX)
			continue;
		snprintf(words[added], sizeof words[0], "%s=on", sockopt_rows[i].name);
		if (added < SOCKOPT_LIST_MAX)
			cr_assert_eq(sockopt_list_add(&list, words[added], &e), 0, "%s", e.detail);
		added++;
	}
	for (size_t i = 0; i < sockopt_row_count && list.count < SOCKOPT_LIST_MAX; i++) {
		if (sockopt_rows[i].type != SOCKOPT_NUMBER || sockopt_rows[i].min > 1)
			continue;
		snprintf(words[added], sizeof words[0], "%s=1", sockopt_rows[i].name);
		cr_assert_eq(sockopt_list_add(&list, words[added++], &e), 0, "%s", e.detail);
	}
	cr_assert_eq(list.count, SOCKOPT_LIST_MAX);
	cr_assert_eq(sockopt_list_add(&list, "rcvbuf=1K", &e), -1);
	cr_assert_not_null(strstr(e.detail, "more than 32"), "%s", e.detail);
}

Test(sockopt, unknown_names_are_offered_the_nearest)
{
	static const struct {
		const char *typed, *hint;
	} rows[] = {
		{ "keepaliv=1", "'keepalive'" },          { "SO_RCVBUFF=1", "'rcvbuf'" },
		{ "nodelay=1", "'tcp-nodelay'" },         { "tcp_nodelya=1", "'tcp-nodelay'" },
		{ "congestion=x", "'tcp-congestion'" },   { "ttl=1", "'ip-ttl'" },
		{ "flux-capacitor=1", "SOCKET OPTIONS" }, { "=1", "SOCKET OPTIONS" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sockopt_list list = { .count = 0 };
		struct err e;

		cr_assert_eq(sockopt_list_add(&list, rows[i].typed, &e), -1);
		cr_assert_eq(e.domain, ERR_USAGE);
		cr_assert_not_null(strstr(e.hint, rows[i].hint), "%s: %s", rows[i].typed, e.hint);
		cr_assert_eq(list.count, 0);
	}
}

Test(sockopt, a_name_without_a_value_is_told_how)
{
	struct sockopt_list list = { .count = 0 };
	struct err e;

	cr_assert_eq(sockopt_list_add(&list, "SO_LINGER", &e), -1);
	cr_assert_not_null(strstr(e.detail, "no value"), "%s", e.detail);
	cr_assert_str_eq(e.hint, "write linger=off|DUR");
}

/* One place of each line; several families at once are one or the other. */
Test(sockopt, suits)
{
	enum {
		TCP4 = SOCKOPT_IPV4 | SOCKOPT_STREAM | SOCKOPT_CONNECTS,
		TCP6 = SOCKOPT_IPV6 | SOCKOPT_STREAM | SOCKOPT_CONNECTS,
		UDP4 = SOCKOPT_IPV4 | SOCKOPT_DATAGRAM | SOCKOPT_CONNECTS,
		LOCAL = SOCKOPT_UNIX | SOCKOPT_STREAM | SOCKOPT_CONNECTS,
		SERVER = SOCKOPT_IPV4 | SOCKOPT_STREAM | SOCKOPT_LISTENS,
	};

	cr_assert(sockopt_suits(option("tcp-nodelay"), TCP4));
	cr_assert(sockopt_suits(option("tcp-nodelay"), TCP6));
	cr_assert(!sockopt_suits(option("tcp-nodelay"), UDP4));
	cr_assert(!sockopt_suits(option("tcp-nodelay"), LOCAL));
	cr_assert(sockopt_suits(option("ip-tos"), TCP4));
	cr_assert(sockopt_suits(option("ip-tos"), UDP4));
	cr_assert(!sockopt_suits(option("ip-tos"), TCP6));
	cr_assert(sockopt_suits(option("ip-tos"), TCP4 | TCP6));
	cr_assert(sockopt_suits(option("sndbuf"), LOCAL));
	cr_assert(!sockopt_suits(option("rcvbuf"), LOCAL));
	cr_assert(sockopt_suits(option("tcp-defer-accept"), SERVER));
	cr_assert(!sockopt_suits(option("tcp-defer-accept"), TCP4));
	cr_assert(!sockopt_suits(option("ip-bind-address-no-port"), SERVER));
}
