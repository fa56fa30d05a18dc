/* stream/admission as a table: who is let in by which rules. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "stream/admission.h"

static struct loop *loop;
static struct err err;

static void init(void)
{
	loop = loop_new(&err);
}

static void fini(void)
{
	loop_free(loop);
}

TestSuite(admission_table, .init = init, .fini = fini);

struct row {
	const char *allow, *deny; /* NULL: none */
	const char *peer;         /* an address, with its zone */
	bool lets;
};

static const struct row rows[] = {
	/* One address. */
	{ "192.0.2.7", NULL, "192.0.2.7", true },
	{ "192.0.2.7", NULL, "192.0.2.8", false },
	{ "192.0.2.7", NULL, "::192.0.2.7", false },
	{ NULL, "192.0.2.7", "192.0.2.7", false },
	{ NULL, "192.0.2.7", "192.0.2.8", true },
	{ NULL, "192.0.2.7", "2001:db8::1", true },
	{ "2001:db8::1", NULL, "2001:db8::1", true },
	{ "2001:DB8:0:0::1", NULL, "2001:db8::1", true },
	{ "2001:db8::1", NULL, "2001:db8::2", false },
	{ NULL, "2001:db8::1", "2001:db8::1", false },
	/* The whole address is the network. */
	{ "192.0.2.7/32", NULL, "192.0.2.7", true },
	{ "192.0.2.7/32", NULL, "192.0.2.6", false },
	{ "2001:db8::1/128", NULL, "2001:db8::1", true },
	{ "2001:db8::1/128", NULL, "2001:db8::", false },
	{ NULL, "255.255.255.255/32", "255.255.255.255", false },
	/* Everybody of a family. */
	{ "0.0.0.0/0", NULL, "192.0.2.7", true },
	{ "0.0.0.0/0", NULL, "255.255.255.255", true },
	{ "0.0.0.0/0", NULL, "2001:db8::1", false },
	{ "0.0.0.0/0", NULL, "::ffff:192.0.2.7", true },
	{ "::/0", NULL, "2001:db8::1", true },
	{ "::/0", NULL, "::", true },
	{ "::/0", NULL, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true },
	{ "::/0", NULL, "192.0.2.7", false },
	{ "::/0", NULL, "::ffff:192.0.2.7", false },
	{ NULL, "0.0.0.0/0,::/0", "192.0.2.7", false },
	{ NULL, "0.0.0.0/0,::/0", "2001:db8::1", false },
	/* Mapped addresses are of IPv4, in the rule and in the peer. */
	{ "192.0.2.7", NULL, "::ffff:192.0.2.7", true },
	{ NULL, "192.0.2.7", "::ffff:192.0.2.7", false },
	{ NULL, "192.0.2.0/24", "::ffff:192.0.2.200", false },
	{ "::ffff:192.0.2.7", NULL, "192.0.2.7", true },
	{ "::ffff:192.0.2.0/120", NULL, "192.0.2.99", true },
	{ "::ffff:192.0.2.0/120", NULL, "192.0.3.1", false },
	{ "::ffff:0:0/96", NULL, "192.0.2.7", true },
	{ "::ffff:0:0/96", NULL, "2001:db8::1", false },
	{ NULL, "::ffff:0.0.0.0/96", "10.0.0.1", false },
	/* The edges of networks. */
	{ "10.0.0.0/8", NULL, "9.255.255.255", false },
	{ "10.0.0.0/8", NULL, "10.0.0.0", true },
	{ "10.0.0.0/8", NULL, "10.255.255.255", true },
	{ "10.0.0.0/8", NULL, "11.0.0.0", false },
	{ "172.16.0.0/12", NULL, "172.31.255.255", true },
	{ "172.16.0.0/12", NULL, "172.32.0.0", false },
	{ "192.0.2.128/25", NULL, "192.0.2.127", false },
	{ "192.0.2.4/30", NULL, "192.0.2.7", true },
	{ "192.0.2.4/31", NULL, "192.0.2.6", false },
	{ "128.0.0.0/1", NULL, "127.255.255.255", false },
	{ "2001:db8::/33", NULL, "2001:db8:7fff:ffff::1", true },
	{ "2001:db8::/33", NULL, "2001:db8:8000::", false },
	{ "2001:db8::/127", NULL, "2001:db8::1", true },
	{ "2001:db8::/127", NULL, "2001:db8::2", false },
	/* Allow and deny that overlap: deny wins, however narrow or wide. */
	{ "10.0.0.0/8", "10.1.0.0/16", "10.2.0.1", true },
	{ "10.0.0.0/8", "10.1.0.0/16", "10.1.0.1", false },
	{ "10.1.0.0/16", "10.0.0.0/8", "10.1.0.1", false },
	{ "10.0.0.1", "10.0.0.1", "10.0.0.1", false },
	{ "10.0.0.0/8", "10.1.0.0/16", "192.0.2.1", false },
	{ "10.0.0.0/8,192.0.2.1", "::/0", "192.0.2.1", true },
	{ "10.0.0.0/8,10.0.0.0/9,10.0.0.1", NULL, "10.200.0.1", true },
	{ "0.0.0.0/0", "10.0.0.0/9,10.128.0.0/9", "10.128.0.1", false },
	{ "0.0.0.0/0", "10.0.0.0/9,10.128.0.0/9", "11.0.0.1", true },
	{ "::/0", "0.0.0.0/0", "::ffff:10.0.0.1", false },
	/* Zones: without one every link is meant, with one that link alone. */
	{ "fe80::1", NULL, "fe80::1%lo", true },
	{ "fe80::1", NULL, "fe80::1%7", true },
	{ "fe80::1%lo", NULL, "fe80::1%lo", true },
	{ "fe80::1%lo", NULL, "fe80::1%7", false },
	{ "fe80::1%7", NULL, "fe80::1%7", true },
	{ "fe80::1%lo", NULL, "fe80::2%lo", false },
	{ "fe80::1%lo", NULL, "fe80::1", false },
	{ "fe80::%lo/10", NULL, "fe80::99%lo", true },
	{ "fe80::%lo/10", NULL, "fe80::99%7", false },
	{ "fe80::/64", "fe80::2%lo", "fe80::2%lo", false },
	{ "fe80::/64", "fe80::2%lo", "fe80::2%7", true },
	/* Users have no address, addresses no user. */
	{ "uid=0,gid=0", NULL, "127.0.0.1", false },
	{ NULL, "uid=root,gid=root", "::", true },
};

