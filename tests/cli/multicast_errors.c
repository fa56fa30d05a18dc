/*
 * What is no group, or cannot be joined, and what has no meaning beside groups; and what --trace
 * shows.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/attr.h"
#include "harness/netns.h"
#include "harness/sockit.h"

struct refusal {
	const char *words[12];
	const char *says, *hint;
};

static const struct refusal refusals[] = {
	{ { "connect", "-u", "239.1.2.3", "9", "--join", "192.0.2.1" },
	  "--join 192.0.2.1: not a multicast group in numbers",
	  "groups are 224.0.0.0 to 239.255.255.255, and IPv6 addresses in ff00::/8" },
	{ { "listen", "-u", "9", "--join", "mdns.example" },
	  "--join mdns.example: not a multicast group in numbers",
	  "groups are 224.0.0.0" },
	{ { "listen", "-u", "9", "--join", "\033[31m" },
	  "--join \\x1b[31m: not a multicast group",
	  "" },
	{ { "listen", "-u", "9", "--join", "239.1.2.3%" },
	  "--join 239.1.2.3%: the interface is empty",
	  "it is written GROUP, GROUP%INTERFACE or SOURCE@GROUP%INTERFACE" },
	{ { "listen", "-u", "9", "--join", "239.1.2.3%0123456789abcdef" },
	  "--join 239.1.2.3%0123456789abcdef: no interface has so long a name",
	  "" },
	{ { "listen", "-u", "9", "--join", "@239.1.2.3" },
	  "--join @239.1.2.3: the source is not the address of a host",
	  "" },
	{ { "listen", "-u", "9", "--join", "224.0.0.1@239.1.2.3" },
	  "the source is not the address of a host",
	  "" },
	{ { "listen", "-u", "9", "--join", "::1@239.1.2.3" },
	  "--join ::1@239.1.2.3: source and group are not of one family",
	  "" },
	{ { "listen", "-u", "9", "--join", "239.1.2.3", "--join", "239.1.2.3" },
	  "--join 239.1.2.3 is there twice",
	  "" },
	{ { "listen", "-u", "9", "--join", "239.1.2.3", "--join", "10.0.0.1@239.1.2.3" },
	  "--join 239.1.2.3 and --join 10.0.0.1@239.1.2.3 exclude each other",
	  "" },
	{ { "listen", "-4", "-u", "9", "--join", "ff02::1" },
	  "--join ff02::1 and --ipv4 exclude each other",
	  "" },
	{ { "connect", "-6", "-u", "h", "9", "--join", "239.1.2.3" },
	  "--join 239.1.2.3 and --ipv6 exclude each other",
	  "" },
	{ { "listen", "-u", "192.0.2.1:9", "--join", "239.1.2.3" },
	  "--join 239.1.2.3 has no meaning for 192.0.2.1 port 9 over UDP: a socket bound there does not "
	  "hear it",
	  "listen on the port alone, or on the group itself" },
	{ { "listen", "-u", "239.1.2.4:9", "--join", "239.1.2.3" },
	  "--join 239.1.2.3 has no meaning for 239.1.2.4 port 9 over UDP",
	  "" },
	{ { "connect", "-u", "192.0.2.1", "9", "--join", "239.1.2.3" },
	  "--join 239.1.2.3 has no meaning for 192.0.2.1 port 9 over UDP, which is no group of IPv4",
	  "" },
	{ { "connect", "-u", "239.1.2.3", "9", "--join", "ff05::7" },
	  "--join ff05::7 has no meaning for 239.1.2.3 port 9 over UDP, which is no group of IPv6",
	  "" },
	{ { "connect", "-u", "192.0.2.1", "9", "--loop", "off" },
	  "--loop off has no meaning for 192.0.2.1 port 9 over UDP, which is no group",
	  "" },
	{ { "listen", "-u", "9", "--loop", "off" }, "--loop off has no meaning for * port 9", "" },
	{ { "connect", "-u", "239.1.2.3", "9", "--loop", "no" }, "--loop: 'no'", "" },
	{ { "connect", "-u", "239.1.2.3", "9", "--ttl", "0" }, "--ttl: 0 is not in 1-255", "" },
	{ { "connect", "-u", "239.1.2.3", "9", "--ttl", "256" }, "--ttl: 256 is not in 1-255", "" },
	{ { "connect", "127.0.0.1", "9", "--join", "239.1.2.3" },
	  "--join has no meaning for 127.0.0.1 port 9",
	  "" },
	{ { "listen", "9", "--join", "239.1.2.3" }, "--join has no meaning for * port 9", "" },
	{ { "listen", "unix-dgram:/x", "--join", "239.1.2.3" },
	  "--join has no meaning for unix-dgram:/x",
	  "" },
	{ { "connect", "unix:/x", "--ttl", "3" }, "--ttl has no meaning for unix:/x", "" },
	{ { "connect", "-u", "239.1.2.3", "9", "-s", "10.0.0.1", "--join", "239.1.2.3" },
	  "--join and -s exclude each other",
	  "" },
	{ { "connect", "-u", "239.1.2.3%eth0", "9", "-I", "eth1" },
	  "-I eth1 and 239.1.2.3%eth0 port 9 over UDP exclude each other",
	  "" },
	{ { "listen", "-u", "239.1.2.3%:9" }, "239.1.2.3%: no interface has such a name", "" },
};

Test(multicast_errors, what_has_no_meaning_is_refused_by_name)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct child child = sockit_expect(refusals[i].words, 2);

		child_says(&child, refusals[i].says);
		child_says(&child, refusals[i].hint);
	}
}

Test(multicast_errors, more_groups_than_the_kernel_allows)
{
	const char *words[20] = { "listen", "-u", "0" };
	char groups[8][24];
	struct child child;

	netns_enter();
	child_sh("echo 7 >/proc/sys/net/ipv4/igmp_max_memberships");
	for (int i = 0; i < 8; i++) {
		snprintf(groups[i], sizeof(groups[i]), "239.1.2.%d%%lo", i);
		words[3 + 2 * i] = "--join";
		words[4 + 2 * i] = groups[i];
	}
	child = sockit_expect(words, 7);
	child_says(&child, "cannot join 239.1.2.7%lo: No buffer space available\n"
	                   "hint: net.ipv4.igmp_max_memberships limits how many");
}

Test(multicast_errors, without_a_route_a_hint_names_the_interface_as_the_remedy)
{
	struct child child;
	int host;

	netns_enter_network(&host, 1);
	child = child_run(&(struct plan){ .args = WORDS("listen", "-u", "9", "--join", "239.1.2.3"),
	                                  .netns = host });
	child_expect(&child, 7);
	child_says(&child,
	           "cannot join 239.1.2.3: No such device\nhint: no route leads there: name the "
	           "interface, as in --join GROUP%eth0, or with -I\n");
	for (int broadcast = 0; broadcast < 2; broadcast++) {
		const char *to = broadcast ? "255.255.255.255" : "239.1.2.3";

		child = child_start(&(struct plan){ .args = WORDS("connect", "-u", to, "9"),
		                                    .in = { END_PIPE },
		                                    .netns = host });
		child_feed(&child, "x");
		child_expect(&child, 1);
		child_says(&child, ": Network is unreachable after 0 datagrams sent");
		child_says(&child,
		           "hint: no route leads there: -I names the interface to send by\n");
	}
}

Test(multicast_errors, an_interface_that_is_not_there)
{
	struct child child =
		sockit_expect(WORDS("listen", "-u", "0", "--join", "239.1.2.3%nosuchif0"), 7);

	child_says(&child, "cannot join 239.1.2.3%nosuchif0: No such device\n");
	child_silent_about(&child, "hint");
	child = sockit_expect(WORDS("listen", "-u", "0", "--join", "ff05::7%4000000"), 7);
	child_says(&child, "cannot join ff05::7%4000000: No such device\n");
	child = sockit_expect(WORDS("connect", "-u", "ff05::7%nosuchif0", "9"), 7);
	child_says(&child, "cannot use interface nosuchif0: No such device\n");
}

Test(multicast_errors, a_group_of_one_link_needs_its_interface)
{
	struct child child = sockit_expect(WORDS("listen", "-u", "[ff02::fb]:0"), 7);

	child_says(&child, "cannot listen on ff02::fb port 0: Invalid argument\n"
	                   "hint: it is an address of one link: name its interface");
}

/*
 * An address that the way is forbidden to is no broadcast, although the kernel says the same of
 * both.
 */
