/*
 * Telling that a server can be reached: --ready-fd, --port-file, NOTIFY_SOCKET; and --user, before
 * anybody comes.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

/* A server with FILE as its --port-file, that is ended by the caller. */
static struct child port_goes_to(const char *file)
{
	return child_start(&(struct plan){
		.args = WORDS("listen", "-v", "127.0.0.1:0", "--port-file", file) });
}

/* The long text that a test puts into a file before is no port. */
static bool has_port(void *path)
{
	const char *text = scratch_read(path);
	size_t len = text ? strlen(text) : 0;

	return len > 1 && len < 7 && text[len - 1] == '\n';
}

static void await_port(struct child *child, const char *file)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s", file);
	if (!clock_watch(has_port, path, clock_after(PATIENCE)))
		child_blame(child, "writes no port");
}

static void ends_by_signal(struct child *child)
{
	child_signal(child, SIGTERM);
	child_expect(child, 128 + SIGTERM);
}

Test(ready, a_fifo_as_port_file_is_written_into)
{
	const char *path = scratch_fresh();
	char line[16] = "";

	must(mkfifo(path, 0600), path);
	/* Nobody reads: that is said, and nothing waits. */
	struct child child = sockit_expect(WORDS("listen", "127.0.0.1:0", "--port-file", path), 7);
	child_says(&child, "(nobody reads from it)");
	int fd = must(open(path, O_RDONLY | O_NONBLOCK), path);
	child = port_goes_to(path);
	cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)));
	cr_assert(read(fd, line, sizeof line) > 1 && strchr(line, '\n'));
	ends_by_signal(&child);
	cr_assert_eq(access(path, F_OK), 0);
	close(fd);
}

Test(ready, a_link_as_port_file_stays_and_what_it_names_is_written)
{
	const char *link = scratch_fresh(),
		   *file = scratch_file("meant", "a longer text than a port\n");
	char to[256] = "";

	must(symlink(file, link), link);
	struct child child = port_goes_to(link);
	await_port(&child, link);
	ends_by_signal(&child);
	cr_assert(readlink(link, to, sizeof to - 1) > 0);
	cr_assert_str_eq(to, file);
}

Test(ready, a_socket_or_a_folder_as_port_file_is_refused_and_stays)
{
	const char *path = scratch_fresh(), *folder = scratch_fresh();
	int fd = manager_at(path);
	struct child child = sockit_expect(WORDS("listen", "127.0.0.1:0", "--port-file", path), 7);

	child_says(&child, "neither a file nor a pipe");
	int other = manager_at(scratch_fresh());
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	memcpy(a.sun_path, path, strlen(path));
	must(connect(other, (struct sockaddr *)&a, sizeof a), "it is still there");
	must(mkdir(folder, 0700), folder);
	child = sockit_expect(WORDS("listen", "127.0.0.1:0", "--port-file", folder), 7);
	child_says(&child, "Is a directory");
	close(fd);
	close(other);
}

/* Files whose names ours might have are left alone, and ours goes. */
Test(ready, a_port_file_leaves_no_draft_and_takes_nobodys_file)
{
	const char *file = scratch_path("alone/port"),
		   *old = scratch_path("alone/port.sockit-draft");
	char line[1024];

	must(mkdir(scratch_path("alone"), 0700), "mkdir");
	close(must(open(old, O_WRONLY | O_CREAT, 0600), old));
	struct child child = child_start(&(struct plan){
		.wrap = WORDS("sh", "-c",
	                      "cd \"${0%/*}\"; : >.sockit-$$-0; : >.sockit-$$-1; exec \"$@\"", old),
		.args = WORDS("listen", "-v", "127.0.0.1:0", "--port-file", file) });
	await_port(&child, file);
	ends_by_signal(&child);
	(void)snprintf(line, sizeof line,
	               "cd '%s' && test -s port && test -e port.sockit-draft && "
	               "test -e .sockit-%d-0 && test -e .sockit-%d-1 && test $(ls -A | wc -l) = 4",
	               scratch_path("alone"), (int)child.pid, (int)child.pid);
	child_sh(line);
}
