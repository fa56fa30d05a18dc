/* net/access: which addresses and ids a list of rules means. */
#include "net/access_rules.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/scratch.h"

static struct access_list list;
static struct err err;

static void fini(void)
{
	access_free(&list);
}

TestSuite(access, .fini = fini);

static void add(const char *rule)
{
	cr_assert_eq(access_add(&list, rule, &err), 0, "%s: %s", rule, err.detail);
}

static bool has(const char *text)
{
	struct addr a = addr_wildcard(strchr(text, ':') ? AF_INET6 : AF_INET, 7);
	void *at = strchr(text, ':') ? (void *)&a.at.v6.sin6_addr : (void *)&a.at.v4.sin_addr;

	cr_assert_eq(inet_pton(a.at.any.sa_family, text, at), 1);
	return access_has(&list, &(struct access_peer){ .addr = &a });
}

Test(access, addresses_and_networks)
{
	add("192.0.2.7");
	add("198.51.100.0/23");
	add("2001:db8::/33");
	add("::1");
	access_settle(&list);
	cr_assert(has("192.0.2.7") && !has("192.0.2.6") && !has("192.0.2.8"));
	cr_assert(has("198.51.100.0") && has("198.51.101.255"));
	cr_assert(!has("198.51.99.255") && !has("198.51.102.0"));
	cr_assert(has("2001:db8::") && has("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
	cr_assert(!has("2001:db8:8000::") && !has("2001:db7:ffff:ffff::"));
	cr_assert(has("::1") && !has("::2"));
}

Test(access, a_mapped_address_is_one_of_ipv4)
{
	add("192.0.2.0/24");
	access_settle(&list);
	cr_assert(has("192.0.2.9") && has("::ffff:192.0.2.9") && !has("::192.0.2.9"));
	access_free(&list);
	add("::ffff:192.0.2.9");
	access_settle(&list);
	cr_assert(has("192.0.2.9") && has("::ffff:192.0.2.9") && !has("192.0.2.8"));
}

Test(access, all_of_one_family_is_none_of_the_other)
{
	add("::/0");
	access_settle(&list);
	cr_assert(has("2001:db8::1") && !has("192.0.2.1") && !has("::ffff:192.0.2.1"));
	access_free(&list);
	add("0.0.0.0/0");
	access_settle(&list);
	cr_assert(has("192.0.2.1") && has("::ffff:192.0.2.1") && !has("2001:db8::1"));
}

Test(access, overlapping_rules_in_any_order_are_one)
{
	add("10.0.0.0/8");
	add("10.1.0.0/16");
	add("9.255.255.255");
	add("10.1.2.3");
	access_settle(&list);
	cr_assert_eq(list.count, 2);
	cr_assert(has("10.255.255.255") && has("9.255.255.255") && has("10.1.2.3"));
	cr_assert(!has("11.0.0.0") && !has("9.255.255.254"));
}

/* Against the plain way: every rule by itself, for addresses at the edges of all of them. */
Test(access, is_what_each_rule_says_by_itself)
{
	enum { RULES = 60, ROUNDS = 30 };
	struct {
		uint32_t low, high;
	} rules[RULES];
	uint32_t seed = 1;

	for (int round = 0; round < ROUNDS; round++) {
		access_free(&list);
		for (int i = 0; i < RULES; i++) {
			char text[32];
			seed = seed * 1664525 + 1013904223;
			unsigned bits = 16 + (seed >> 8) % 17;
			uint32_t low = (0x0a000000 | (seed >> 7 & 0x1ffff)) &
			               (uint32_t)(0xffffffff00000000 >> bits);

			rules[i].low = low;
			rules[i].high = low | (uint32_t)(0xffffffffu >> (bits - 1) >> 1);
			snprintf(text, sizeof text, "%u.%u.%u.%u/%u", low >> 24, low >> 16 & 255,
			         low >> 8 & 255, low & 255, bits);
			add(text);
		}
		access_settle(&list);
		for (int i = 0; i < 4 * RULES; i++) {
			uint32_t at = (i & 1 ? rules[i / 4].low : rules[i / 4].high) +
			              (uint32_t)(i % 4 / 2 ? (i & 1 ? -1 : 1) : 0);
			uint32_t net = htonl(at);
			struct addr a = addr_of_bytes(AF_INET, (uint8_t *)&net, 0);
			bool in = false;

			for (int j = 0; j < RULES; j++)
				in |= at >= rules[j].low && at <= rules[j].high;
			cr_assert_eq(access_has(&list, &(struct access_peer){ .addr = &a }), in);
		}
	}
}

Test(access, users_and_groups_of_unix_peers)
{
	struct addr a;

	cr_assert_eq(addr_local(&a, "/s", false, &err), 0);
	add("uid=0");
	add("gid=100");
	access_settle(&list);
	cr_assert(access_has(&list, &(struct access_peer){ &a, true, 0, 5 }));
	cr_assert(access_has(&list, &(struct access_peer){ &a, true, 5, 100 }));
	cr_assert_not(access_has(&list, &(struct access_peer){ &a, true, 100, 0 }));
	cr_assert_not(access_has(&list, &(struct access_peer){ &a, false, 0, 100 }));
	cr_assert_not(has("::"), "an id is no address");
}

Test(access, names_are_kept_and_their_addresses_count)
{
	struct addr a = addr_loopback(AF_INET6, 0);

	add("db.example");
	add("x");
	cr_assert(list.name_count == 2 && strcmp(list.names[0].host, "db.example") == 0);
	cr_assert_eq(access_add_addr(&list, &a, &err), 0);
	access_settle(&list);
	cr_assert(has("::1") && !has("::2"));
}

Test(access, an_empty_list_has_nobody)
{
	access_settle(&list);
	cr_assert_not(has("127.0.0.1"));
}

Test(access, what_is_none)
{
	static const char *const bad[] = {
		"",           "300.1.1.1",   "1.2.3",
		"127.1",      "0x7f000001",  "0X7f.1",
		"0177.0.0.1", "2130706433",  "10.0.0.0/33",
		"10.0.0.1/8", "::1/129",     "2001:db8::1/64",
		"10.0.0.0/",  "10.0.0.0/ 8", "10.0.0.0/-1",
		"[::1]",      "*",           "a b",
		"uid=",       "uid=-1",      "gid=4294967295",
		"host:80",    "tcp:host",    "1.2.3.4,::1",
		"name/24",    "/24",         "!10.0.0.0/8",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		cr_assert_eq(access_add(&list, bad[i], &err), -1, "'%s'", bad[i]);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert(list.count == 0 && list.name_count == 0);
	}
}

static const char *file(const char *text, size_t len)
{
	const char *path = scratch_path("rules");
	FILE *f = fopen(path, "we");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(text, 1, len, f), len);
	fclose(f);
	return path;
}

Test(access, files_have_blanks_comments_and_an_end_without_newline)
{
	static const char text[] = "# who\n\n  10.0.0.0/8\t# ours\r\n::1";

	cr_assert_eq(access_add_file(&list, file(text, strlen(text)), &err), 0, "%s", err.detail);
	access_settle(&list);
	cr_assert(list.count == 2 && has("10.2.3.4") && has("::1"));
}

Test(access, a_bad_line_of_a_file_is_named)
{
	static const char text[] = "10.0.0.0/8\n10.0.0.0/99\n", nul[] = "10.0.0.1\0 and more\n";

	cr_assert_eq(access_add_file(&list, file(text, strlen(text)), &err), -1);
	cr_assert(err.domain == ERR_USAGE && strstr(err.detail, "rules line 2: '10.0.0.0/99'"),
	          "%s", err.detail);
	cr_assert_eq(access_add_file(&list, file(nul, sizeof nul - 1), &err), -1);
	cr_assert(strstr(err.detail, "line 1"), "%s", err.detail);
	cr_assert_eq(access_add_file(&list, "/none/such", &err), -1);
	cr_assert(err.domain == ERR_LOCAL && err.code == ENOENT);
}
