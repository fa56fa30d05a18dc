/*
 * Each system call of `sockit resolve` made to fail once, whole runs in forked children: an answer
 * that is whole, or a message and a status; never a hang, never status 0 with something missing.
 */
#include "cmd/resolve.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "cli/rule.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "sys/call.h"

int sockit_main(int argc, char **argv);

enum { WORDS_MAX = 8, SECONDS_MAX = 20 };

/* Shared with the child: which call fails, and how many there were. */
static struct shared {
	struct sys_observer observer;
	atomic_int calls;
	int fail_at, error;
	enum sys_op failed;
} * shared;

static int fail_one(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (atomic_fetch_add(&shared->calls, 1) + 1 != shared->fail_at)
		return 0;
	shared->failed = call->op;
	return shared->error;
}

struct outcome {
	int status; /* as a shell has it */
	const char *out, *err;
};

static void play(char **words, int count, const char *out, const char *err)
{
	must(dup2(must(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), out), 1), "dup2");
	must(dup2(must(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), err), 2), "dup2");
	alarm(SECONDS_MAX);
	shared->observer.before = fail_one;
	sys_observe(&shared->observer);
	_exit(sockit_main(count, words));
}

static struct outcome run(const char *const *words, int fail_at, int error)
{
	const char *out = scratch_path("out"), *err = scratch_path("err");
	static char copies[WORDS_MAX][64];
	char *argv[WORDS_MAX + 1] = { NULL };
	int count = 0, status;
	pid_t pid;

	for (; words[count]; count++) {
		snprintf(copies[count], sizeof(copies[count]), "%s", words[count]);
		argv[count] = copies[count];
	}
	atomic_store(&shared->calls, 0);
	shared->fail_at = fail_at;
	shared->error = error;
	pid = must(fork(), "fork");
	if (pid == 0)
		play(argv, count, out, err);
	must(waitpid(pid, &status, 0), "waitpid");
	return (struct outcome){
		.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
		.out = scratch_read(out),
		.err = scratch_read(err),
	};
}

static const char *complaint(const struct outcome *o, const struct outcome *clean, bool varies)
{
	if (o->status >= 128)
		return "ended by a signal";
	if (o->status == 0 && !varies && strcmp(o->out, clean->out) != 0)
		return "status 0, but the answer is not whole";
	if (o->status == 0 && *clean->out && !*o->out)
		return "status 0 without an answer";
	if (o->status != 0 && !strstr(o->err, "sockit resolve: "))
		return "a status without a message";
	if (o->status == 1 || o->status == 2)
		return "the wrong status";
	return NULL;
}

static void sweep(const char *const *words, bool varies)
{
	static const int errors[] = { EMFILE, ENOMEM, EIO, EACCES, EAGAIN };
	struct outcome clean = run(words, 0, 0), o;
	int calls = atomic_load(&shared->calls);
	const char *what;

	cr_assert_eq(clean.status, 0, "%s", clean.err);
	cr_assert(calls > 5);
	for (int at = 1; at <= calls; at++) {
		for (size_t e = 0; e < ARRAY_LEN(errors); e++) {
			/* Waiting again after EAGAIN is no failure. */
			o = run(words, at, errors[e]);
			what = complaint(&o, &clean, varies);
			cr_expect_null(what, "%s %s: call %d (op %d), %s: %s\n%s%s", words[1],
			               words[2], at, (int)shared->failed,
			               strerrorname_np(errors[e]), what ? what : "", o.out, o.err);
		}
	}
}

static void make_world(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	              0);
	cr_assert_neq(shared, MAP_FAILED);
	netns_enter();
	netns_set_resolver("127.0.0.1 localhost\n::1 localhost\n",
	                   "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n");
}

#define SWEEP(...) sweep((const char *const[]){ "sockit", "resolve", __VA_ARGS__, NULL }, false)

Test(resolve, any_call_may_fail)
{
	make_world();
	SWEEP("localhost");
	SWEEP("127.0.0.1");
	SWEEP("--addrinfo", "localhost");
	SWEEP("--hostent", "localhost");
	SWEEP("--hostent", "127.0.0.1");
	SWEEP("--confirm", "localhost");
	SWEEP("-S", "http", "localhost");
}

Test(resolve, any_call_for_many_may_fail)
{
	make_world();
	SWEEP("localhost", "127.0.0.1", "::1");
	SWEEP("--file", scratch_file("names", "localhost\n127.0.0.1\n"));
	SWEEP("--jobs", "1", "-f", scratch_file("names", "localhost\n127.0.0.1\n"));
}

/* The table has the time, and what cannot be had is a dash. */
Test(resolve, any_call_for_the_table_may_fail)
{
	make_world();
	sweep((const char *const[]){ "sockit", "resolve", "-l", "localhost", NULL }, true);
}

/* The word for an option, with a value that it takes. */
static void spell(char *word, size_t size, const struct option_row *row)
{
	const char *value = NULL;

	if (row->kind == OPTION_UINT)
		value = "2";
	else if (row->kind == OPTION_DURATION)
		value = "9s";
	else if (row->kind == OPTION_CHOICE)
		value = row->choices[0].name;
	else if (strcmp(row->name, "file") == 0)
		value = scratch_path("names");
	else if (row->kind == OPTION_STRING)
		value = "80";
	snprintf(word, size, "--%s%s%s", row->name, value ? "=" : "", value ? value : "");
}

static void try_pair(const struct option_row *a, const struct option_row *b)
{
	bool file = strcmp(a->name, "file") == 0 || strcmp(b->name, "file") == 0;
	bool names_only =
		strcmp(a->name, "numeric-host") == 0 || strcmp(b->name, "numeric-host") == 0;
	char first[64], second[64];
	const char *words[] = { "sockit",
		                "resolve",
		                first,
		                second,
		                file ? NULL : names_only ? "127.0.0.1" : "localhost",
		                NULL };
	struct outcome o;

	spell(first, sizeof(first), a);
	spell(second, sizeof(second), b);
	o = run(words, 0, 0);
	if (a != b && rule_excludes(&resolve_command, a, b)) {
		cr_expect_eq(o.status, 2, "%s %s gave %d", first, second, o.status);
		cr_expect_not_null(strstr(o.err, "exclude each other"));
	} else {
		/* ::1 is no IPv4 address, and the like. */
		cr_expect(o.status == 0 || o.status == 3 || o.status == 8, "%s %s gave %d: %s",
		          first, second, o.status, o.err);
		cr_expect(o.status != 0 || *o.out, "%s %s gave nothing", first, second);
	}
}

Test(resolve, options_alone_and_in_pairs)
{
	struct command_row a, b;

	make_world();
	scratch_file("names", "127.0.0.1\n");
	for (size_t i = 0; command_row_at(&resolve_command, i, &a); i++)
		for (size_t j = 0; j <= i && command_row_at(&resolve_command, j, &b); j++)
			if (strcmp(a.row->name, "help") != 0)
				try_pair(a.row, b.row);
}