Test(multicast_errors, a_forbidden_way_is_not_taken_for_a_broadcast)
{
	struct child child;

	netns_enter_two();
	child_sh("ip route add prohibit 10.9.0.0/16");
	child = child_start(&(struct plan){ .args = WORDS("connect", "-u", "10.9.0.1", "9"),
	                                    .in = { END_PIPE } });
	child_feed(&child, "x");
	child_expect(&child, 7);
	child_says(&child, "connection to 10.9.0.1 port 9: Permission denied");
}

Test(multicast_errors, joins_are_told_and_traced)
{
	struct child child;

	netns_enter_two();
	child = child_run(&(struct plan){
		.args = WORDS("listen", "-u", "0", "--join", "239.1.2.3%near", "--join",
	                      "10.0.0.2@232.1.2.3", "--join", "ff05::7", "-I", "near"),
		.more = WORDS("--json", "--trace=explain", "--deadline", "0.01") });
	child_expect(&child, 4);
	child_says(&child, "\"event\":\"joined\",\"group\":\"239.1.2.3\",\"interface\":\"near\"");
	child_says(&child,
	           "\"group\":\"232.1.2.3\",\"source\":\"10.0.0.2\",\"interface\":\"near\"");
	child_says(&child, "IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, {gsr_interface=");
	child_says(&child, " (near), gsr_group=232.1.2.3, gsr_source=10.0.0.2}");
	child_says(&child, "IPPROTO_IPV6, MCAST_JOIN_GROUP, {gr_interface=");
	child_says(&child, "IPPROTO_IPV6, IPV6_MULTICAST_ALL, [0]");
	child_says(&child, "tune the socket: have what is sent to the group delivered here");
	child = child_start(&(struct plan){ .args = WORDS("connect", "-u", "239.1.2.3%near", "9",
	                                                  "--loop", "off", "--ttl", "5"),
	                                    .more = WORDS("--trace", "--reply-timeout", "0"),
	                                    .in = { END_PIPE } });
	child_feed(&child, "x");
	child_end_input(&child);
	child_expect(&child, 0);
	child_says(&child, "if_nametoindex(\"near\") = ");
	child_says(&child, "IPPROTO_IP, IP_MULTICAST_IF, {imr_ifindex=");
	child_says(&child, "IPPROTO_IP, IP_MULTICAST_TTL, [5]");
	child_says(&child, "IPPROTO_IP, IP_MULTICAST_LOOP, [0]");
	child_says(&child, ", [{\"x\", 1, 239.1.2.3:9}]");
	child_silent_about(&child, "connect(");
}

