/*
 * sockit services with each of its calls to the system made to fail: there is another way, or it
 * says so and ends with 7. Status 0 with something missing is what must not be.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "sys/call.h"

/* src/main.c, compiled under another name. */
int sockit_main(int argc, char **argv);

enum { WORDS_MAX = 8 };

/* Calls that look for processes are many, and none of them may matter. */
enum which { OTHERS, LOOKS };

struct fault {
	enum which which;
	unsigned nth; /* from 1; 0: every one */
	int error;
	bool no_netlink;
};

/* Lies in memory that the test shares with the process under test. */
static struct shared {
	unsigned calls;
	bool hit;
} * shared;

static struct fault fault;

static int fail_one(struct sys_observer *self, struct sys_call *call)
{
	bool looks = call->op == SYS_READLINK || call->op == SYS_LIST;

	(void)self;
	if (fault.no_netlink && call->op == SYS_SOCKET)
		return EPERM;
	if (looks != (fault.which == LOOKS))
		return 0;
	shared->calls++;
	if (!fault.error || (fault.nth && shared->calls != fault.nth))
		return 0;
	shared->hit = true;
	return fault.error;
}

/* The status; what it said is in the files out and err. */
static int run(const char *const *words)
{
	static struct sys_observer observer = { .before = fail_one };
	char *argv[WORDS_MAX + 2] = { (char[]){ "sockit" } };
	const char *out = scratch_path("out"), *err = scratch_path("err");
	int argc = 1, status;
	pid_t pid;

	shared->calls = 0;
	shared->hit = false;
	for (; words[argc - 1]; argc++)
		argv[argc] = strdup(words[argc - 1]);
	fflush(NULL);
	pid = must(fork(), "fork");
	if (pid == 0) {
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(open(out, O_RDWR | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open(err, O_RDWR | O_CREAT | O_TRUNC, 0600), 2);
		alarm(20);
		sys_observe(&observer);
		_exit(sockit_main(argc, argv));
	}
	must(waitpid(pid, &status, 0), "waitpid");
	cr_assert(WIFEXITED(status), "signal %d, call %u fails with %s", WTERMSIG(status),
	          fault.nth, strerrorname_np(fault.error));
	return WEXITSTATUS(status);
}

/* Every line of WANT is in OUT, as far as it does not depend on who has a socket. */
static void expect_whole(const char *want, const char *out)
{
	char line[512];

	for (; *want; want += strcspn(want, "\n") + 1) {
		const char *end = strstr(want, ",\"process\"");
		size_t n = strcspn(want, "\n");

		if (end && (size_t)(end - want) < n)
			n = (size_t)(end - want);
		snprintf(line, sizeof line, "%.*s", (int)n, want);
		cr_assert_not_null(strstr(out, line), "status 0 without %s; call %u fails with %s",
		                   line, fault.nth, strerrorname_np(fault.error));
	}
}

/* Every call in its turn, until there are no more. Returns how many there were. */
static unsigned sweep(const char *const *words, const char *want)
{
	static const int errors[] = { EMFILE, ENOMEM, EIO, EACCES, EINTR };
	unsigned hits = 0;

	for (size_t e = 0; e < ARRAY_LEN(errors); e++) {
		fault.error = errors[e];
		for (fault.nth = 1;; fault.nth++) {
			int status = run(words);

			if (!shared->hit)
				break;
			hits++;
			cr_assert(status == 0 || (status == 7 && errors[e] != EINTR),
			          "status %d, call %u fails with %s", status, fault.nth,
			          strerrorname_np(fault.error));
			if (status == 0)
				expect_whole(want, scratch_read(scratch_path("out")));
			else
				cr_assert_not_null(strstr(scratch_read(scratch_path("err")),
				                          "sockit services: cannot "),
				                   "call %u fails with %s", fault.nth,
				                   strerrorname_np(fault.error));
		}
	}
	fault = (struct fault){ .no_netlink = fault.no_netlink };
	return hits;
}

static const char *clean(const char *const *words)
{
	cr_assert_eq(run(words), 0);
	return scratch_read(scratch_path("out"));
}

static void prepare(void)
{
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	              0);
	cr_assert_neq(shared, MAP_FAILED);
}

TestSuite(services_faults, .init = prepare);

Test(services_faults, of_a_look_up)
{
	static const char *const words[] = { "services", "http", "7-9", "22/tcp", NULL };
	const char *want = clean(words);

	cr_assert(strstr(want, "http") && strstr(want, "echo") && strstr(want, "ssh"));
	cr_assert(sweep(words, want) >= 5 * 4);
}

static void sweep_sockets(bool no_netlink)
{
	static const char *const words[] = { "services", "--in-use", "--json", NULL };
	struct place v4, v6, local;
	const char *want;

	netns_enter();
	peer_listen(NET_V4, &v4);
	peer_listen(NET_V6, &v6);
	peer_listen(NET_UNIX, &local);
	peer_connect(&v6);
	fault.no_netlink = no_netlink;
	want = clean(words);
	cr_assert(strstr(want, v4.port) && strstr(want, v6.port) && strstr(want, local.host));
	cr_assert(strstr(want, ",\"process\""));
	cr_assert(sweep(words, want) >= 5 * 15);
	/* Without anything of /proc only the processes are missing. */
	fault.which = LOOKS;
	fault.error = EACCES;
	cr_assert_eq(run(words), 0);
	expect_whole(want, scratch_read(scratch_path("out")));
	cr_assert_null(strstr(scratch_read(scratch_path("out")), ",\"process\""));
}

Test(services_faults, of_sockets_by_netlink)
{
	sweep_sockets(false);
}

Test(services_faults, of_sockets_by_proc)
{
	sweep_sockets(true);
}
