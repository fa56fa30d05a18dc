/* net/addr: addresses as values and as text. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static struct addr v6_of(const char *text, unsigned scope, uint16_t port)
{
	struct addr a = addr_wildcard(AF_INET6, port);

	cr_assert_eq(inet_pton(AF_INET6, text, &a.at.v6.sin6_addr), 1);
	a.at.v6.sin6_scope_id = scope;
	return a;
}

static struct addr v4_of(const char *text, uint16_t port)
{
	struct addr a = addr_wildcard(AF_INET, port);

	cr_assert_eq(inet_pton(AF_INET, text, &a.at.v4.sin_addr), 1);
	return a;
}

static void expect_text(const struct addr *a, const char *host, const char *phrase,
                        const char *word)
{
	char buf[256];
	struct text t = TEXT_OVER(buf);

	addr_add_host(&t, a);
	cr_assert_str_eq(buf, host);
	t = TEXT_OVER(buf);
	addr_add(&t, a);
	cr_assert_str_eq(buf, phrase);
	t = TEXT_OVER(buf);
	addr_add_word(&t, a);
	cr_assert_str_eq(buf, word);
}

Test(addr, wildcards_and_loopbacks)
{
	struct addr a = addr_wildcard(AF_INET, 80), b = addr_wildcard(AF_INET6, 65535);
	struct addr c = addr_loopback(AF_INET, 1), d = addr_loopback(AF_INET6, 0);

	expect_text(&a, "0.0.0.0", "0.0.0.0 port 80", "0.0.0.0:80");
	expect_text(&b, "::", ":: port 65535", "[::]:65535");
	expect_text(&c, "127.0.0.1", "127.0.0.1 port 1", "127.0.0.1:1");
	expect_text(&d, "::1", "::1 port 0", "[::1]:0");
	cr_assert(addr_is_wildcard(&a) && addr_is_wildcard(&b));
	cr_assert(!addr_is_wildcard(&c) && !addr_is_wildcard(&d));
	cr_assert_eq(a.len, sizeof(struct sockaddr_in));
	cr_assert_eq(b.len, sizeof(struct sockaddr_in6));
}

Test(addr, what_is_loopback)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "127.0.0.1", true },
		{ "127.255.255.255", true },
		{ "126.255.255.255", false },
		{ "128.0.0.1", false },
		{ "0.0.0.0", false },
		{ "::1", true },
		{ "::2", false },
		{ "::", false },
		{ "::ffff:127.9.9.9", true },
		{ "::ffff:10.0.0.1", false },
		{ "::127.0.0.1", false },
		{ "fe80::1", false },
		{ "7f00:1::", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int family = strchr(rows[i].text, ':') ? AF_INET6 : AF_INET;
		uint8_t bytes[16];

		cr_assert_eq(inet_pton(family, rows[i].text, bytes), 1);
		struct addr a = addr_of_bytes(family, bytes, 7);
		cr_assert_eq(addr_is_loopback(&a), rows[i].is, "%s", rows[i].text);
	}
	struct addr local;
	struct err err;
	cr_assert_eq(addr_local(&local, "/x", false, &err), 0);
	cr_assert(!addr_is_loopback(&local));
}

Test(addr, ports_are_in_network_order_inside)
{
	struct addr a = addr_wildcard(AF_INET, 0x1234), b = addr_wildcard(AF_INET6, 0x1234);

	cr_assert_eq(a.at.v4.sin_port, htons(0x1234));
	cr_assert_eq(b.at.v6.sin6_port, htons(0x1234));
	for (unsigned port = 0; port <= 65535; port += 257) {
		addr_set_port(&a, (uint16_t)port);
		addr_set_port(&b, (uint16_t)port);
		cr_assert_eq(addr_port(&a), port);
		cr_assert_eq(ntohs(b.at.v6.sin6_port), port);
	}
}

Test(addr, numeric_text)
{
	struct addr a = v4_of("192.0.2.255", 8080), b = v6_of("2001:db8::7", 0, 443);
	struct addr c = v6_of("::ffff:192.0.2.1", 0, 7);

	expect_text(&a, "192.0.2.255", "192.0.2.255 port 8080", "192.0.2.255:8080");
	expect_text(&b, "2001:db8::7", "2001:db8::7 port 443", "[2001:db8::7]:443");
	expect_text(&c, "::ffff:192.0.2.1", "::ffff:192.0.2.1 port 7", "[::ffff:192.0.2.1]:7");
}

Test(addr, a_zone_is_shown_by_name_or_by_number)
{
	struct addr lo = v6_of("fe80::1", if_nametoindex("lo"), 9),
		    none = v6_of("fe80::1", 4000000, 9);

	expect_text(&lo, "fe80::1%lo", "fe80::1%lo port 9", "[fe80::1%lo]:9");
	expect_text(&none, "fe80::1%4000000", "fe80::1%4000000 port 9", "[fe80::1%4000000]:9");
}

Test(addr, unix_paths_and_names)
{
	struct addr a;
	struct err err;

	cr_assert_eq(addr_local(&a, "/run/x", false, &err), 0);
	expect_text(&a, "unix:/run/x", "unix:/run/x", "unix:/run/x");
	cr_assert_eq(a.at.local.sun_path[0], '/');
	cr_assert_eq(addr_port(&a), 0);
	cr_assert(!addr_is_wildcard(&a));
	addr_set_port(&a, 80);
	cr_assert_str_eq(a.at.local.sun_path, "/run/x");

	cr_assert_eq(addr_local(&a, "name", true, &err), 0);
	expect_text(&a, "unix:@name", "unix:@name", "unix:@name");
	cr_assert_eq(a.at.local.sun_path[0], '\0');
	cr_assert_eq(a.len, offsetof(struct sockaddr_un, sun_path) + 1 + strlen("name"));

	a = (struct addr){ .at.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	expect_text(&a, "unix:(unnamed)", "unix:(unnamed)", "unix:(unnamed)");
}

Test(addr, a_path_with_control_bytes_is_escaped)
{
	struct addr a;
	struct err err;

	cr_assert_eq(addr_local(&a, "/tmp/\x1b[2J\n", false, &err), 0);
	expect_text(&a, "unix:/tmp/\\x1b[2J\\x0a", "unix:/tmp/\\x1b[2J\\x0a",
	            "unix:/tmp/\\x1b[2J\\x0a");
}

/* man 7 unix: 108 bytes with the NUL, or with the NUL in front. */
Test(addr, a_path_has_a_longest_length)
{
	char path[109];
	struct addr a;
	struct err err;

	for (int abstract = 0; abstract < 2; abstract++) {
		memset(path, 'p', sizeof path);
		path[107] = '\0';
		cr_assert_eq(addr_local(&a, path, abstract, &err), 0);
		cr_assert_eq(a.len, sizeof a.at.local);
		path[107] = 'p';
		path[108] = '\0';
		cr_assert_eq(addr_local(&a, path, abstract, &err), -1);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert(strstr(err.detail, "108 bytes long, 107 are allowed"), "%s", err.detail);
	}
	cr_assert_eq(addr_local(&a, "", false, &err), -1);
	cr_assert_eq(addr_local(&a, "", true, &err), -1);
	cr_assert_eq(err.domain, ERR_USAGE);
}

