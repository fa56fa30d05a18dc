#include "serve/naming.h"

#include <criterion/criterion.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/call.h"

static struct loop *loop;
static char got[64];
static unsigned found;

static void name_found(void *context, const char *name)
{
	cr_assert_eq(context, &got);
	found++;
	snprintf(got, sizeof got, "%s", name);
	loop_stop(loop);
}

static struct namings *begin(void)
{
	struct err err;

	loop = loop_new(&err);
	struct namings *n = namings_new(loop, name_found);
	cr_assert_not_null(n);
	return n;
}

Test(naming, an_address_has_a_name)
{
	struct addr loopback = addr_loopback(AF_INET, 7);
	struct namings *n = begin();
	struct err err;

	cr_assert_eq(naming_start(n, &loopback, got), 0);
	cr_assert_eq(loop_run(loop, &err), 0);
	cr_assert_str_eq(got, "localhost");
	namings_free(n);
}

static int no_name(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_GETNAMEINFO ? ENOENT : 0;
}

Test(naming, or_none)
{
	struct sys_observer observer = { .before = no_name };
	struct addr loopback = addr_loopback(AF_INET, 7);
	struct namings *n = begin();
	struct err err;

	memcpy(got, "old", 4);
	sys_observe(&observer);
	cr_assert_eq(naming_start(n, &loopback, got), 0);
	cr_assert_eq(loop_run(loop, &err), 0);
	sys_observe(NULL);
	cr_assert_str_empty(got);
	namings_free(n);
}

static void end(struct timer *timer)
{
	(void)timer;
	loop_stop(loop);
}

Test(naming, who_has_gone_is_not_called)
{
	struct addr loopback = addr_loopback(AF_INET, 7);
	struct timer timer = { .fire = end };
	struct namings *n = begin();
	struct err err;

	cr_assert_eq(naming_start(n, &loopback, got), 0);
	naming_cancel(n, got);
	loop_timer(loop, &timer, loop_now(loop) + NSEC_PER_SEC / 5);
	cr_assert_eq(loop_run(loop, &err), 0);
	cr_assert_eq(found, 0);
	namings_free(n);
}
