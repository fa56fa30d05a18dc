/* Every way to write an endpoint, and the options that choose the source of a connection. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* The words after `connect`, with the port 80 standing for a port that is listened on. */
struct spelling {
	enum net net;
	const char *const words[5];
};

static const struct spelling spellings[] = {
	{ NET_V4, { "127.0.0.1", "80" } },
	{ NET_V4, { "127.0.0.1:80" } },
	{ NET_V4, { "tcp:127.0.0.1:80" } },
	{ NET_V4, { "tcp://127.0.0.1:80" } },
	{ NET_V4, { "tcp:127.0.0.1", "80" } },
	{ NET_V4, { "80" } },
	{ NET_V4, { ":80" } },
	{ NET_V4, { "localhost:80" } },
	{ NET_V4, { "localhost", "80" } },
	{ NET_V4, { "LocalHost:80" } },
	{ NET_V4, { "tcp:localhost:80" } },
	{ NET_V4, { "-4", "localhost:80" } },
	{ NET_V4, { "localhost", "80", "-4" } },
	{ NET_V4, { "--ipv4", "localhost", "80" } },
	{ NET_V4, { "--", "localhost", "80" } },
	{ NET_V4, { "-n", "127.0.0.1:80" } },
	{ NET_V4, { "[::ffff:127.0.0.1]:80" } },
	{ NET_V4, { "http" } },
	{ NET_V4, { "HTTP" } },
	{ NET_V4, { ":http" } },
	{ NET_V4, { "127.0.0.1:Http" } },
	{ NET_V4, { "localhost", "http" } },
	{ NET_V4, { "localhost:00080" } },
	{ NET_V6, { "::1", "80" } },
	{ NET_V6, { "[::1]:80" } },
	{ NET_V6, { "[::1]", "80" } },
	{ NET_V6, { "tcp:[::1]:80" } },
	{ NET_V6, { "tcp://[::1]:80" } },
	{ NET_V6, { "[0:0::0:1]:http" } },
	{ NET_V6, { "80" } },
	{ NET_V6, { ":80" } },
	{ NET_V6, { "localhost:80" } },
	{ NET_V6, { "-6", "localhost", "80" } },
	{ NET_V6, { "six.test:80" } },
	{ NET_V6, { "-n", "::1", "80" } },
};

static int listen_on_80(enum net net)
{
	struct place place = place_tcp(net, net == NET_V6 ? "::1" : "127.0.0.1", 80);

	return peer_listen_at(&place);
}

static void expect_arrival(int listener, const struct spelling *spelling)
{
	struct child child =
		child_start(&(struct plan){ .args = WORDS("connect"), .more = spelling->words });
	int fd = sockit_accept(&child, listener);

	peer_expect_end(fd);
	close(fd);
	child_expect(&child, 0);
	child_said_nothing(&child);
}

/* In a namespace of its own, where port 80 is free, and without /etc/services. */
static void expect_spellings(enum net net)
{
	int listener;

	netns_enter();
	netns_set_resolver("127.0.0.1 localhost\n::1 localhost six.test\n",
	                   "nameserver 127.0.0.1\n");
	if (access("/etc/services", F_OK) == 0)
		must(mount("/dev/null", "/etc/services", NULL, MS_BIND, NULL),
		     "hide /etc/services");
	listener = listen_on_80(net);
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		if (spellings[i].net == net)
			expect_arrival(listener, &spellings[i]);
}

Test(names, of_ipv4_endpoints)
{
	expect_spellings(NET_V4);
}

Test(names, of_ipv6_endpoints)
{
	expect_spellings(NET_V6);
}

Test(names, of_unix_endpoints)
{
	struct place place;
	int listener = peer_listen(NET_UNIX, &place);
	char slashes[160];
	const struct spelling rows[] = {
		{ NET_UNIX, { place.word } },       { NET_UNIX, { place.host } },
		{ NET_UNIX, { "-U", place.host } }, { NET_UNIX, { "--unix", place.host } },
		{ NET_UNIX, { place.host, "-U" } }, { NET_UNIX, { slashes } },
	};

	snprintf(slashes, sizeof(slashes), "unix://%s", place.host);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect_arrival(listener, &rows[i]);
}

