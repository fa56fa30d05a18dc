/* loop/resolver: names looked up in a thread, numbers at once, and leaving early. */
#include "loop/resolver.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "sys/call.h"

/* An observer that makes getaddrinfo slow, or fail. */
static struct {
	struct sys_observer observer;
	double delay;
	int error;
	atomic_uint asked, answered;
} name_server;

static int before_lookup(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op != SYS_GETADDRINFO)
		return 0;
	atomic_fetch_add(&name_server.asked, 1);
	clock_pause(name_server.delay);
	return name_server.error;
}

static void after_lookup(struct sys_observer *self, const struct sys_call *call)
{
	(void)self;
	if (call->op == SYS_GETADDRINFO)
		atomic_fetch_add(&name_server.answered, 1);
}

static void observe(double delay, int error)
{
	name_server.observer = (struct sys_observer){ before_lookup, after_lookup };
	name_server.delay = delay;
	name_server.error = error;
	sys_observe(&name_server.observer);
}

/* The threads that were left behind are done. */
static bool all_answered(void *arg)
{
	(void)arg;
	return atomic_load(&name_server.asked) == atomic_load(&name_server.answered);
}

struct answer {
	struct loop *loop;
	struct addr_list list;
	struct err err;
	int calls, failed;
};

static void answered(void *context, struct addr_list *list, const struct err *err)
{
	struct answer *a = context;

	a->calls++;
	a->failed = err != NULL;
	if (err)
		a->err = *err;
	else
		a->list = *list;
	loop_stop(a->loop);
}

static struct loop *new_loop(void)
{
	struct err err;
	struct loop *loop = loop_new(&err);

	cr_assert_not_null(loop);
	return loop;
}

static struct answer ask(const struct lookup_question *question)
{
	struct answer a = { .loop = new_loop() };
	struct lookup *lookup;
	struct err err;

	cr_assert_eq(lookup_start(a.loop, question, answered, &a, &lookup, &err), 0, "%s",
	             err.detail);
	cr_assert_eq(a.calls, 0, "called before the loop ran");
	cr_assert_eq(loop_run(a.loop, &err), 0);
	cr_assert_eq(a.calls, 1);
	loop_free(a.loop);
	return a;
}

Test(resolver, a_name_has_its_addresses_with_the_port)
{
	struct answer a = ask(&(struct lookup_question){ .host = "localhost", .port = 4321 });

	cr_assert(!a.failed, "%s", a.err.detail);
	cr_assert(a.list.count > 0);
	for (size_t i = 0; i < a.list.count; i++)
		cr_assert_eq(addr_port(&a.list.at[i]), 4321);
	addr_list_free(&a.list);
}

Test(resolver, a_family_can_be_asked_for)
{
	struct answer a = ask(&(struct lookup_question){ .host = "localhost", .family = AF_INET });

	cr_assert(!a.failed);
	for (size_t i = 0; i < a.list.count; i++)
		cr_assert_eq(a.list.at[i].at.any.sa_family, AF_INET);
	addr_list_free(&a.list);
}

Test(resolver, nobody_has_a_name_under_invalid)
{
	struct answer a = ask(&(struct lookup_question){ .host = "no-such-name.invalid" });

	cr_assert(a.failed);
	cr_assert_eq(a.err.domain, ERR_RESOLVE);
	cr_assert_str_eq(a.err.op, "resolve");
	cr_assert_str_eq(a.err.subject, "no-such-name.invalid");
}

/* A lack of this machine is not the name's fault. */
Test(resolver, failures_of_this_machine_are_local)
{
	static const struct {
		int error;
		enum err_domain domain;
	} rows[] = { { EMFILE, ERR_LOCAL }, { ENOMEM, ERR_LOCAL }, { ECONNREFUSED, ERR_RESOLVE } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		observe(0, rows[i].error);
		struct answer a = ask(&(struct lookup_question){ .host = "localhost" });
		sys_observe(NULL);
		cr_assert(a.failed);
		cr_assert_eq(a.err.domain, rows[i].domain, "%s", strerror(rows[i].error));
	}
}

static int numeric(const char *host, bool only, struct addr_list *list, struct err *err)
{
	struct lookup_question question = { .host = host, .port = 5, .numeric = only };

	return lookup_numeric(&question, list, err);
}

