/* net/hosts: who answered, as far as two files make it certain. */
#include "net/hosts.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	cr_assert_not_null(file, "%s", path);
	fputs(text, file);
	fclose(file);
}

static void make_world(const char *hosts, const char *switch_file)
{
	netns_enter();
	netns_set_resolver(hosts, NULL);
	write_file("/etc/nsswitch.conf", switch_file);
}

static struct addr addr_of(const char *text)
{
	struct addr a = addr_wildcard(strchr(text, ':') ? AF_INET6 : AF_INET, 0);
	void *at = strchr(text, ':') ? (void *)&a.at.v6.sin6_addr : (void *)&a.at.v4.sin_addr;

	cr_assert_eq(inet_pton(a.at.any.sa_family, text, at), 1);
	return a;
}

static enum hosts_source of_name(const char *name, const char *a, const char *b)
{
	struct addr_list list = { 0 };
	struct addr addr = addr_of(a);

	cr_assert_eq(addr_list_add(&list, &addr), 0);
	if (b) {
		addr = addr_of(b);
		cr_assert_eq(addr_list_add(&list, &addr), 0);
	}
	enum hosts_source source = hosts_source_of_name(name, &list);
	addr_list_free(&list);
	return source;
}

static enum hosts_source of_addr(const char *text, const char *name)
{
	struct addr a = addr_of(text);

	return hosts_source_of_addr(&a, name);
}

static const char hosts[] = "# 192.0.2.8 comment.test\n"
			    "127.0.0.1\tlocalhost\n"
			    "  192.0.2.1 one.test one # mine\n"
			    "192.0.2.2 two.test#glued\n"
			    "192.0.2.3 two.test\n"
			    "2001:db8::1 one.test\n"
			    "not.an.address odd.test\n"
			    "192.0.2.9";

Test(hosts, name_and_addresses_that_are_there)
{
	make_world(hosts, "passwd: files\nhosts: files dns\n");
	cr_assert_eq(of_name("localhost", "127.0.0.1", NULL), HOSTS_FILE);
	cr_assert_eq(of_name("ONE.test", "192.0.2.1", "2001:db8::1"), HOSTS_FILE);
	cr_assert_eq(of_name("one", "192.0.2.1", NULL), HOSTS_FILE);
	cr_assert_eq(of_name("two.test", "192.0.2.3", "192.0.2.2"), HOSTS_FILE);
	/* There, but with other addresses: somebody else answered, or the file has changed. */
	cr_assert_eq(of_name("one.test", "192.0.2.1", "192.0.2.77"), HOSTS_UNSURE);
	cr_assert_eq(of_name("one", "2001:db8::1", NULL), HOSTS_UNSURE);
	/* Not there. */
	cr_assert_eq(of_name("comment.test", "192.0.2.8", NULL), HOSTS_RESOLVER);
	cr_assert_eq(of_name("mine", "192.0.2.1", NULL), HOSTS_RESOLVER);
	cr_assert_eq(of_name("glued", "192.0.2.2", NULL), HOSTS_RESOLVER);
	cr_assert_eq(of_name("odd.test", "192.0.2.5", NULL), HOSTS_RESOLVER);
}

Test(hosts, address_and_name_that_are_there)
{
	make_world(hosts, "hosts:files dns # comment\n");
	cr_assert_eq(of_addr("192.0.2.1", "one.test"), HOSTS_UNSURE, "not a line for hosts:");
	make_world(hosts, "hosts:\tfiles\tdns # comment\n");
	cr_assert_eq(of_addr("192.0.2.1", "one.test"), HOSTS_FILE);
	cr_assert_eq(of_addr("2001:db8::1", "one.test"), HOSTS_FILE);
	cr_assert_eq(of_addr("192.0.2.1", "other.test"), HOSTS_UNSURE);
	cr_assert_eq(of_addr("192.0.2.9", "other.test"), HOSTS_UNSURE);
	cr_assert_eq(of_addr("192.0.2.77", "other.test"), HOSTS_RESOLVER);
}

/* The name is in the file, or is not: what does the order of sources make of that? */
Test(hosts, other_sources_make_it_uncertain)
{
	static const struct {
		const char *line;
		enum hosts_source there, not_there;
	} rows[] = {
		{ "hosts: files dns\n", HOSTS_FILE, HOSTS_RESOLVER },
		{ "hosts: files [NOTFOUND=continue] dns\n", HOSTS_FILE, HOSTS_RESOLVER },
		{ "hosts: files [ NOTFOUND = continue ] dns\n", HOSTS_FILE, HOSTS_UNSURE },
		{ "hosts: files\n", HOSTS_FILE, HOSTS_UNSURE },
		{ "hosts: files mdns4_minimal [NOTFOUND=return] dns\n", HOSTS_FILE, HOSTS_UNSURE },
		{ "hosts: files dns myhostname\n", HOSTS_FILE, HOSTS_UNSURE },
		{ "hosts: files [SUCCESS=merge] dns\n", HOSTS_UNSURE, HOSTS_UNSURE },
		{ "hosts: dns files\n", HOSTS_UNSURE, HOSTS_UNSURE },
		{ "hosts: mymachines resolve files dns\n", HOSTS_UNSURE, HOSTS_UNSURE },
		{ "hosts:\n", HOSTS_UNSURE, HOSTS_UNSURE },
		{ "", HOSTS_UNSURE, HOSTS_UNSURE },
	};

	make_world(hosts, "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		write_file("/etc/nsswitch.conf", rows[i].line);
		cr_expect_eq(of_name("localhost", "127.0.0.1", NULL), rows[i].there, "%s",
		             rows[i].line);
		cr_expect_eq(of_name("x.test", "192.0.2.5", NULL), rows[i].not_there, "%s",
		             rows[i].line);
	}
}

Test(hosts, a_line_without_end_makes_it_uncertain)
{
	static char text[20000];

	memset(text, 'x', sizeof(text) - 1);
	make_world(text, "hosts: files dns\n");
	cr_assert_eq(of_name("x.test", "192.0.2.5", NULL), HOSTS_UNSURE);
}
