/* Multicast and broadcast between three machines on a bridge: who hears what, and who does not. */
#include <criterion/criterion.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/sockit.h"

/* All of it is in namespaces of the test's own, so the port is nobody else's. */
#define PORT "5353"

struct family {
	const char *group, *other, *of_source; /* on eth0 */
	const char *host[3];
	const char *group_addr; /* without the interface */
};

static const struct family v4 = {
	"239.1.2.3%eth0",  "239.1.2.4%eth0",
	"@232.1.2.3%eth0", { "10.0.0.1", "10.0.0.2", "10.0.0.3" },
	"239.1.2.3",
};
static const struct family v6 = {
	"ff05::1:3%eth0",     "ff05::1:4%eth0",
	"@ff35::8000:1%eth0", { "2001:db8::1", "2001:db8::2", "2001:db8::3" },
	"ff05::1:3",
};

static int hosts[3];

static void with_both(void (*test)(const struct family *f))
{
	netns_enter_network(hosts, 3);
	test(&v4);
	netns_enter_network(hosts, 3);
	test(&v6);
}

/* `sockit listen -u` on HOST, with these words behind it, once it listens. */
static struct child hear(int host, const char *const *words)
{
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "-uv", "--delim", "line"),
		.more = words,
		.in = { END_PIPE },
		.netns = hosts[host],
	});

	child_await_err(&child, "listening on ");
	return child;
}

/* Send TEXT to TO from HOST, to the end. */
static void send_text(int host, const char *text, const char *to, const char *const *words)
{
	struct child child = child_start(&(struct plan){
		.args = WORDS("connect", "-u", "--send-only", to, PORT),
		.more = words,
		.in = { END_PIPE },
		.netns = hosts[host],
	});

	child_feed(&child, text);
	child_end_input(&child);
	child_expect(&child, 0);
	child_said_nothing(&child);
}

/* It ends by itself, and this is what it heard. */
static void expect_heard(struct child *child, const char *text)
{
	child_expect(child, 0);
	if (strcmp(child_out(child), text) != 0)
		child_blame(child, "heard '%s' instead of '%s'", child_out(child), text);
}

static void members_hear(const struct family *f)
{
	struct child by_option = hear(1, WORDS(PORT, "--join", f->group, "--max-datagrams", "1"));
	struct child by_address = hear(2, WORDS(f->group, PORT, "--max-datagrams", "1"));
	char said[64];

	send_text(0, "hello", f->group, NULL);
	expect_heard(&by_option, "hello\n");
	expect_heard(&by_address, "hello\n");
	snprintf(said, sizeof(said), "joined %s on eth0\n", f->group_addr);
	child_says(&by_option, said);
	child_says(&by_address, said);
	snprintf(said, sizeof(said), "5 bytes from %s port ", f->host[0]);
	child_says(&by_option, said);
	snprintf(said, sizeof(said), " to %s port " PORT " by eth0", f->group_addr);
	child_says(&by_option, said);
	child_says(&by_address, said);
}

Test(multicast, members_hear_what_is_sent_to_their_group)
{
	with_both(members_hear);
}

/* Who listens on the wildcard would hear what any program of the machine has joined. */
static void own_group_alone(const struct family *f)
{
	struct child mine = hear(1, WORDS(PORT, "--join", f->group, "--max-datagrams", "2"));
	struct child other = hear(1, WORDS(PORT, "--join", f->other, "--max-datagrams", "1"));

	send_text(0, "one", f->group, NULL);
	send_text(0, "two", f->other, NULL);
	send_text(0, "three", f->group, NULL);
	expect_heard(&mine, "one\nthree\n");
	expect_heard(&other, "two\n");
}

Test(multicast, another_group_on_the_same_port_is_not_heard)
{
	with_both(own_group_alone);
}

static void shared(const struct family *f)
{
	struct child first = hear(1, WORDS(PORT, "--join", f->group, "--max-datagrams", "1"));
	struct child second = hear(1, WORDS(PORT, "--join", f->group, "--max-datagrams", "1"));
	struct child alone = child_run(&(struct plan){
		.args = WORDS("listen", "-u", f == &v4 ? "-4" : "-6", PORT), .netns = hosts[1] });

	child_expect(&alone, 7);
	child_says(&alone, "Address already in use");
	send_text(0, "both", f->group, NULL);
	expect_heard(&first, "both\n");
	expect_heard(&second, "both\n");
}

Test(multicast, two_listeners_share_a_group_and_nobody_else_gets_the_port)
{
	with_both(shared);
}

