/* stream/admission: allow and deny, files that change while it runs, names, and Unix peers. */
#include "stream/admission.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/scratch.h"
#include "out/failure.h"
#include "sys/call.h"

static struct loop *loop;
static struct admission *admission;
static struct err err;
static const char *told; /* a file that standard error goes to */

static void init(void)
{
	loop = loop_new(&err);
	told = scratch_path("told");
	must(dup2(must(open(told, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600), told), 2),
	     "dup2");
}

static void fini(void)
{
	admission_close(admission);
	loop_free(loop);
}

TestSuite(admission, .init = init, .fini = fini);

static int open_rules(const struct admission_request *request)
{
	return admission_open(loop, request, report_new(), &admission, &err);
}

static bool lets(const char *text)
{
	struct addr a = addr_wildcard(strchr(text, ':') ? AF_INET6 : AF_INET, 7);
	void *at = strchr(text, ':') ? (void *)&a.at.v6.sin6_addr : (void *)&a.at.v4.sin_addr;

	cr_assert_eq(inet_pton(a.at.any.sa_family, text, at), 1);
	return admission_lets(admission, -1, &a);
}

static bool has_told(const char *words)
{
	static char buf[4096];
	int fd = must(open(told, O_RDONLY | O_CLOEXEC), told);
	ssize_t n = must((int)read(fd, buf, sizeof buf - 1), "read");

	buf[n] = '\0';
	close(fd);
	return strstr(buf, words) != NULL;
}

/* Under another name first, as editors do; so it is another inode too. */
static const char *rewrite(const char *text)
{
	static char path[256], draft[256];

	(void)snprintf(path, sizeof path, "%s", scratch_path("rules"));
	(void)snprintf(draft, sizeof draft, "%s", scratch_path("draft"));
	FILE *f = fopen(draft, "we");
	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	fclose(f);
	must(rename(draft, path), path);
	return path;
}

Test(admission, without_rules_everybody_may)
{
	cr_assert_eq(open_rules(&(struct admission_request){ 0 }), 0);
	cr_assert_null(admission);
	cr_assert(lets("192.0.2.1"));
	cr_assert_eq(admission_refused(admission), 0);
}

Test(admission, with_any_allow_what_is_not_allowed_is_refused)
{
	static const char *const allow[] = { "10.0.0.0/8", "::1" };

	cr_assert_eq(open_rules(&(struct admission_request){ .allow = { allow, 2, NULL } }), 0);
	cr_assert(lets("10.1.2.3") && lets("::1") && lets("::ffff:10.1.2.3"));
	cr_assert(!lets("11.0.0.1") && !lets("::2"));
	cr_assert_eq(admission_refused(admission), 2);
}

Test(admission, deny_wins)
{
	static const char *const allow[] = { "10.0.0.0/8" }, *const deny[] = { "10.1.0.0/16" };

	cr_assert_eq(
		open_rules(&(struct admission_request){ { allow, 1, NULL }, { deny, 1, NULL } }),
		0);
	cr_assert(lets("10.2.0.1") && !lets("10.1.0.1") && !lets("192.0.2.1"));
}

Test(admission, deny_alone_lets_the_others_in)
{
	static const char *const deny[] = { "10.1.0.0/16" };

	cr_assert_eq(open_rules(&(struct admission_request){ .deny = { deny, 1, NULL } }), 0);
	cr_assert(lets("10.2.0.1") && !lets("10.1.0.1") && lets("2001:db8::1"));
}

Test(admission, a_changed_file_is_read_again)
{
	struct admission_request request = { .allow.file = rewrite("10.0.0.1\n") };

	cr_assert_eq(open_rules(&request), 0);
	cr_assert(lets("10.0.0.1") && !lets("10.0.0.2"));
	rewrite("10.0.0.2\n");
	cr_assert(!lets("10.0.0.1") && lets("10.0.0.2"));
	rewrite("");
	cr_assert_not(lets("10.0.0.2"), "an empty list allows nobody");
}

Test(admission, a_file_that_became_bad_changes_nothing_and_is_told_once)
{
	struct admission_request request = { .deny.file = rewrite("10.0.0.1\n") };

	cr_assert_eq(open_rules(&request), 0);
	rewrite("10.0.0.2\n10.0.0.999\n");
	cr_assert(!lets("10.0.0.1") && lets("10.0.0.2"));
	cr_assert(has_told("the access rules stay as they were: "));
	cr_assert(has_told("rules line 2: '10.0.0.999'"));
	must(truncate(told, 0), told);
	cr_assert_not(lets("10.0.0.1"));
	cr_assert_not(has_told("stay"));
	must(unlink(request.deny.file), "unlink");
	cr_assert_not(lets("10.0.0.1"));
	cr_assert(has_told("No such file"));
	rewrite("10.0.0.3\n");
	cr_assert(lets("10.0.0.1") && !lets("10.0.0.3"));
}

Test(admission, bad_rules_stop_the_start)
{
	static const char *const bad[] = { "10.0.0.0/33" };
	struct admission_request words = { .allow = { bad, 1, NULL } };
	struct admission_request file = { .deny.file = rewrite("1.2.3\n") };
	struct admission_request none = { .deny.file = "/none/such" };

	cr_assert_eq(open_rules(&words), -1);
	cr_assert(err.domain == ERR_USAGE && strstr(err.detail, "--allow '10.0.0.0/33'"), "%s",
	          err.detail);
	cr_assert(open_rules(&file) == -1 && err.domain == ERR_USAGE);
	cr_assert(open_rules(&none) == -1 && err.domain == ERR_LOCAL && err.code == ENOENT);
	cr_assert_null(admission);
}

