/* sys/lookup: the older calls, whose room grows with what they find. */
#include "sys/lookup.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/netns.h"
#include "sys/call.h"

static void make_world(const char *hosts)
{
	netns_enter();
	netns_set_resolver(hosts, "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n");
}

static unsigned addresses(const struct hostent *host)
{
	unsigned n = 0;

	while (host->h_addr_list[n])
		n++;
	return n;
}

Test(lookup, a_hostent_may_be_large)
{
	static char hosts[400 * 32];
	struct hostent host;
	void *room;
	int error;

	for (int i = 0; i < 400; i++)
		snprintf(hosts + strlen(hosts), 32, "10.0.%d.%d many.test\n", i / 100, i % 100);
	make_world(hosts);
	cr_assert_eq(sys_gethostbyname2("many.test", AF_INET, &host, &room, &error), 0);
	cr_assert_eq(addresses(&host), 400);
	cr_assert_str_eq(host.h_name, "many.test");
	cr_assert_eq(error, 0);
	free(room);
}

Test(lookup, a_hostent_of_an_address)
{
	struct in_addr at;
	struct hostent host;
	void *room;
	int error;

	make_world("192.0.2.7 seven.test seven\n");
	inet_pton(AF_INET, "192.0.2.7", &at);
	cr_assert_eq(sys_gethostbyaddr(&at, 4, AF_INET, &host, &room, &error), 0);
	cr_assert_str_eq(host.h_name, "seven.test");
	cr_assert_str_eq(host.h_aliases[0], "seven");
	free(room);
}

static int refuse(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_GETHOSTBYNAME2_R || call->op == SYS_GETHOSTBYADDR_R ? ENFILE : 0;
}

Test(lookup, what_there_is_not_leaves_nothing)
{
	struct sys_observer observer = { .before = refuse };
	struct hostent host;
	void *room = &host;
	int error = 9;

	make_world("192.0.2.7 seven.test\n");
	cr_assert_neq(sys_gethostbyname2("", AF_INET, &host, &room, &error), 0);
	cr_assert_null(room);
	room = &host;
	sys_observe(&observer);
	cr_assert_eq(sys_gethostbyname2("seven.test", AF_INET, &host, &room, &error),
	             NETDB_INTERNAL);
	cr_assert_eq(error, ENFILE);
	cr_assert_null(room);
	sys_observe(NULL);
}