/* What comes to the address of the machine itself shows that what came before it was not heard. */
static void one_source(const struct family *f)
{
	char join[64];

	snprintf(join, sizeof(join), "%s%s", f->host[0], f->of_source);
	struct child child = hear(1, WORDS(PORT, "--join", join, "--max-datagrams", "2"));

	send_text(2, "stranger", f->of_source + 1, NULL);
	send_text(2, "marker", f->host[1], NULL);
	send_text(0, "source", f->of_source + 1, NULL);
	expect_heard(&child, "marker\nsource\n");
	snprintf(join, sizeof(join), " for what %s sends on eth0\n", f->host[0]);
	child_says(&child, join);
}

Test(multicast, of_two_senders_the_one_that_was_named_is_heard)
{
	with_both(one_source);
}

/* Two sources of a group are two joins. */
static void two_sources(const struct family *f)
{
	char first[64], second[64];

	snprintf(first, sizeof(first), "%s%s", f->host[0], f->of_source);
	snprintf(second, sizeof(second), "%s%s", f->host[2], f->of_source);
	struct child child =
		hear(1, WORDS(PORT, "--join", first, "--join", second, "--max-datagrams", "2"));

	send_text(0, "first", f->of_source + 1, NULL);
	send_text(2, "second", f->of_source + 1, NULL);
	expect_heard(&child, "first\nsecond\n");
}

Test(multicast, several_sources_can_be_named)
{
	with_both(two_sources);
}

/* A socket on HOST that says how many hops what it receives may still go; in the group of F. */
static int hops_socket(int host, const struct family *f)
{
	int family = f == &v4 ? AF_INET : AF_INET6, level = f == &v4 ? IPPROTO_IP : IPPROTO_IPV6;
	int fd = netns_socket(hosts[host], family, SOCK_DGRAM), on = 1;
	enum net net = f == &v4 ? NET_V4 : NET_V6;
	struct place any = place_tcp(net, f == &v4 ? "0.0.0.0" : "::", 5353);
	struct place group = place_tcp(net, f->group_addr, 0);
	struct ifreq eth0 = { .ifr_name = "eth0" };
	struct group_req join = { 0 };

	must(ioctl(fd, SIOCGIFINDEX, &eth0), "SIOCGIFINDEX");
	join.gr_interface = (unsigned)eth0.ifr_ifindex;
	memcpy(&join.gr_group, &group.address, group.address_size);
	must(setsockopt(fd, level, MCAST_JOIN_GROUP, &join, sizeof(join)), "join");
	must(setsockopt(fd, level, f == &v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, &on, sizeof(on)),
	     "hops");
	must(bind(fd, (struct sockaddr *)&any.address, any.address_size), "bind");
	return fd;
}

static int next_hops(int fd)
{
	_Alignas(struct cmsghdr) char control[256];
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr m = { .msg_iov = &part,
		            .msg_iovlen = 1,
		            .msg_control = control,
		            .msg_controllen = sizeof(control) };
	int hops = -1;

	cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)), "nothing came");
	must((int)recvmsg(fd, &m, 0), "recvmsg");
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_type == IP_TTL || c->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
	return hops;
}

static void hops(const struct family *f)
{
	int fd = hops_socket(1, f);

	send_text(0, "x", f->group, NULL);
	cr_assert_eq(next_hops(fd), 1);
	send_text(0, "x", f->group, WORDS("--ttl", "17"));
	cr_assert_eq(next_hops(fd), 17);
	send_text(0, "x", f->host[1], WORDS("--ttl", "9"));
	cr_assert_eq(next_hops(fd), 9);
	close(fd);
}

Test(multicast, the_hops_asked_for_are_those_that_come)
{
	with_both(hops);
}

static void answers_have_hops(const struct family *f)
{
	int fd = hops_socket(0, f);
	struct child child = hear(1, WORDS(PORT, "--join", f->group, "--ttl", "21"));
	struct place to = place_tcp(f == &v4 ? NET_V4 : NET_V6, f->host[1], 5353);

	must((int)sendto(fd, "?", 1, 0, (struct sockaddr *)&to.address, to.address_size), "sendto");
	child_await_err(&child, "1 byte from");
	child_feed(&child, "answer\n");
	cr_assert_eq(next_hops(fd), 21);
	close(fd);
	child_signal(&child, SIGTERM);
	child_finish(&child);
}

Test(multicast, answers_go_as_far_as_was_asked)
{
	with_both(answers_have_hops);
}

/* A program of the same machine tells it as well as the sender would. */
static void loop(const struct family *f)
{
	struct child child = hear(0, WORDS(PORT, "--join", f->group, "--max-datagrams", "1"));
	struct child far = hear(1, WORDS(PORT, "--join", f->group, "--max-datagrams", "2"));
	struct child self;

	send_text(0, "elsewhere", f->group, WORDS("--loop", "off"));
	send_text(0, "everywhere", f->group, WORDS("--loop", "on"));
	expect_heard(&child, "everywhere\n");
	expect_heard(&far, "elsewhere\neverywhere\n");
	self = child_start(&(struct plan){ .args = WORDS("connect", "-u", f->group, PORT, "--join",
	                                                 f->group, "--replies", "1"),
	                                   .in = { END_PIPE },
	                                   .netns = hosts[0] });
	child_feed(&self, "myself");
	expect_heard(&self, "myself");
}