/* getaddrinfo gives what /etc/hosts says of localhost; an observer makes it fail. */
static int fail_lookup(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_GETADDRINFO ? EIO : 0;
}

/* What ends the turning: the rules are there, or the time is over. */
struct turning {
	struct timer look, late;
	const char *words;
	bool over;
};

static void turning_look(struct timer *timer)
{
	struct turning *t = CONTAINER_OF(timer, struct turning, look);

	if (has_told(t->words))
		loop_stop(loop);
	else
		loop_timer(loop, timer, nsec_after(loop_now(loop), NSEC_PER_MSEC));
}

static void turning_late(struct timer *timer)
{
	CONTAINER_OF(timer, struct turning, late)->over = true;
	loop_stop(loop);
}

static void turn_until_told(const char *words)
{
	struct turning t = { { .fire = turning_look }, { .fire = turning_late }, words, false };

	loop_timer(loop, &t.look, 0);
	loop_timer(loop, &t.late, nsec_after(loop_now(loop), 20 * NSEC_PER_SEC));
	cr_assert_eq(loop_run(loop, &err), 0);
	loop_timer_cancel(loop, &t.look);
	loop_timer_cancel(loop, &t.late);
	cr_assert_not(t.over, "nothing was told of '%s'", words);
}

Test(admission, a_name_in_a_changed_file_is_looked_up_while_the_loop_turns)
{
	struct admission_request request = { .allow.file = rewrite("10.0.0.1\n") };
	struct report *report = report_new();

	cr_assert_eq(report_configure(report, &(struct report_config){ .verbose = 1 }, &err), 0);
	cr_assert_eq(admission_open(loop, &request, report, &admission, &err), 0);
	rewrite("localhost\n10.0.0.2");
	cr_assert(lets("10.0.0.1") && !lets("127.0.0.1"), "before the name is known");
	turn_until_told("the access rules are read again: ");
	cr_assert(lets("127.0.0.1") && lets("10.0.0.2") && !lets("10.0.0.1"));
}

Test(admission, a_name_that_cannot_be_found_again_changes_nothing)
{
	struct admission_request request = { .allow.file = rewrite("10.0.0.1\n") };
	struct sys_observer observer = { .before = fail_lookup };

	cr_assert_eq(open_rules(&request), 0);
	rewrite("localhost\n10.0.0.2");
	sys_observe(&observer);
	cr_assert(lets("10.0.0.1"));
	turn_until_told("the access rules stay as they were: ");
	sys_observe(NULL);
	cr_assert(lets("10.0.0.1") && !lets("10.0.0.2"));
}

Test(admission, users_of_unix_sockets)
{
	char rule[32];
	const char *const words[] = { rule };
	struct addr a;
	int ends[2];

	(void)snprintf(rule, sizeof rule, "uid=%u", geteuid());
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	cr_assert_eq(addr_local(&a, "/s", false, &err), 0);
	cr_assert_eq(open_rules(&(struct admission_request){ .deny = { words, 1, NULL } }), 0);
	cr_assert_not(admission_lets(admission, ends[0], &a));
	admission_close(admission);
	(void)snprintf(rule, sizeof rule, "uid=%u", geteuid() + 1);
	cr_assert_eq(open_rules(&(struct admission_request){ .deny = { words, 1, NULL } }), 0);
	cr_assert(admission_lets(admission, ends[0], &a));
}

static int fail_getsockopt(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_GETSOCKOPT ? ENOBUFS : 0;
}

Test(admission, a_user_who_cannot_be_found_out_is_refused)
{
	static const char *const words[] = { "uid=4294967294" };
	struct sys_observer observer = { .before = fail_getsockopt };
	struct addr a;
	int ends[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	cr_assert_eq(addr_local(&a, "/s", false, &err), 0);
	cr_assert_eq(open_rules(&(struct admission_request){ .deny = { words, 1, NULL } }), 0);
	cr_assert(admission_lets(admission, ends[0], &a));
	sys_observe(&observer);
	bool let = admission_lets(admission, ends[0], &a);
	sys_observe(NULL);
	cr_assert_not(let);
}

/* Neither at start nor later: it could be read once, and opening it may wait for ever. */
Test(admission, rules_are_not_read_from_a_pipe)
{
	struct admission_request request = { .deny.file = scratch_path("pipe") };

	must(mkfifo(request.deny.file, 0600), "mkfifo");
	cr_assert(open_rules(&request) == -1 && err.domain == ERR_USAGE, "%s", err.detail);
	request.deny.file = rewrite("10.0.0.1\n");
	cr_assert_eq(open_rules(&request), 0);
	must(unlink(request.deny.file), "unlink");
	must(mkfifo(request.deny.file, 0600), "mkfifo");
	cr_assert(!lets("10.0.0.1") && lets("10.0.0.2"));
	cr_assert(has_told("stay as they were: "));
}

Test(admission, names_mean_the_addresses_that_they_have)
{
	static const char *const allow[] = { "localhost" };

	cr_assert_eq(open_rules(&(struct admission_request){ .allow = { allow, 1, NULL } }), 0,
	             "%s", err.detail);
	cr_assert(lets("127.0.0.1") && !lets("10.0.0.1"));
}

Test(admission, a_name_that_is_not_found_stops_the_start)
{
	static const char *const allow[] = { "localhost" };
	struct sys_observer observer = { .before = fail_lookup };

	sys_observe(&observer);
	cr_assert_eq(open_rules(&(struct admission_request){ .allow = { allow, 1, NULL } }), -1);
	sys_observe(NULL);
	cr_assert_null(admission);
}
