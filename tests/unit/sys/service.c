/* sys/service: what the name service switch knows about services. */
#include "sys/service.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "sys/call.h"

static struct {
	unsigned times, aliases, port;
	char name[64], protocol[16], last_alias[64];
} got;

static void found(void *context, const struct sys_service *s)
{
	cr_assert_eq(context, &got);
	got.times++;
	got.port = s->port;
	snprintf(got.name, sizeof got.name, "%s", s->name);
	snprintf(got.protocol, sizeof got.protocol, "%s", s->protocol);
	for (got.aliases = 0; s->aliases[got.aliases]; got.aliases++)
		snprintf(got.last_alias, sizeof got.last_alias, "%s", s->aliases[got.aliases]);
}

/* A database whose second entry has more aliases than fit into the first room for an answer. */
static void make_database(unsigned aliases)
{
	static char text[1 << 20];
	struct text t = TEXT_OVER(text);

	text_add_str(&t, "small 1/tcp\nbig 2/udp");
	for (unsigned i = 0; i < aliases; i++)
		text_add(&t, " alias-number-%u", i);
	text_add_str(&t, "\nlast 65535/tcp end\n");
	cr_assert(!t.cut);
	if (access("/etc/services", F_OK) != 0 || netns_private_mounts() ||
	    mount(scratch_file("services", text), "/etc/services", NULL, MS_BIND, NULL))
		skip("no /etc/services that can be covered");
}

Test(sys_service, by_name_and_by_port)
{
	make_database(2);
	cr_assert_eq(sys_service_by_name("last", NULL, found, &got), 65535);
	cr_assert_eq(got.port, 65535);
	cr_assert_str_eq(got.protocol, "tcp");
	cr_assert_str_eq(got.last_alias, "end");
	cr_assert_eq(sys_service_by_name("end", "tcp", NULL, NULL), 65535);
	cr_assert_eq(sys_service_by_port(2, "udp", found, &got), 2);
	cr_assert_str_eq(got.name, "big");
	cr_assert_eq(got.times, 2);
	cr_assert_eq(sys_service_by_name("last", "udp", found, &got), -ENOENT);
	cr_assert_eq(sys_service_by_name("LAST", NULL, found, &got), -ENOENT);
	cr_assert_eq(sys_service_by_port(3, NULL, found, &got), -ENOENT);
	cr_assert_eq(got.times, 2);
}

Test(sys_service, answers_of_any_size)
{
	make_database(5000);
	cr_assert_eq(sys_service_by_name("big", NULL, found, &got), 2);
	cr_assert_eq(got.aliases, 5000);
	cr_assert_str_eq(got.last_alias, "alias-number-4999");
	got.times = 0;
	cr_assert_eq(sys_service_each(found, &got), 3);
	cr_assert_eq(got.times, 3);
	cr_assert_str_eq(got.name, "last");
	/* A second walk begins at the beginning. */
	cr_assert_eq(sys_service_each(found, &got), 3);
	cr_assert_eq(got.times, 6);
}

static int refuse(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_GETSERVENT || call->op == SYS_GETSERVBYNAME ? EMFILE : 0;
}

Test(sys_service, that_is_refused)
{
	struct sys_observer observer = { .before = refuse };

	sys_observe(&observer);
	cr_assert_eq(sys_service_each(found, &got), -EMFILE);
	cr_assert_eq(sys_service_by_name("http", NULL, found, &got), -EMFILE);
	cr_assert_eq(got.times, 0);
}