Test(multicast, without_the_loop_this_machine_does_not_hear_itself)
{
	with_both(loop);
}

/* What joins and sends is told by what others send, too: it has the port of the group. */
static void conversation(const struct family *f)
{
	struct child child =
		child_start(&(struct plan){ .args = WORDS("connect", "-uv", f->group, PORT,
	                                                  "--join", f->group, "--loop", "off"),
	                                    .more = WORDS("--replies", "1"),
	                                    .in = { END_PIPE },
	                                    .netns = hosts[0] });
	char said[64];

	child_await_err(&child, "sending to ");
	child_feed(&child, "I am here");
	send_text(1, "so am I", f->group, NULL);
	expect_heard(&child, "so am I");
	snprintf(said, sizeof(said), "7 bytes from %s port ", f->host[1]);
	child_says(&child, said);
}

Test(multicast, who_joins_and_sends_hears_the_others)
{
	with_both(conversation);
}

static void another_port(const struct family *f)
{
	struct child child = child_start(
		&(struct plan){ .args = WORDS("connect", "-uv", f->group, "7777", "--join",
	                                      f->group, "-p", PORT, "--replies", "1"),
	                        .in = { END_PIPE },
	                        .netns = hosts[0] });

	child_await_err(&child, "sending to ");
	send_text(1, "here", f->group, NULL);
	expect_heard(&child, "here");
}

Test(multicast, the_port_to_hear_at_can_be_another_than_that_to_send_to)
{
	with_both(another_port);
}

/* Whoever has the port and joined nothing keeps it. */
static void taken(const struct family *f)
{
	struct child holder = hear(0, WORDS(f == &v4 ? "-4" : "-6", PORT));
	struct child child = child_run(
		&(struct plan){ .args = WORDS("connect", "-u", f->group, PORT, "--join", f->group),
	                        .netns = hosts[0] });

	child_expect(&child, 7);
	child_says(&child, f == &v4 ? "cannot bind to 0.0.0.0 port " PORT ": Address already in use"
	                            : "cannot bind to :: port " PORT ": Address already in use");
	child_signal(&holder, SIGTERM);
	child_finish(&holder);
}

Test(multicast, a_port_that_somebody_has_alone_cannot_be_joined_at)
{
	with_both(taken);
}

/* Each member answers from an address of its own. */
static void ask_all(const char *to, const char *const *words, const struct family *f)
{
	struct child child = child_start(&(struct plan){
		.args = WORDS("connect", "-uv", "--delim", "line", "--replies", "2", to, PORT),
		.more = words,
		.in = { END_PIPE },
		.netns = hosts[0] });
	char said[64];

	child_feed(&child, "who is there?\n");
	child_end_input(&child);
	child_expect(&child, 0);
	cr_assert(strstr(child_out(&child), "second\n"), "%s", child_out(&child));
	cr_assert(strstr(child_out(&child), "third\n"), "%s", child_out(&child));
	snprintf(said, sizeof(said), "6 bytes from %s port " PORT "\n", f->host[1]);
	child_says(&child, said);
	snprintf(said, sizeof(said), "5 bytes from %s port " PORT "\n", f->host[2]);
	child_says(&child, said);
}

static struct child answerer(int host, const char *answer, const char *const *words)
{
	struct child child = hear(host, words);

	child_feed(&child, answer);
	return child;
}

static void end(struct child *child)
{
	child_signal(child, SIGTERM);
	child_finish(child);
}

static void answers(const struct family *f)
{
	struct child second = answerer(1, "second\n", WORDS(PORT, "--join", f->group));
	struct child third = answerer(2, "third\n", WORDS(f->group, PORT));

	ask_all(f->group, NULL, f);
	end(&second);
	end(&third);
}

Test(multicast, the_answers_of_all_members_are_shown)
{
	with_both(answers);
}

Test(multicast, a_broadcast_is_heard_and_answered_by_all)
{
	struct child second, third;

	netns_enter_network(hosts, 3);
	second = answerer(1, "second\n", WORDS("-4", PORT));
	third = answerer(2, "third\n", WORDS(PORT));
	ask_all("10.0.0.255", NULL, &v4);
	child_await_err(&second, " to 10.0.0.255 port " PORT " by eth0");
	end(&second);
	end(&third);
	second = answerer(1, "second\n", WORDS("-4", PORT));
	third = answerer(2, "third\n", WORDS(PORT));
	ask_all("255.255.255.255", WORDS("-I", "eth0"), &v4);
	child_await_err(&second, " to 255.255.255.255 port " PORT " by eth0");
	end(&second);
	end(&third);
}
