/* Sockets that a service manager has opened: LISTEN_FDS and LISTEN_PID. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* Standard input, and output, become descriptors 3 and 4. */
static const char one[] =
	"LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=a exec \"$0\" \"$@\" 3<&0 </dev/null";
static const char two[] = "LISTEN_PID=$$ LISTEN_FDS=2 exec \"$0\" \"$@\" 3<&0 4<&1 </dev/null >&2";

static const char *const models[][3] = {
	{ "--model", "event" }, { "--threads", "3" },       { "--model", "thread" },
	{ "--model", "fork" },  { "--model", "iterative" },
};

/* A socket that listens, as a service manager makes it: blocking, unless it was told otherwise. */
static int listening(enum net net, bool blocks, struct place *place)
{
	int fd = peer_listen(net, place);
	int flags = must(fcntl(fd, F_GETFL), "fcntl");

	must(fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK), "fcntl");
	return fd;
}

static struct child start(const char *shell, int fd, int other, const char *const *args,
                          const char *const *more)
{
	return child_start(&(struct plan){
		.args = args,
		.more = more,
		.wrap = WORDS("sh", "-c", shell),
		.in = { .kind = END_FD, .fd = fd },
		.out = { .kind = other < 0 ? END_DEFAULT : END_FD, .fd = other },
	});
}

static void is_served(const struct place *place)
{
	int fd = peer_connect(place);

	peer_send(fd, "hello");
	peer_expect(fd, "hello");
	peer_shut(fd);
	peer_expect_end(fd);
	close(fd);
}

Test(passed, every_model_serves_at_them_and_leaves_them_as_they_were)
{
	for (size_t i = 0; i < 2 * NET_COUNT * ARRAY_LEN(models); i++) {
		enum net net = i / 2 % NET_COUNT;
		struct timeval timeout = { .tv_sec = 7 }, after;
		socklen_t len = sizeof after;
		struct place place;
		int fd = listening(net, i % 2, &place);
		int flags = fcntl(fd, F_GETFL);

		must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout), "timeout");
		struct child server = start(one, fd, -1, WORDS("echo-serve", "--max-accepts", "3"),
		                            models[i / 2 / NET_COUNT]);
		for (int k = 0; k < 3; k++)
			is_served(&place);
		echo_serve_expect(&server, 0);
		child_said_nothing(&server);
		cr_assert_eq(fcntl(fd, F_GETFL), flags);
		must(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &after, &len), "timeout");
		cr_assert_eq(after.tv_sec, 7);
		/* Somebody comes while nobody serves, and is served by the next. */
		int waits = peer_connect(&place);
		server = start(one, fd, -1, WORDS("echo-serve", "--max-accepts", "1"),
		               models[i / 2 / NET_COUNT]);
		peer_send(waits, "hello");
		peer_expect(waits, "hello");
		close(waits);
		echo_serve_expect(&server, 0);
		if (net == NET_UNIX)
			cr_assert_eq(access(place.host, F_OK), 0, "the path is not ours");
		close(fd);
	}
}

/* Two at one socket that blocks: who was too late must not wait in accept(2), deaf to signals. */
Test(passed, two_servers_may_share_one)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place;
		int fd = listening(NET_V4, true, &place);
		struct child a = start(one, fd, -1, WORDS("echo-serve"), models[i]);
		struct child b = start(one, fd, -1, WORDS("echo-serve"), models[i]);

		for (int k = 0; k < 50; k++)
			is_served(&place);
		echo_serve_end(&a);
		is_served(&place);
		echo_serve_end(&b);
		close(fd);
	}
}

Test(passed, several_are_served_at_once)
{
	struct place first, second;
	int a = listening(NET_V4, true, &first), b = listening(NET_UNIX, true, &second);
	struct child server = start(two, a, b, WORDS("echo-serve", "--service", "upper"), NULL);
	int fds[2] = { peer_connect(&first), peer_connect(&second) };

	for (int i = 0; i < 2; i++) {
		peer_send(fds[i], "hello\n");
		peer_expect(fds[i], "HELLO\n");
		close(fds[i]);
	}
	echo_serve_end(&server);
	close(a);
	close(b);
}

