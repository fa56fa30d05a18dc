/* Name servers that are slow, broken or right, and what sockit makes of them. */
#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dns.h"
#include "harness/netns.h"
#include "harness/sockit.h"

static void make_world(enum dns_mode mode)
{
	netns_enter();
	netns_set_resolver("127.0.0.1 localhost\n", "nameserver 127.0.0.1\noptions attempts:1\n");
	dns_serve(mode);
}

Test(lookup, an_unknown_name_is_3)
{
	struct child child;

	make_world(DNS_NXDOMAIN);
	child = sockit_expect(WORDS("connect", "nowhere.test", "80"), 3);
	child_says(&child, "nowhere.test");
	child_says(&child, "Name or service not known");
	child = sockit_expect(WORDS("listen", "nowhere.test", "0"), 3);
	child_says(&child, "nowhere.test");
}

Test(lookup, servfail_is_3)
{
	struct child child;

	make_world(DNS_SERVFAIL);
	child = sockit_expect(WORDS("connect", "broken.test", "80"), 3);
	child_says(&child, "broken.test");
}

/* getaddrinfo itself would wait for 5 s and more. */
Test(lookup, the_limit_holds_although_the_name_server_never_answers)
{
	make_world(DNS_SILENT);
	sockit_expect_late("silent.test", WORDS("connect", "-w", "2", "silent.test", "80"), 2);
	sockit_expect_late("silent.test",
	                   WORDS("connect", "--deadline", "0.5", "silent.test", "80"), 0.5);
}

Test(lookup, a_signal_ends_a_lookup)
{
	struct child child;

	make_world(DNS_SILENT);
	child = child_start(&(struct plan){ .args = WORDS("connect", "silent.test", "80") });
	child_runs_for(&child, 0.3);
	child_signal(&child, SIGINT);
	child_finish_within(&child, 2);
	cr_assert_eq(child.signal, SIGINT);
}

Test(lookup, an_answer_is_used)
{
	struct place place = place_tcp(NET_V4, "127.0.0.1", 80);
	struct child child;
	int listener;

	make_world(DNS_ADDRESS);
	listener = peer_listen_at(&place);
	child = child_start(&(struct plan){ .args = WORDS("connect", "found.test:http") });
	close(sockit_accept(&child, listener));
	child_expect(&child, 0);
}

/* Accepting never waits for DNS: the client's address is printed as a number. */
Test(lookup, accepting_asks_no_name_server)
{
	struct place place;
	struct child child;
	int64_t start;
	int fd;

	make_world(DNS_SILENT);
	child = sockit_listen(&(struct plan){ .args = WORDS("-v") }, NET_V4, &place);
	start = clock_now();
	fd = peer_connect(&place);
	peer_expect_end(fd);
	close(fd);
	child_expect(&child, 0);
	cr_assert(clock_since(start) < 1 * clock_slack());
	child_says(&child, "127.0.0.1");
}

/* As with -6: nobody is asked for addresses that cannot be reached. */
Test(lookup, a_source_asks_for_its_own_family)
{
	struct place place = place_tcp(NET_V4, "127.0.0.1", 80);
	struct child child;
	int listener;

	make_world(DNS_ADDRESS);
	child = sockit_expect(WORDS("connect", "-s", "::1", "found.test", "80"), 3);
	child_says(&child, "cannot resolve found.test");
	child_says(&child, "hint: it was asked for IPv6 addresses alone, for --source is one");
	listener = peer_listen_at(&place);
	child = child_start(
		&(struct plan){ .args = WORDS("connect", "-s", "127.0.0.1", "found.test", "80") });
	close(sockit_accept(&child, listener));
	child_expect(&child, 0);
}