/* Without a host, the other family is left alone, so that others can have the port too. */
Test(multicast_errors, a_bare_port_is_that_of_the_families_that_join)
{
	struct child child;

	netns_enter_two();
	child = child_run(&(struct plan){ .args = WORDS("listen", "-uv", "0", "--join",
	                                                "239.1.2.3%near", "--deadline", "0.01") });
	child_expect(&child, 4);
	child_says(&child, "listening on 0.0.0.0 ");
	child_silent_about(&child, "listening on :: ");
	child = child_run(&(struct plan){ .args = WORDS("listen", "-uv", "*:0", "--join",
	                                                "239.1.2.3%near", "--deadline", "0.01") });
	child_expect(&child, 4);
	child_says(&child, "listening on 0.0.0.0 ");
	child_says(&child, "listening on :: ");
}

/* Whoever sets SO_BROADCAST knows best. */
Test(multicast_errors, a_broadcast_that_is_switched_off)
{
	struct child child;

	netns_enter_two();
	child = sockit_expect(
		WORDS("connect", "-u", "10.0.0.255", "9", "--sockopt", "broadcast=off"), 7);
	child_says(&child, "cannot connect to 10.0.0.255 port 9 over UDP: Permission denied");
	child = sockit_expect(
		WORDS("connect", "-u", "10.0.0.255", "9", "--trace", "--reply-timeout", "0"), 0);
	child_says(&child, ", 10.0.0.255:9) = -1 EACCES");
	child_says(&child, ", SOL_SOCKET, SO_BROADCAST, [1]) = 0");
}
