/*
 * --sockopt and -vv: what was asked for is what the kernel has, or it is an error that says why
 * not.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/*
 * ---- What the kernel has
 * -------------------------------------------------------------------------
 */

/* The child's own connected socket, through the kernel and not through what sockit says. */
static int connected_socket(const struct child *child)
{
	enum { FDS = 32 };

	for (int fd = 3; fd < FDS; fd++) {
		struct sockaddr_storage peer;
		socklen_t size = sizeof peer;
		int got = (int)syscall(SYS_pidfd_getfd, child->pidfd, fd, 0);

		if (got < 0 && errno == EPERM)
			skip("pidfd_getfd is not allowed here");
		if (got < 0)
			continue;
		if (getpeername(got, (struct sockaddr *)&peer, &size) == 0)
			return got;
		close(got);
	}
	fail("%s: has no connected socket", child->command);
}

static void expect_option(const struct child *child, int level, int name, int wanted)
{
	int fd = connected_socket(child), value = -1;
	socklen_t size = sizeof value;

	must(getsockopt(fd, level, name, &value, &size), "getsockopt");
	close(fd);
	if (value != wanted)
		child_blame(child, "option %d of level %d is %d, not %d", name, level, value,
		            wanted);
}

/* A connection over which a byte has gone, so that sockit has it. */
static struct session start(enum role role, enum net net, const char *const *args)
{
	struct plan plan = { .args = args, .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	child_feed(&s.child, "x");
	peer_expect(s.fd, "x");
	return s;
}

static void stop(struct session *s)
{
	child_end_input(&s->child);
	peer_expect_end(s->fd);
	close(s->fd);
	child_expect(&s->child, 0);
}

static void has_options(enum role role, enum net net)
{
	const char *const *args = WORDS("--sockopt", "keepalive=on", "--sockopt=TCP_KEEPIDLE=2m",
	                                "--sockopt", "tcp-user-timeout=1500ms", "--sockopt",
	                                "SO_RCVBUF=64K", "--sockopt=priority=5", "--sockopt",
	                                "tcp-keepcnt=3", "--sockopt", "tcp-keepcnt=4");
	struct session s;

	if (net == NET_UNIX) {
		s = start(role, net, WORDS("--sockopt", "sndbuf=100K"));
		expect_option(&s.child, SOL_SOCKET, SO_SNDBUF, 204800);
		stop(&s);
		return;
	}
	s = start(role, net, args);
	expect_option(&s.child, SOL_SOCKET, SO_KEEPALIVE, 1);
	expect_option(&s.child, IPPROTO_TCP, TCP_KEEPIDLE, 120);
	expect_option(&s.child, IPPROTO_TCP, TCP_USER_TIMEOUT, 1500);
	expect_option(&s.child, SOL_SOCKET, SO_RCVBUF, 131072);
	expect_option(&s.child, SOL_SOCKET, SO_PRIORITY, 5);
	expect_option(&s.child, IPPROTO_TCP, TCP_KEEPCNT, 4);
	expect_option(&s.child, IPPROTO_TCP, TCP_NODELAY, 1);
	stop(&s);
}

/* Also on a socket that was accepted, whether the kernel passes it on or not. */
Test(sockopt, is_what_the_connection_has)
{
	session_each(has_options);
}

static void has_the_last_word(enum role role, enum net net)
{
	struct session s;

	if (net == NET_UNIX)
		return;
	s = start(role, net, WORDS("--sockopt", "tcp-nodelay=off"));
	expect_option(&s.child, IPPROTO_TCP, TCP_NODELAY, 0);
	stop(&s);
}

Test(sockopt, overrides_what_sockit_sets_itself)
{
	session_each(has_the_last_word);
}

/* The other settings of the watch over a peer that has ended stay sockit's own. */
static void keeps_its_keepalive(enum role role, enum net net)
{
	struct session s;

	if (net == NET_UNIX)
		return;
	s = start(
		role, net,
		WORDS("-v", "--sockopt", "tcp-keepidle=77", "--on-peer-close", "keep", "--trace"));
	peer_shut(s.fd);
	child_await_err(&s.child, "SO_KEEPALIVE, [1]");
	expect_option(&s.child, IPPROTO_TCP, TCP_KEEPIDLE, 77);
	expect_option(&s.child, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	stop(&s);
}

Test(sockopt, keepalive_that_was_asked_for_outlives_the_peers_end)
{
	session_each(keeps_its_keepalive);
}

/* Connecting makes the kernel acknowledge as it likes again. */
Test(sockopt, what_connecting_loses_is_set_again)
{
	struct session s =
		start(CONNECT, NET_V4, WORDS("--trace", "--sockopt", "tcp-quickack=off"));

	stop(&s);
	lines_in_order(child_err(&s.child),
	               WORDS("TCP_QUICKACK, [0]", "connect(", "TCP_QUICKACK, [0]", "send("));
	cr_assert_eq(count_of(child_err(&s.child), "TCP_QUICKACK"), 2);
}

/*
 * A listener that only takes packets which no router has seen: with the usual 64 nobody gets
 * through.
 */
Test(sockopt, is_what_goes_over_the_wire)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place), minimum = 255, fd;
	struct child child;

