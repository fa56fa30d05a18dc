/* net/service: ports and names of services. */
#include "net/service.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"

static void expect_port(const char *text, int want)
{
	uint16_t port = 9;
	struct err err;
	int result = service_parse_port(text, "tcp", &port, &err);

	if (want < 0) {
		cr_assert_eq(result, -1, "'%s' was taken for %u", text, port);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert_eq(port, 9, "written although it failed");
	} else {
		cr_assert_eq(result, 0, "'%s': %s", text, err.detail);
		cr_assert_eq(port, want, "'%s' is %u", text, port);
	}
}

Test(service, ports_are_strict)
{
	static const struct {
		const char *text;
		int port;
	} rows[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "80", 80 },
		{ "65535", 65535 },
		{ "00080", 80 },
		{ "65536", -1 },
		{ "99999999999999999999", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "", -1 },
		{ " 80", -1 },
		{ "80 ", -1 },
		{ "1e3", -1 },
		{ "0x50", -1 },
		{ "8 0", -1 },
		{ "80.0", -1 },
		{ "\n80", -1 },
		{ "abc-none", -1 },
		{ "80/tcp", -1 },
		{ "\x1b[2J", -1 },
		{ "http\n", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect_port(rows[i].text, rows[i].port);
}

Test(service, names_of_any_case)
{
	expect_port("http", 80);
	expect_port("HTTP", 80);
	expect_port("hTTps", 443);
	expect_port("ssh", 22);
	expect_port("DOMAIN", 53);
	cr_assert_eq(service_port("no-such-service", "tcp"), -1);
	cr_assert_eq(service_port("", "tcp"), -1);
	cr_assert_eq(service_port("http", "sctp-none"), -1);
}

Test(service, a_name_that_is_too_long_is_nobodys)
{
	char name[300];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	cr_assert_eq(service_port(name, "tcp"), -1);
	expect_port(name, -1);
}

/* PRODUCT.md, Values: known without /etc/services too. */
Test(service, the_built_in_table_answers_where_the_system_has_none)
{
	/* Where there is no such file anyway, nothing has to be hidden. */
	if (access("/etc/services", F_OK) == 0 &&
	    (netns_private_mounts() ||
	     mount(scratch_file("services", ""), "/etc/services", NULL, MS_BIND, NULL)))
		skip("no mount namespaces here");
	expect_port("http", 80);
	expect_port("HTTPS", 443);
	expect_port("postgresql", 5432);
	expect_port("no-such-service", -1);
}

Test(service, rows_of_the_built_in_table_are_sound)
{
	cr_assert(service_count > 100);
	for (size_t i = 0; i < service_count; i++) {
		const struct service_row *s = &service_table[i];

		cr_assert(s->port > 0, "%s", s->name);
		cr_assert(s->name[0] && s->protocol[0] && s->aliases);
		for (const char *at = s->name; *at; at++)
			cr_assert(!isupper((unsigned char)*at) && !isspace((unsigned char)*at),
			          "%s", s->name);
		for (size_t j = 0; j < i; j++)
			cr_assert(strcmp(s->name, service_table[j].name) != 0 ||
			                  strcmp(s->protocol, service_table[j].protocol) != 0,
			          "%s/%s twice", s->name, s->protocol);
	}
}

Test(service, an_alias_is_a_name)
{
	const struct service_row *s = service_table;

	while (s < service_table + service_count && !s->aliases[0])
		s++;
	cr_assert(s < service_table + service_count, "no row has an alias");
	char alias[64];
	snprintf(alias, sizeof alias, "%.*s", (int)strcspn(s->aliases, " "), s->aliases);
	cr_assert_eq(service_port(alias, s->protocol), s->port, "%s", alias);
}