static struct addr peer_of(const char *text)
{
	char host[INET6_ADDRSTRLEN + IF_NAMESIZE];
	struct addr a = addr_wildcard(strchr(text, ':') ? AF_INET6 : AF_INET, 7);
	bool v6 = a.at.any.sa_family == AF_INET6;
	void *at = v6 ? (void *)&a.at.v6.sin6_addr : (void *)&a.at.v4.sin_addr;

	(void)snprintf(host, sizeof host, "%s", text);
	char *zone = strchr(host, '%');
	if (zone) {
		*zone++ = '\0';
		a.at.v6.sin6_scope_id = if_nametoindex(zone);
		if (a.at.v6.sin6_scope_id == 0)
			a.at.v6.sin6_scope_id = (unsigned)strtoul(zone, NULL, 10);
	}
	cr_assert_eq(inet_pton(a.at.any.sa_family, host, at), 1, "%s", text);
	return a;
}

/* By words, or by files with a rule a line. */
static struct admission *admission_of(const struct row *row, bool files)
{
	const struct admission_rules none = { 0 };
	struct admission_request request = {
		.allow = row->allow ? (struct admission_rules){ &row->allow, 1, NULL } : none,
		.deny = row->deny ? (struct admission_rules){ &row->deny, 1, NULL } : none,
	};
	struct admission_rules *sides[] = { &request.allow, &request.deny };
	struct admission *a;

	for (size_t i = 0; files && i < ARRAY_LEN(sides); i++) {
		char text[256], *comma;

		if (sides[i]->count == 0)
			continue;
		(void)snprintf(text, sizeof text, "# rules\n\n%s", sides[i]->words[0]);
		while ((comma = strchr(text, ',')))
			*comma = '\n';
		*sides[i] = (struct admission_rules){
			.file = scratch_file(i ? "deny" : "allow", text),
		};
	}
	cr_assert_eq(admission_open(loop, &request, report_new(), &a, &err), 0, "%s", err.detail);
	return a;
}

static void check_rows(const struct row *table, size_t count, bool files)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &table[i];
		struct admission *a = admission_of(row, files);
		struct addr peer = peer_of(row->peer);

		cr_expect_eq(admission_lets(a, -1, &peer), row->lets,
		             "row %zu: allow %s, deny %s, peer %s", i,
		             row->allow ? row->allow : "-", row->deny ? row->deny : "-", row->peer);
		cr_expect_eq(admission_refused(a), row->lets ? 0 : 1);
		admission_close(a);
	}
}