	must(setsockopt(listener, IPPROTO_IP, IP_MINTTL, &minimum, sizeof minimum), "IP_MINTTL");
	child = child_start(&(struct plan){
		.args = WORDS("connect", "-w", "5", "--sockopt", "ip-ttl=255", place.word) });
	fd = sockit_accept(&child, listener);
	close(fd);
	child_expect(&child, 0);
}

/*
 * ---- What is told
 * --------------------------------------------------------------------------------
 */

Test(sockopt, trace_shows_each_before_the_connection)
{
	struct session s =
		start(CONNECT, NET_V4,
	              WORDS("--trace", "--sockopt", "linger=5", "--sockopt", "max-pacing-rate=1G",
	                    "--sockopt", "TCP_CONGESTION=reno", "--sockopt", "ip-tos=0x10"));
	const char *text;

	stop(&s);
	text = child_err(&s.child);
	lines_in_order(text, WORDS("TCP_NODELAY, [1]",
	                           "SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}) = 0",
	                           "SOL_SOCKET, SO_MAX_PACING_RATE, [1073741824]) = 0",
	                           "IPPROTO_TCP, TCP_CONGESTION, \"reno\") = 0",
	                           "IPPROTO_IP, IP_TOS, [16]) = 0", "connect("));
	if (strstr(text, "getsockopt(") && line_with(text, "getsockopt(", "SO_LINGER"))
		child_blame(&s.child, "an option is read back though nobody asked");
}

#define BUFFER_AND_PROBES "--sockopt", "rcvbuf=64K", "--sockopt", "keepalive=1"

Test(sockopt, trace_explains_what_an_option_does)
{
	struct session s =
		start(CONNECT, NET_V4, WORDS("--trace=explain", "--sockopt", "ip-ttl=9"));

	stop(&s);
	if (!line_with(child_err(&s.child), "IP_TTL, [9]", "# tune the socket: how many hops"))
		child_blame(&s.child, "IP_TTL is not explained");
}

/* The kernel doubles the buffer; what it says is shown. */
Test(sockopt, very_verbose_shows_what_the_kernel_made_of_it)
{
	const char *const *const twice[] = {
		WORDS(BUFFER_AND_PROBES, "-vv"),
		WORDS(BUFFER_AND_PROBES, "-v", "-v"),
		WORDS(BUFFER_AND_PROBES, "--verbose", "--verbose"),
		WORDS(BUFFER_AND_PROBES, "-vvv"),
	};

	for (size_t i = 0; i < ARRAY_LEN(twice); i++) {
		struct plan plan = { .args = twice[i] };
		struct session s = session_start(CONNECT, &plan, NET_V4);

		close(s.fd);
		child_finish(&s.child);
		if (!line_with(child_err(&s.child), "socket option rcvbuf for 127.0.0.1 port ",
		               ": 131072 (asked for 65536)") ||
		    !line_with(child_err(&s.child), "socket option keepalive for ", ": on"))
			child_blame(&s.child, "the options are not told");
	}
}

Test(sockopt, verbose_alone_does_not_show_it)
{
	struct session s = start(CONNECT, NET_V4, WORDS("-v", "--json", "--sockopt", "rcvbuf=64K"));

	stop(&s);
	child_silent_about(&s.child, "sockopt");
}

/* Both the sockets that listen, each with its own options, and the connection. */
Test(sockopt, json_of_a_server)
{
	struct plan plan = { .args = WORDS("-vv", "--json", "--sockopt", "tcp-keepidle=30",
		                           "--sockopt", "tcp-defer-accept=2", "--sockopt",
		                           "linger=off", "--sockopt", "mark=0x10") };
	struct session s = session_start(LISTEN, &plan, NET_V4);
	json_t *events, *e;
	unsigned told = 0, of_peer = 0;
	size_t i;

	peer_send(s.fd, "x");
	peer_shut(s.fd);
	child_expect(&s.child, 0);
	close(s.fd);
	events = events_parse(child_err(&s.child));
	json_array_foreach(events, i, e)
	{
		const char *name = json_string_value(json_object_get(e, "name"));

		if (strcmp(json_string_value(json_object_get(e, "event")), "sockopt") != 0)
			continue;
		told++;
		of_peer += json_integer_value(json_object_get(e, "socket_port")) != 0;
		if (strcmp(name, "tcp-keepidle") == 0)
			cr_assert_eq(json_number_value(json_object_get(e, "value_ms")), 30000);
		else if (strcmp(name, "linger") == 0)
			cr_assert(json_is_false(json_object_get(e, "value")));
		else if (strcmp(name, "mark") == 0)
			cr_assert_eq(json_integer_value(json_object_get(e, "value")), 16);
		cr_assert_not_null(json_object_get(e, "asked"));
	}
	cr_assert_eq(of_peer, 3, "%s", child_err(&s.child));
	cr_assert_eq(told, 7, "%s", child_err(&s.child));
	json_decref(events);
}