Test(addr, copies_are_cut_to_what_fits)
{
	char big[sizeof(struct sockaddr_storage) + 64] = { 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(5) };
	struct addr a = addr_from((struct sockaddr *)big, sizeof big), b;

	cr_assert(a.len <= sizeof a.at);
	b = addr_from((struct sockaddr *)&v4, sizeof v4);
	cr_assert_eq(b.len, sizeof v4);
	cr_assert_eq(addr_port(&b), 5);
}

Test(addr, a_family_that_nobody_knows_has_a_name_too)
{
	struct addr a = { .at.any.sa_family = AF_NETLINK, .len = sizeof(struct sockaddr) };

	expect_text(&a, "(family 16)", "(family 16)", "(family 16)");
	cr_assert_eq(addr_port(&a), 0);
}

Test(addr, the_same_in_every_byte)
{
	struct addr a = addr_loopback(AF_INET, 7), b = addr_loopback(AF_INET, 7);
	struct addr port = addr_loopback(AF_INET, 8), v6 = addr_loopback(AF_INET6, 7);

	cr_assert(addr_same(&a, &b));
	cr_assert_eq(addr_hash(&a), addr_hash(&b));
	cr_assert(!addr_same(&a, &port));
	cr_assert(!addr_same(&a, &v6));
	cr_assert_neq(addr_hash(&a), addr_hash(&port));
}