Test(passed, datagrams)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place = place_any(NET_V4);
		int fd = dgram_bind(NET_V4, &place);
		struct child server = start(one, fd, -1, WORDS("echo-serve"), models[i]);
		int client = echo_serve_dgram(&place);

		dgram_send_text(client, "hello");
		dgram_expect(client, "hello");
		close(client);
		close(fd);
		echo_serve_end(&server);
	}
}

Test(passed, listen_takes_one_client_or_datagrams_of_anybody)
{
	struct place place;
	int fd = listening(NET_V6, true, &place);
	const char *port = scratch_path("port");
	struct child child = start(one, fd, -1, WORDS("listen", "-v", "--port-file", port), NULL);
	int client = peer_connect(&place);

	peer_send(client, "from a client");
	peer_shut(client);
	peer_expect_end(client);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "from a client");
	child_says(&child, "listening on ::1 ");
	cr_assert_eq(strncmp(scratch_read(port), place.port, strlen(place.port)), 0);
	close(client);
	close(fd);

	fd = dgram_bind(NET_V4, &place);
	child = start(one, fd, -1, WORDS("listen", "-d", "--max-datagrams", "1"), NULL);
	client = echo_serve_dgram(&place);
	dgram_send_text(client, "a datagram");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "a datagram");
	close(client);
	close(fd);
}

/* Also what is not for the program: it is told nothing of the sockets, and has none of them. */
Test(passed, programs_know_nothing_of_them)
{
	struct place place;
	int fd = listening(NET_V4, true, &place);
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "--sh-exec", "env; ls /proc/self/fd; cat >/dev/null"),
		.wrap = WORDS("sh", "-c", one),
		.in = { .kind = END_FD, .fd = fd },
		.env = WORDS("NOTIFY_SOCKET=/none", "LISTEN_PIDFDID=1", "MINE=kept",
	                     "LISTEN_PORT=kept"),
	});
	int client = peer_connect(&place);
	char said[8192];
	ssize_t n, len = 0;

	peer_shut(client);
	while (peer_poll(client, POLLIN, clock_after(PATIENCE)) &&
	       (n = recv(client, said + len, sizeof said - 1 - (size_t)len, 0)) > 0)
		len += n;
	said[len] = '\0';
	child_expect(&child, 0);
	cr_assert(strstr(said, "MINE=kept") && strstr(said, "SOCKIT_PEER_ADDR="), "%s", said);
	cr_assert(strstr(said, "LISTEN_PORT=kept"), "only what sd_listen_fds(3) reads: %s", said);
	cr_assert(!strstr(said, "LISTEN_PID") && !strstr(said, "LISTEN_FD"), "%s", said);
	cr_assert(!strstr(said, "NOTIFY_SOCKET"), "%s", said);
	close(client);
	close(fd);
}

Test(passed, a_client_waits_in_no_receive_timeout)
{
	struct place place;
	int fd = listening(NET_V4, true, &place);
	/* cat reads a socket that blocks, and must not be told EAGAIN. */
	struct child child = start(one, fd, -1, WORDS("listen", "--sh-exec", "cat"), NULL);
	int client = peer_connect(&place);

	peer_expect_nothing(client, 0.1);
	peer_send(client, "late");
	peer_expect(client, "late");
	peer_shut(client);
	peer_expect_end(client);
	child_expect(&child, 0);
	close(client);
	close(fd);
}

Test(passed, many_get_a_program_each)
{
	struct place place;
	int fd = listening(NET_V4, true, &place);
	struct child child = start(one, fd, -1, WORDS("listen", "-k", "--max-accepts", "3"),
	                           WORDS("--sh-exec", "cat"));

	for (int i = 0; i < 3; i++)
		is_served(&place);
	child_expect(&child, 0);
	close(fd);
}