/*
 * ---- Families
 * ------------------------------------------------------------------------------------
 */

Test(sockopt, each_family_gets_its_own)
{
	struct child child = sockit_expect(WORDS("listen", "0", "--trace", "--sockopt", "ip-tos=8",
	                                         "--sockopt", "ipv6-tclass=16", "--sockopt",
	                                         "mark=1", "--accept-timeout", "0.05"),
	                                   4);
	const char *text = child_err(&child);
	const char *v6 = strstr(text, "socket(AF_INET6"), *v4 = strstr(text, "socket(AF_INET,");

	cr_assert_eq(count_of(text, "IP_TOS"), 1);
	cr_assert_eq(count_of(text, "IPV6_TCLASS"), 1);
	cr_assert_eq(count_of(text, "SO_MARK"), 2);
	cr_assert(v6 && v4 && v6 < v4);
	cr_assert(strstr(text, "IPV6_TCLASS") < v4 && strstr(text, "IP_TOS") > v4, "%s", text);
}

/* A name that turns out to have no address that an option is for: nothing is silently left out. */
Test(sockopt, a_name_without_that_family_is_a_usage_error)
{
	struct place place;
	struct child child;

	if (netns_private_mounts() < 0)
		skip("no mounts of its own: %s", strerror(errno));
	netns_set_resolver("127.0.0.1 four.test\n::1 both.test\n127.0.0.1 both.test\n", NULL);
	close(peer_listen(NET_V4, &place));
	child = sockit_expect(
		WORDS("connect", "--sockopt", "ipv6-tclass=8", "four.test", place.port), 2);
	child_says(&child, "--sockopt ipv6-tclass has no meaning for four.test port ");
	child_says(&child, "it is for IPv6");
	sockit_expect(WORDS("connect", "--sockopt", "ipv6-tclass=8", "both.test", place.port), 1);
	sockit_expect(WORDS("listen", "--sockopt", "ipv6-tclass=8", "four.test:0"), 2);
}

/*
 * ---- What cannot be
 * ------------------------------------------------------------------------------
 */

struct bad {
	const char *const words[8];
	const char *says, *hint;
};

static const struct bad bad[] = {
	{ { "connect", "--sockopt", "keepaliv=1", "localhost:1" }, "'keepaliv'", "'keepalive'" },
	{ { "connect", "--sockopt=TCP_NODELYA=1", "localhost:1" },
	  "'TCP_NODELYA'",
	  "'tcp-nodelay'" },
	{ { "listen", "--sockopt", "nodelay=1", "0" }, "'nodelay'", "'tcp-nodelay'" },
	{ { "connect", "--sockopt", "\033[31m=1", "localhost:1" }, "\\x1b[31m", NULL },
	{ { "connect", "--sockopt", "keepalive", "localhost:1" }, "no value", "keepalive=on|off" },
	{ { "connect", "--sockopt", "", "localhost:1" }, "empty", NULL },
	{ { "connect", "--sockopt", "=1", "localhost:1" }, "''", NULL },
	{ { "connect", "--sockopt", "keepalive=", "localhost:1" }, "empty", NULL },
	{ { "connect", "--sockopt", "keepalive=\033c", "localhost:1" }, "\\x1bc", NULL },
	{ { "connect", "--sockopt", "keepalive=2", "localhost:1" }, "on or off", NULL },
	{ { "connect", "--sockopt", "tcp-keepcnt=128", "localhost:1" }, "1-127", NULL },
	{ { "connect", "--sockopt", "tcp-keepidle=1.5", "localhost:1" }, "1s", NULL },
	{ { "connect", "--sockopt", "rcvbuf=-1", "localhost:1" }, "a size", NULL },
	{ { "connect", "localhost:1", "--sockopt" }, "--sockopt needs a value", NULL },
	{ { "connect", "--sockopt", "tcp-nodelay=1", "unix:/nowhere" }, "unix:/nowhere", NULL },
	{ { "connect", "--sockopt", "rcvbuf=1K", "unix:/nowhere" }, "unix:/nowhere", NULL },
	{ { "listen", "--sockopt", "keepalive=1", "-U", "nowhere" }, "unix:nowhere", NULL },
	{ { "connect", "-4", "--sockopt", "ipv6-tclass=1", "localhost:1" }, "--ipv4", NULL },
	{ { "connect", "-6", "--sockopt", "ip-tos=1", "localhost:1" }, "--ipv6", NULL },
	{ { "connect", "--sockopt", "ip-tos=1", "[::1]:1" }, "it is for IPv4", NULL },
	{ { "listen", "--sockopt", "ipv6-v6only=0", "127.0.0.1:0" }, "it is for IPv6", NULL },
	{ { "connect", "--sockopt", "udp-segment=1000", "localhost:1" }, "it is for UDP", NULL },
	{ { "connect", "--sockopt", "tcp-defer-accept=1", "localhost:1" },
	  "a socket that connects",
	  NULL },
	{ { "listen", "--sockopt", "ip-bind-address-no-port=1", "0" },
	  "a socket that listens",
	  NULL },
};