Test(resolver, numbers_need_no_thread)
{
	static const struct {
		const char *host;
		int family; /* AF_UNSPEC: no number */
	} rows[] = {
		{ "127.0.0.1", AF_INET },   { "127.1", AF_INET },        { "0x7f000001", AF_INET },
		{ "::1", AF_INET6 },        { "2001:db8::7", AF_INET6 }, { "fe80::1%lo", AF_INET6 },
		{ "localhost", AF_UNSPEC }, { "1.2.3.4.5", AF_UNSPEC },  { "a.b", AF_UNSPEC },
		{ "256.1.1.1", AF_UNSPEC }, { "abc", AF_UNSPEC },
	};
	struct addr_list list;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		list = (struct addr_list){ 0 };
		int result = numeric(rows[i].host, false, &list, &err);
		cr_assert_eq(result, rows[i].family == AF_UNSPEC ? 1 : 0, "%s gave %d",
		             rows[i].host, result);
		if (result)
			continue;
		cr_assert_eq(list.count, 1);
		cr_assert_eq(list.at[0].at.any.sa_family, rows[i].family);
		cr_assert_eq(addr_port(&list.at[0]), 5);
		addr_list_free(&list);
	}
}

Test(resolver, numeric_alone_refuses_names_with_status_3)
{
	struct addr_list list = { 0 };
	struct err err;

	cr_assert_eq(numeric("localhost", true, &list, &err), -1);
	cr_assert_eq(err.domain, ERR_RESOLVE);
	cr_assert_eq(err.code, EAI_NONAME);
	cr_assert_eq(numeric("::1", true, &list, &err), 0);
	addr_list_free(&list);
}

Test(resolver, a_number_of_the_other_family_is_an_error)
{
	struct lookup_question question = { .host = "127.0.0.1", .family = AF_INET6 };
	struct addr_list list = { 0 };
	struct err err;

	cr_assert_eq(lookup_numeric(&question, &list, &err), -1);
	cr_assert_eq(err.domain, ERR_USAGE);
}

static int free_fd(void)
{
	int fd = must(dup(0), "dup");

	close(fd);
	return fd;
}

static bool is_free_again(void *fd)
{
	return free_fd() == *(const int *)fd;
}

Test(resolver, who_leaves_early_is_not_called)
{
	int first_fd = free_fd();
	struct lookup_question question = { .host = "localhost" };
	struct lookup *lookup;
	struct err err;

	struct answer a = { .loop = new_loop() };
	observe(0.05, 0);
	cr_assert_eq(lookup_start(a.loop, &question, answered, &a, &lookup, &err), 0);
	lookup_abandon(lookup);
	lookup_abandon(NULL);
	cr_assert(clock_watch(all_answered, NULL, clock_after(PATIENCE)));
	clock_pause(0.02);
	sys_observe(NULL);
	cr_assert_eq(a.calls, 0);
	loop_free(a.loop);
	/* The thread cleans up after itself. */
	cr_assert(clock_watch(is_free_again, &first_fd, clock_after(PATIENCE)),
	          "a descriptor was left open");
}

/* The answer is there already, but the loop has not looked. */
Test(resolver, who_leaves_late_is_not_called_either)
{
	struct answer a = { .loop = new_loop() };
	struct lookup_question question = { .host = "localhost" };
	struct lookup *lookup;
	struct err err;

	observe(0, 0);
	cr_assert_eq(lookup_start(a.loop, &question, answered, &a, &lookup, &err), 0);
	cr_assert(clock_watch(all_answered, NULL, clock_after(PATIENCE)));
	clock_pause(0.01);
	lookup_abandon(lookup);
	sys_observe(NULL);
	cr_assert_eq(a.calls, 0);
	loop_free(a.loop);
}

Test(resolver, waiting_has_a_real_deadline)
{
	struct loop *loop = new_loop();
	struct lookup_question question = { .host = "localhost" };
	struct addr_list list = { 0 };
	struct err err;
	int64_t began = clock_now();

	observe(0.5, 0);
	cr_assert_eq(lookup_wait(loop, &question, 50 * NSEC_PER_MSEC, &list, &err), -1);
	cr_assert(clock_since(began) >= 0.05);
	cr_assert(clock_since(began) < 0.4, "%f s", clock_since(began));
	cr_assert_eq(err.domain, ERR_TIME);
	cr_assert(strstr(err.detail, "0.05 s"), "%s", err.detail);
	cr_assert(clock_watch(all_answered, NULL, clock_after(PATIENCE)));
	clock_pause(0.02);
	sys_observe(NULL);
	/* In time. */
	cr_assert_eq(lookup_wait(loop, &question, 20 * NSEC_PER_SEC, &list, &err), 0);
	cr_assert(list.count > 0);
	addr_list_free(&list);
	loop_free(loop);
}

static int no_thread(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_THREAD ? EAGAIN : 0;
}

Test(resolver, without_a_thread_it_cannot_be_asked)
{
	struct sys_observer observer = { .before = no_thread };
	struct loop *loop = new_loop();
	struct lookup_question question = { .host = "localhost" };
	struct answer a = { .loop = loop };
	struct lookup *lookup;
	struct err err;

	sys_observe(&observer);
	cr_assert_eq(lookup_start(loop, &question, answered, &a, &lookup, &err), -1);
	sys_observe(NULL);
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, EAGAIN);
	loop_free(loop);
}