Test(passed, those_of_another_process_are_not_ours)
{
	static const char other[] = "LISTEN_PID=1 LISTEN_FDS=1 exec \"$0\" \"$@\" 3<&0 </dev/null";
	struct place place;
	int fd = listening(NET_V4, true, &place);
	struct child child = start(other, fd, -1, WORDS("listen"), NULL);

	child_expect(&child, 2);
	child_says(&child, "no ENDPOINT given");
	close(fd);
}

Test(passed, an_endpoint_that_is_given_is_used)
{
	struct place place, own = place_any(NET_UNIX);
	int fd = listening(NET_V4, true, &place);
	struct child child = start(one, fd, -1, WORDS("echo-serve", "-v", own.word), NULL);

	child_await_err(&child, "listening on unix:");
	is_served(&own);
	echo_serve_end(&child);
	close(fd);
}

Test(passed, what_cannot_be_is_refused)
{
	static const struct {
		const char *shell;
		const char *args[6];
		const char *said;
	} rows[] = {
		{ "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" </dev/null",
		  { "listen" },
		  "descriptor 3 is not open" },
		{ "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" 3</dev/null",
		  { "echo-serve" },
		  "descriptor 3 is no socket" },
		{ "LISTEN_PID=$$ LISTEN_FDS=x exec \"$0\" \"$@\"",
		  { "listen" },
		  "LISTEN_FDS: 'x' is not in 0-64" },
		{ "LISTEN_PID=$$ LISTEN_FDS=65 exec \"$0\" \"$@\"",
		  { "listen" },
		  "LISTEN_FDS: '65' is not in 0-64" },
		{ "LISTEN_PID=-1 LISTEN_FDS=1 exec \"$0\" \"$@\"",
		  { "listen" },
		  "LISTEN_PID: '-1' is no process" },
		{ one,
		  { "listen", "--backlog", "5" },
		  "--backlog has no meaning for sockets that" },
		{ one, { "listen", "-s", "::1" }, "-s has no meaning for sockets that are passed" },
		{ one, { "echo-serve", "-4" }, "-4 has no meaning for sockets that are passed" },
		{ one, { "echo-serve", "-u" }, "-u has no meaning for sockets that are passed" },
		{ one,
		  { "listen", "--reuse-port" },
		  "--reuse-port has no meaning for sockets that are passed" },
		{ one,
		  { "echo-serve", "--sockopt", "SO_REUSEPORT=on" },
		  "--sockopt reuseport has no meaning for sockets that are passed" },
		{ one, { "listen", "--tag" }, "--tag needs --keep-open for 127.0.0.1 port " },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct place place;
		int fd = listening(NET_V4, true, &place);
		struct child child = start(rows[i].shell, fd, -1, rows[i].args, NULL);

		child_expect(&child, 2);
		child_says(&child, rows[i].said);
		close(fd);
	}
}

Test(passed, a_connection_and_a_mixture_are_refused)
{
	struct place place, other;
	int fd = listening(NET_V4, true, &place), local = listening(NET_UNIX, true, &other);
	int client = peer_connect(&place);
	struct child child = start(one, client, -1, WORDS("listen"), NULL);

	child_expect(&child, 2);
	child_says(&child, "descriptor 3 does not listen");
	child_says(&child, "Accept=no");
	child = start(two, fd, local, WORDS("listen"), NULL);
	child_expect(&child, 2);
	child_says(&child, "of different kinds: 127.0.0.1 port ");
	close(client);
	close(local);
	close(fd);
}

Test(passed, who_may_come_in_is_asked_there_too)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place;
		int fd = listening(NET_V4, true, &place);
		struct child server =
			start(one, fd, -1, WORDS("echo-serve", "--deny", "127.0.0.1"), models[i]);
		int client = peer_connect(&place);

		peer_expect_end(client);
		close(client);
		echo_serve_end(&server);
		close(fd);
	}
}