Test(sockopt, what_cannot_be_is_a_usage_error)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct child child = sockit_expect(bad[i].words, 2);

		child_says(&child, bad[i].says);
		if (bad[i].hint)
			child_says(&child, bad[i].hint);
		if (lines_count(child_err(&child)) > 2 ||
		    strncmp(child_err(&child), "sockit ", 7) != 0)
			child_blame(&child, "a line and at most one with a hint were expected");
	}
}

Test(sockopt, what_cannot_be_opens_no_socket)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct child child = child_run(&(struct plan){
			.wrap = WORDS("strace", "-f", "-e", "trace=socket"),
			.args = bad[i].words,
		});

		child_expect(&child, 2);
		child_silent_about(&child, "SOCK_STREAM");
	}
}

static void is_refused(enum role role, const char *endpoint)
{
	const char *command = role == CONNECT ? "connect" : "listen";
	struct child child =
		sockit_expect(WORDS(command, "--sockopt", "TCP_CONGESTION=no-such", endpoint), 7);
	json_t *events, *error;

	child_says(&child, "cannot set the socket option tcp-congestion=no-such: No such file");
	cr_assert_eq(lines_count(child_err(&child)), 1);
	child = sockit_expect(
		WORDS(command, "--json", "--sockopt", "TCP_CONGESTION=no-such", endpoint), 7);
	events = events_parse(child_err(&child));
	error = json_object_get(events_with(events, "error"), "error");
	cr_assert_str_eq(json_string_value(json_object_get(error, "op")), "sockopt");
	cr_assert_str_eq(json_string_value(json_object_get(error, "code")), "ENOENT");
	json_decref(events);
}

/*
 * Although nobody listens there, and although the name has two addresses: this machine said no
 * first.
 */
Test(sockopt, what_the_kernel_refuses_is_a_failure_of_this_machine)
{
	struct place place;

	close(peer_listen(NET_V4, &place));
	is_refused(CONNECT, place.word);
	is_refused(CONNECT, place.port);
	is_refused(LISTEN, "127.0.0.1:0");
	is_refused(LISTEN, "0");
}

/* Without the capability, which a superuser has to put down first. */
Test(sockopt, what_is_for_the_superuser_says_so)
{
	static const char *const put_down[] = { "setpriv", "--bounding-set=-net_admin", NULL };
	struct child child = child_run(&(struct plan){
		.wrap = geteuid() == 0 ? put_down : NULL,
		.args = WORDS("listen", "--sockopt", "rcvbufforce=1M", "127.0.0.1:0"),
	});

	child_expect(&child, 7);
	child_says(&child, "rcvbufforce=1M: Operation not permitted");
	child_says(&child, "CAP_NET_ADMIN");
}

Test(sockopt, may_be_given_32_times)
{
	const char *args[80] = { "connect", "localhost:1" };
	struct child child;
	size_t n = 2;

	for (int i = 0; i < 32; i++)
		args[n++] = "--sockopt=mark=1";
	child = sockit_run(args);
	cr_assert_neq(child.status, 2, "%s", child_err(&child));
	args[n++] = "--sockopt=mark=2";
	child = sockit_expect(args, 2);
	child_says(&child, "--sockopt: given more than 32 times");
}

Test(sockopt, help_lists_them)
{
	struct child child = sockit_expect(WORDS("help", "connect", "sockopt"), 0);
	unsigned options = 0;

	for (const char *at = child_out(&child); (at = strstr(at, "\n  ")) != NULL; at += 3)
		options += at[3] != ' ';
	cr_assert(options >= 40, "%u", options);
	if (!line_with(child_out(&child), "  tcp-keepidle=DUR ", "keepalive probe"))
		child_blame(&child, "tcp-keepidle is not explained");
	child = sockit_expect(WORDS("help", "listen"), 0);
	child_says(&child, " --sockopt");
}
