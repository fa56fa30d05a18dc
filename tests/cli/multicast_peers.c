/* Groups and broadcasts against socat, in both roles. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "harness/netns.h"
#include "harness/sockit.h"

#define PORT "5353"

static int hosts[2];

static struct child tool(int host, const char *const *words)
{
	return child_start(&(struct plan){
		.program = "socat", .args = words, .in = { END_PIPE }, .netns = hosts[host] });
}

/* Until the second machine has joined GROUP, which comes after binding. */
static void await_member(const char *group)
{
	char line[128];

	snprintf(line, sizeof(line),
	         "until ip maddr show dev eth0 | grep -q ' %s'; do sleep 0.01; done", group);
	netns_do(hosts[1], line);
}

static void ask_socat(const char *address, const char *to, const char *group)
{
	char listen[128];
	struct child peer, child;

	/* It answers each with a program of its own. */
	snprintf(listen, sizeof(listen), "%s,reuseaddr,fork", address);
	peer = tool(1, WORDS(listen, "SYSTEM:sed s/^/heard\\\\ /"));
	if (group)
		await_member(group);
	else
		netns_do(hosts[1], "until ss -Hanu | grep -q ':" PORT "'; do sleep 0.01; done");
	child = child_start(&(struct plan){
		.args = WORDS("connect", "-u", to, PORT, "-I", "eth0", "--replies", "1"),
		.in = { END_PIPE },
		.netns = hosts[0] });
	child_feed(&child, "hello\n");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "heard hello\n");
	child_signal(&peer, SIGKILL);
	child_finish(&peer);
}

Test(multicast_peers, socat_hears_a_group_and_answers)
{
	netns_enter_network(hosts, 2);
	ask_socat("UDP4-RECVFROM:" PORT ",ip-add-membership=239.1.2.3:eth0", "239.1.2.3",
	          "239.1.2.3");
	ask_socat("UDP6-RECVFROM:" PORT ",ipv6-join-group=[ff05::1\\:3]:eth0", "ff05::1:3",
	          "ff05::1:3");
}

Test(multicast_peers, socat_hears_a_broadcast_and_answers)
{
	netns_enter_network(hosts, 2);
	ask_socat("UDP4-RECVFROM:" PORT ",broadcast", "10.0.0.255", NULL);
	ask_socat("UDP4-RECVFROM:" PORT ",broadcast", "255.255.255.255", NULL);
}

static void tell_sockit(const char *const *words, const char *address)
{
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "-uv", "--delim", "line", "--max-datagrams", "1"),
		.more = words,
		.netns = hosts[1] });
	struct child peer;

	child_await_err(&child, "listening on ");
	peer = tool(0, WORDS("-u", "-", address));
	child_feed(&peer, "from socat");
	child_end_input(&peer);
	child_expect(&peer, 0);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "from socat\n");
}

Test(multicast_peers, socat_is_heard)
{
	netns_enter_network(hosts, 2);
	tell_sockit(WORDS(PORT, "--join", "239.1.2.3%eth0"),
	            "UDP4-DATAGRAM:239.1.2.3:" PORT ",ip-multicast-if=10.0.0.1");
	tell_sockit(WORDS("[ff05::1:3%eth0]:" PORT), "UDP6-DATAGRAM:[ff05::1:3]:" PORT);
	tell_sockit(WORDS("-4", PORT), "UDP4-DATAGRAM:10.0.0.255:" PORT ",broadcast");
}
