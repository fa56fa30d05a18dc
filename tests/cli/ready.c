/* Telling that a server can be reached: --ready-fd, --port-file, NOTIFY_SOCKET; and --user, before anybody comes. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* The servers for many come last. */
enum { FIRST_OF_MANY = 3 };
static const char *const modes[][8] = {
	{ "listen", "127.0.0.1:0" },
	{ "listen", "udp:127.0.0.1:0", "-d" },
	{ "listen", "127.0.0.1:0", "--sh-exec", "cat" },
	{ "listen", "127.0.0.1:0", "-k", "--sh-exec", "cat" },
	{ "echo-serve", "127.0.0.1:0" },
	{ "echo-serve", "udp:127.0.0.1:0" },
	{ "echo-serve", "127.0.0.1:0", "--threads", "2" },
	{ "echo-serve", "127.0.0.1:0", "--model", "thread" },
	{ "echo-serve", "127.0.0.1:0", "--model", "fork" },
	{ "echo-serve", "127.0.0.1:0", "--model", "iterative" },
};

/* A manager's socket, at PATH or, behind '@', of an abstract name. */
static int manager_at(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
	size_t len = strlen(name);

	cr_assert(len < sizeof a.sun_path);
	memcpy(a.sun_path, name, len);
	if (name[0] == '@')
		a.sun_path[0] = '\0';
	must(bind(fd, (struct sockaddr *)&a,
	          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	     name);
	return fd;
}

static void one_is_notified(const char *name, const char *const *mode, bool many)
{
	int manager = manager_at(name);
	char variable[160];
	const char *port = scratch_path("port");

	(void)unlink(port);
	(void)snprintf(variable, sizeof variable, "NOTIFY_SOCKET=%s", name);
	struct child child = child_start(&(struct plan){
		.args = mode,
		.more = WORDS("--port-file", port),
		.env = WORDS(variable),
		.in = { .kind = END_PIPE },
	});
	dgram_expect(manager, "READY=1");
	cr_assert_not_null(scratch_read(port), "the port is there by then");
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	if (many)
		dgram_expect(manager, "STOPPING=1");
	cr_assert_eq(recv(manager, variable, sizeof variable, MSG_DONTWAIT), -1);
	close(manager);
}

Test(ready, a_service_manager_is_told_in_every_mode)
{
	char abstract[64];

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		one_is_notified(scratch_fresh(), modes[i], i >= FIRST_OF_MANY);
		(void)snprintf(abstract, sizeof abstract, "@sockit-test-%d-%zu", (int)getpid(), i);
		one_is_notified(abstract, modes[i], i >= FIRST_OF_MANY);
	}
}

Test(ready, a_manager_that_cannot_be_told_ends_nothing)
{
	static const char *const bad[][2] = {
		{ "NOTIFY_SOCKET=/none/such", "No such file or directory" },
		{ "NOTIFY_SOCKET=relative", "Address family not supported" },
		{ "NOTIFY_SOCKET=@", "Invalid argument" },
		{ "NOTIFY_SOCKET=@sockit-test-nobody", "Connection refused" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct plan plan = { .args = WORDS("-v"), .env = WORDS(bad[i][0]) };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_V4, &place);
		int fd = peer_connect(&place);

		peer_send(fd, "hello");
		peer_expect(fd, "hello");
		close(fd);
		echo_serve_end(&server);
		child_says(&server, "the service manager cannot be told (NOTIFY_SOCKET): ");
		child_says(&server, bad[i][1]);
	}
}

/* A queue that is full for a while: one more waits for room. */
Test(ready, a_manager_that_is_busy_is_waited_for)
{
	const char *name = scratch_fresh();
	int manager = manager_at(name), filler = manager_at(scratch_fresh());
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char variable[160], said[16] = "";
	unsigned count = 0;

	memcpy(a.sun_path, name, strlen(name));
	must(connect(filler, (struct sockaddr *)&a, sizeof a), "connect");
	while (send(filler, "full", 4, MSG_DONTWAIT) == 4)
		count++;
	(void)snprintf(variable, sizeof variable, "NOTIFY_SOCKET=%s", name);
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "-v", "127.0.0.1:0"),
		.env = WORDS(variable),
	});
	child_await_err(&child, "listening");
	for (unsigned i = 0; i < count; i++)
		dgram_expect(manager, "full");
	size_t n = dgram_receive(manager, said, sizeof said);
	cr_assert(n == 7 && memcmp(said, "READY=1", 7) == 0);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	close(manager);
	close(filler);
}

Test(ready, a_descriptor_hears_in_every_mode)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct child child = child_start(&(struct plan){
			.args = modes[i],
			.more = WORDS("--ready-fd", "9"),
			.wrap = WORDS("sh", "-c", "exec \"$0\" \"$@\" 9>&1 >/dev/null"),
			.in = { .kind = END_PIPE },
			.out = { .kind = END_PIPE },
		});
		char line[2];

		cr_assert(peer_poll(child.out, POLLIN, clock_after(PATIENCE)));
		cr_assert(read(child.out, line, 2) == 1 && line[0] == '\n');
		/* It is closed: the end is seen while sockit runs. */
		cr_assert(peer_poll(child.out, POLLIN | POLLHUP, clock_after(PATIENCE)));
		cr_assert_eq(read(child.out, line, 1), 0);
		child_signal(&child, SIGTERM);
		child_expect(&child, 128 + SIGTERM);
	}
}

Test(ready, a_descriptor_that_is_not_open_is_refused_before_anything_is_opened)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct child child = child_run(&(struct plan){
			.args = modes[i], .more = WORDS("-v", "--ready-fd", "77") });

		child_expect(&child, 7);
		child_says(&child, "descriptor 77: Bad file descriptor");
		child_silent_about(&child, "listening");
	}
}

Test(ready, every_model_becomes_another_user_before_anybody_is_let_in)
{
	if (geteuid() != 0)
		skip("only root becomes another user");
	for (size_t i = FIRST_OF_MANY; i < ARRAY_LEN(modes); i++) {
		const char *port = scratch_fresh();
		char name[64], variable[160], status[64];

		/* The other user may go to no folder of ours. */
		(void)snprintf(name, sizeof name, "@sockit-test-%d-%zu", (int)getpid(), i);
		(void)snprintf(variable, sizeof variable, "NOTIFY_SOCKET=%s", name);
		int manager = manager_at(name);
		struct child child = child_start(&(struct plan){
			.args = modes[i],
			.more = WORDS("--user", "65534:1", "--port-file", port),
			.env = WORDS(variable),
		});
		dgram_expect(manager, "READY=1");
		(void)snprintf(status, sizeof status,
		               "grep -qP '^Uid:\\t65534\\t65534\\t65534' "
		               "/proc/%d/status",
		               (int)child.pid);
		child_sh(status);
		echo_serve_end(&child);
		close(manager);
	}
	sockit_expect(WORDS("echo-serve", "--user", "no-such-user", "127.0.0.1:0"), 7);
}