Test(admission_table, words_decide)
{
	cr_assert(ARRAY_LEN(rows) >= 60);
	check_rows(rows, ARRAY_LEN(rows), false);
}

Test(admission_table, files_decide_the_same)
{
	check_rows(rows, ARRAY_LEN(rows), true);
}

/* A name is all addresses that it has, of both families. */
static const struct row named_rows[] = {
	{ "many.example", NULL, "192.0.2.1", true },
	{ "many.example", NULL, "192.0.2.2", true },
	{ "many.example", NULL, "2001:db8::1", true },
	{ "many.example", NULL, "::ffff:192.0.2.2", true },
	{ "many.example", NULL, "192.0.2.3", false },
	{ "many.example", "192.0.2.2", "192.0.2.2", false },
	{ NULL, "many.example", "192.0.2.2", false },
	{ NULL, "many.example", "192.0.2.3", true },
	{ "MANY.example,one.example", NULL, "192.0.2.9", true },
	{ "192.0.2.0/24", "one.example,many.example", "192.0.2.9", false },
	{ "192.0.2.0/24", "one.example,many.example", "192.0.2.8", true },
};

Test(admission_table, a_name_is_all_its_addresses)
{
	netns_set_resolver("192.0.2.1 many.example\n2001:db8::1 many.example\n"
	                   "192.0.2.2 many.example\n192.0.2.9 one.example\n",
	                   NULL);
	check_rows(named_rows, ARRAY_LEN(named_rows), false);
	check_rows(named_rows, ARRAY_LEN(named_rows), true);
}

static const struct {
	const char *text, *said;
} junk[] = {
	{ "10.0.0.0/8\n10.0.0.0/33\n", "line 2: '10.0.0.0/33': a network has 0 to 32 bits" },
	{ "\n\n10.0.0.1/8", "line 3: '10.0.0.1/8': the address has more bits" },
	{ "# fine\n300.0.0.1\n", "line 2: '300.0.0.1' is no address" },
	{ "::1\n::g\n", "line 2: '::g': '::g' is no address" },
	{ "10.0.0.1 10.0.0.2\n", "line 1: '10.0.0.1 10.0.0.2' is no address" },
	{ "10.0.0.1,10.0.0.2\n", "line 1: '10.0.0.1,10.0.0.2' is no address" },
	{ "2001:db8::1%lo\n", "line 1: '2001:db8::1%lo': only an address of one link" },
	{ "10.0.0.1%lo\n", "line 1: '10.0.0.1%lo' is no address" },
	{ "fe80::1%none-such\n", "line 1: 'fe80::1%none-such': there is no interface 'none-such'" },
	{ "fe80::1%\n", "line 1: 'fe80::1%': there is no interface ''" },
	{ "uid=no-such-user\n", "line 1: 'uid=no-such-user': there is no user 'no-such-user'" },
	{ "gid=no-such-group\n", "there is no group 'no-such-group'" },
	{ "uid=4294967295\n", "there is no user '4294967295'" },
	{ "\xff\xfe\x01\n", "line 1: " },
	{ "10.0.0.1\n\x1b]0;title\x07\n", "line 2: " },
	{ "host.example:80\n", "line 1: 'host.example:80': 'host.example:80' is no address" },
};

Test(admission_table, junk_in_a_file_is_named_with_its_line)
{
	for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
		struct admission_request request = {
			.deny.file = scratch_file("junk", junk[i].text),
		};
		struct admission *a;

		cr_expect_eq(admission_open(loop, &request, report_new(), &a, &err), -1, "row %zu",
		             i);
		cr_expect(err.domain == ERR_USAGE && strstr(err.detail, junk[i].said),
		          "row %zu: %s", i, err.detail);
	}
}

Test(admission_table, names_are_refused_where_none_is_looked_up)
{
	static const char *const name = "localhost";
	struct admission_request request = { .allow = { &name, 1, NULL }, .numeric = true };
	struct admission *a;

	cr_assert_eq(admission_open(loop, &request, report_new(), &a, &err), -1);
	cr_assert(err.domain == ERR_USAGE && strstr(err.detail, "--numeric"), "%s", err.detail);
	request = (struct admission_request){ .deny.file = scratch_file("names", "::1\nx.y\n"),
		                              .numeric = true };
	cr_assert_eq(admission_open(loop, &request, report_new(), &a, &err), -1);
	cr_assert(err.domain == ERR_USAGE && strstr(err.detail, "line 2"), "%s", err.detail);
}
