/*
 * stream/multicast: every call of it fails once, at the socket that listens and at the one that
 * sends.
 */
#include "stream/multicast.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/fail.h"
#include "out/failure.h"
#include "stream/attempt.h"
#include "stream/bound.h"
#include "sys/call.h"

static struct multicast multicast;
static struct err err;

static void want(const char *join, unsigned ttl, bool loop_off)
{
	multicast_cleanup(&multicast);
	multicast = (struct multicast){ .ttl = ttl, .loop_off = loop_off };
	cr_assert_eq(group_list_add(&multicast.joins, join, &err), 0, "%s", err.detail);
}

/* Which of the calls that set something, ask for an interface or bind fails, from 1; 0: none. */
static unsigned failing, seen;

static int fail_one(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op != SYS_SETSOCKOPT && call->op != SYS_IF_NAMETOINDEX && call->op != SYS_BIND)
		return 0;
	/* Without the room that was asked for it goes on. */
	if (call->op == SYS_SETSOCKOPT && call->arg[1] == SOL_SOCKET && call->arg[2] == SO_RCVBUF)
		return 0;
	return ++seen == failing ? ENOMEM : 0;
}

/* How many descriptors there are below 64. */
static unsigned open_fds(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 64; fd++)
		n += dup2(fd, fd) == fd;
	return n;
}

/* Open a socket for it in one of the roles, and say whether that went. */
static int open_listening(int family, const char **op)
{
	static const struct mailbox_wants nothing;
	struct bound_options options = { .type = SOCK_DGRAM,
		                         .wants = &nothing,
		                         .tune.report = report_new(),
		                         .multicast = &multicast };
	struct addr any = addr_wildcard(family, 0);

	return bound_open(&any, &options, op, &err);
}

static int open_sending(int family, const char **op)
{
	struct attempt_options options = { .type = SOCK_DGRAM,
		                           .tune.report = report_new(),
		                           .multicast = &multicast };
	struct addr to = multicast.joins.at[0].addr;
	struct attempt attempt;

	(void)family;
	addr_set_port(&to, 0);
	int fd = attempt_open(&to, &options, &attempt, &err);
	*op = attempt.op;
	return fd;
}

static void each_call_fails(const char *join, int (*open_one)(int family, const char **op))
{
	struct sys_observer observer = { .before = fail_one };
	unsigned fds = open_fds(), calls;
	const char *op;

	want(join, 9, true);
	int family = multicast.joins.at[0].addr.at.any.sa_family;
	sys_observe(&observer);
	failing = seen = 0;
	int fd = open_one(family, &op);
	cr_assert(fd >= 0, "%s: %s: %s", join, op, strerror(-fd));
	close(fd);
	calls = seen;
	cr_assert(calls >= 6, "%u", calls);
	for (failing = 1; failing <= calls; failing++) {
		seen = 0;
		err = (struct err){ .domain = ERR_NONE };
		fd = open_one(family, &op);
		cr_assert_eq(fd, -ENOMEM, "%s: call %u", join, failing);
		/* Ours are told by name; IPV6_V6ONLY is the listener's. */
		if (strcmp(op, "sockopt") == 0) {
			cr_assert_eq(err.domain, ERR_LOCAL);
			cr_assert_eq(err.code, ENOMEM);
			cr_assert(err.subject[0]);
		} else {
			cr_assert_str_eq(op, "listen");
		}
		cr_assert_eq(open_fds(), fds, "%s: call %u", join, failing);
	}
	sys_observe(NULL);
}

Test(multicast, a_listener_tells_each_call_that_fails)
{
	each_call_fails("239.1.2.3%lo", open_listening);
	each_call_fails("127.0.0.1@232.1.2.3%lo", open_listening);
	each_call_fails("ff05::7%lo", open_listening);
}

Test(multicast, a_sender_tells_each_call_that_fails)
{
	each_call_fails("239.1.2.3%lo", open_sending);
	each_call_fails("ff05::7%lo", open_sending);
}

static int refuse_join(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SETSOCKOPT && (call->arg[2] == MCAST_JOIN_GROUP ||
	                                      call->arg[2] == MCAST_JOIN_SOURCE_GROUP)
	               ? ENODEV
	               : 0;
}

static void expect_refusal(const char *join, const char *says, const char *hint)
{
	struct sys_observer observer = { .before = refuse_join };
	char buf[256] = "";
	struct text t = TEXT_OVER(buf);
	const char *op;

	want(join, 0, false);
	sys_observe(&observer);
	cr_assert_eq(open_listening(AF_INET, &op), -ENODEV);
	sys_observe(NULL);
	failure_add_message(&t, &err);
	cr_assert_str_eq(buf, says);
	cr_assert_eq(strncmp(err.hint, hint, strlen(hint)), 0, "%s", err.hint);
	cr_assert_eq(err.hint[0] != '\0', hint[0] != '\0');
}

/* Only where no interface was named is one the remedy. */
Test(multicast, a_join_that_is_refused)
{
	expect_refusal("239.1.2.3", "cannot join 239.1.2.3: No such device",
	               "no route leads there");
	expect_refusal("10.0.0.1@232.1.2.3%lo", "cannot join 10.0.0.1@232.1.2.3%lo: No such device",
	               "");
}

/* A stream socket, a Unix socket and one that joins nothing are left alone. */
static void count_sets(struct sys_observer *self, const struct sys_call *call)
{
	(void)self;
	seen += call->op == SYS_SETSOCKOPT;
}

Test(multicast, nothing_asked_for_is_no_call)
{
	struct sys_observer observer = { .after = count_sets };
	struct addr any = addr_wildcard(AF_INET, 0), host = addr_loopback(AF_INET6, 9);

	sys_observe(&observer);
	cr_assert_eq(multicast_set_sending(&multicast_none, -1, &any, &err), 0);
	cr_assert_eq(multicast_set_sending(&multicast_none, -1, &host, &err), 0);
	cr_assert_eq(multicast_join(&multicast_none, -1, &any, NULL, &err), 0);
	sys_observe(NULL);
	cr_assert_eq(seen, 0);
	cr_assert(!multicast_is_joined_at(&multicast_none, &any));
}