/* A link-local address means nothing without its zone. */
Test(names, of_ipv6_endpoints_with_a_zone)
{
	struct place place = place_tcp(NET_V6, "::", 4000);
	int far = netns_enter_two(), listener;
	struct child client;

	child_sh("ip addr add fe80::1/64 dev near nodad");
	netns_do(far, "ip addr add fe80::2/64 dev far nodad");
	listener = peer_listen_at(&place);
	client = child_start(&(struct plan){
		.args = WORDS("connect", "[fe80::1%far]:4000"),
		.netns = far,
	});
	close(sockit_accept(&client, listener));
	child_expect(&client, 0);
}

/* What the peer sees of the client. */
static struct sockaddr_in peer_of(const char *const *args)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place);
	struct child child = sockit_connect(&(struct plan){ .args = args }, &place);
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	int fd = sockit_accept(&child, listener);

	must(getpeername(fd, (struct sockaddr *)&from, &size), "getpeername");
	close(fd);
	close(listener);
	child_expect(&child, 0);
	return from;
}

Test(names, source_is_where_the_connection_comes_from)
{
	struct sockaddr_in from = peer_of(WORDS("-s", "127.0.0.5"));

	cr_assert_eq(ntohl(from.sin_addr.s_addr), 0x7f000005);
	from = peer_of(WORDS("--source", "127.0.0.6"));
	cr_assert_eq(ntohl(from.sin_addr.s_addr), 0x7f000006);
}

Test(names, source_port_is_where_the_connection_comes_from)
{
	netns_enter();
	cr_assert_eq(ntohs(peer_of(WORDS("-p", "4321")).sin_port), 4321);
	/* Again at once, although the first is in TIME_WAIT. */
	cr_assert_eq(ntohs(peer_of(WORDS("--source-port", "4321", "-s", "127.0.0.1")).sin_port),
	             4321);
}

Test(names, a_source_that_is_not_ours_gives_7_or_1)
{
	struct child child = sockit_run(WORDS("connect", "-s", "192.0.2.1", "127.0.0.1:9"));

	child_says(&child, "192.0.2.1");
	child_says(&child, "Cannot assign requested address");
	cr_assert(child.status == 7 || child.status == 1, "%d", child.status);
}

Test(names, interface_is_the_one_that_is_used)
{
	struct child child;

	netns_enter_two();
	child_sh("ip link add lonely type veth peer name end && ip link set lonely up");
	cr_assert_eq(ntohl(peer_of(WORDS("-I", "lo")).sin_addr.s_addr), INADDR_LOOPBACK);
	child = sockit_run(WORDS("connect", "-I", "nosuch0", "127.0.0.1:9"));
	child_says(&child, "nosuch0");
	cr_assert(child.status == 7 || child.status == 2, "%d", child.status);
	/* The address is reachable, but not by this interface. */
	child = sockit_run(WORDS("connect", "-w", "0.3", "--interface", "lonely", "10.0.0.2:9"));
	cr_assert(child.status == 4 || child.status == 1, "%d: %s", child.status,
	          child_err(&child));
}

Test(names, numeric_never_looks_a_name_up)
{
	struct child child = sockit_run(WORDS("connect", "-n", "localhost:80"));

	child_says(&child, "localhost");
	child_says(&child, "; --numeric looks no names up");
	cr_assert(child.status == 2 || child.status == 3, "%d", child.status);
}

Test(names, options_may_come_before_and_after_the_operands)
{
	static const char *const orders[][6] = {
		{ "connect", "-d", "WORD", "-4", NULL },
		{ "connect", "WORD", "-d4", NULL },
		{ "connect", "-4d", "--", "WORD", NULL },
		{ "connect", "-w1", "-4", "WORD", "-d", NULL },
		{ "connect", "--connect-timeout=1", "WORD", "-d4", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct place place;
		int listener = peer_listen(NET_V4, &place);
		const char *words[7] = { NULL };
		struct child child;

		for (size_t w = 0; orders[i][w]; w++)
			words[w] = strcmp(orders[i][w], "WORD") == 0 ? place.word : orders[i][w];
		child = child_start(&(struct plan){ .args = words });
		close(sockit_accept(&child, listener));
		child_expect(&child, 0);
		close(listener);
	}
}
