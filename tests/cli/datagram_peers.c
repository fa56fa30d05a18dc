/* `connect -u` against the other programs of the kind, name servers, and networks that say no. */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/child.h"
#include "harness/clock.h"
#include "harness/data.h"
#include "harness/dgram.h"
#include "harness/dns.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

struct free_port {
	struct place place;
	char number[8];
};

static struct free_port free_port(void)
{
	struct free_port p;

	dgram_nowhere(NET_V4, &p.place);
	memcpy(p.number, p.place.port, sizeof(p.number));
	return p;
}

/* Whether a UDP socket has the port: as /proc/net/udp says it. */
static bool is_taken(void *arg)
{
	struct free_port *p = arg;
	char line[512], port[8];
	bool found = false;
	FILE *f = fopen("/proc/net/udp", "r");

	snprintf(port, sizeof(port), ":%04X ", (unsigned)strtoul(p->number, NULL, 10));
	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, port) != NULL;
	if (f)
		fclose(f);
	return found;
}

static void await_taken(struct free_port *p)
{
	if (!clock_watch(is_taken, p, clock_after(PATIENCE)))
		fail("nobody has UDP port %s", p->number);
}

static struct child ask(const struct free_port *p, const char *question, const char *const *args)
{
	struct child child =
		child_start(&(struct plan){ .args = WORDS("connect", "-u", "127.0.0.1", p->number),
	                                    .more = args,
	                                    .in = { END_PIPE } });

	child_feed(&child, question);
	child_end_input(&child);
	return child;
}

/* A tool that prints what it hears, and sends what its stdin gives to whom it heard. */
static void talk_to(const char *const *words, struct free_port *p)
{
	struct child tool = child_start(&(struct plan){
		.program = words[0], .args = words + 1, .in = { END_PIPE }, .out = { END_PIPE } });
	struct child child;
	char got[8] = "";

	await_taken(p);
	child = ask(p, "hello", NULL);
	cr_assert(peer_poll(tool.out, POLLIN, clock_after(PATIENCE)), "%s heard nothing", words[0]);
	cr_assert_eq(read(tool.out, got, sizeof(got) - 1), 5);
	cr_assert_str_eq(got, "hello");
	child_feed(&tool, "answer");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "answer");
	child_signal(&tool, SIGKILL);
	child_finish(&tool);
}

Test(datagram_peers, nc_openbsd)
{
	struct free_port p = free_port();

	talk_to(WORDS("nc.openbsd", "-u", "-l", "127.0.0.1", p.number), &p);
}

Test(datagram_peers, ncat)
{
	struct free_port p = free_port();

	talk_to(WORDS("ncat", "-u", "-l", "127.0.0.1", p.number), &p);
}

Test(datagram_peers, socat_listen)
{
	struct free_port p = free_port();
	char address[64];

	snprintf(address, sizeof(address), "UDP-LISTEN:%s,bind=127.0.0.1", p.number);
	talk_to(WORDS("socat", "-T60", "-t60", "-", address), &p);
}

/* It answers after a while, once a datagram, by a program of its own. */
Test(datagram_peers, socat_recvfrom_answers_late)
{
	struct free_port p = free_port();
	char address[64];
	struct child tool, child;

	snprintf(address, sizeof(address), "UDP-RECVFROM:%s,bind=127.0.0.1,fork", p.number);
	tool = child_start(&(struct plan){
		.program = "socat",
		.args = WORDS("-t60", address, "SYSTEM:read x; sleep 1.5; echo late $x") });
	await_taken(&p);
	child = ask(&p, "x\n", WORDS("--replies", "1"));
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "late x\n");
	child_signal(&tool, SIGKILL);
	child_finish(&tool);
}

/* Random datagrams with their lengths in front, short enough that the kernel keeps all of them. */
static const char *framed_datagrams(void)
{
	const char *path = scratch_path("framed");
	struct data data = data_binary(7, 1 << 20);
	FILE *f = fopen(path, "w");
	unsigned char bytes[300];
	uint64_t at = 0;

	for (int i = 0; f && i < 120; i++) {
		size_t n;

		data_fill(&data, at++, bytes, 1);
		n = i % 10 ? bytes[0] : 0;
		fwrite((unsigned char[]){ 0, 0, 0, (unsigned char)n }, 1, 4, f);
		data_fill(&data, at, bytes, n);
		fwrite(bytes, 1, n, f);
		at += n;
	}
	if (!f || fclose(f) != 0)
		fail("%s cannot be written", path);
	return path;
}

Test(datagram_peers, lengths_in_front_pair_two_of_us_without_loss)
{
	struct free_port near = free_port(), far = free_port();
	const char *sent = framed_datagrams(), *received = scratch_path("received");
	struct child to, from;
	char compare[600];

	to = child_start(&(struct plan){
		.args = WORDS("connect", "-vu", "127.0.0.1", near.number, "-p", far.number),
		.more = WORDS("--recv-only", "--delim", "len", "--replies", "120"),
		.out = { END_FILE, .path = received } });
	child_await_err(&to, "connected");
	from = child_start(&(struct plan){
		.args = WORDS("connect", "-u", "127.0.0.1", far.number, "-p", near.number),
		.more = WORDS("--send-only", "--delim", "len"),
		.in = { END_FILE, .path = sent } });
	child_expect(&from, 0);
	child_expect(&to, 0);
	snprintf(compare, sizeof(compare), "cmp '%s' '%s'", sent, received);
	child_sh(compare);
}

/* The whole line that a person would type. */
static const char query[] =
	"printf '\\022\\064\\001\\000\\000\\001\\000\\000\\000\\000\\000\\000"
	"\\006answer\\004test\\000\\000\\001\\000\\001' | \"$0\" connect -u 127.0.0.1 53 --replies 1 | "
	"od -An -v -tx1 | tr -d ' \\n'";

static void ask_name_server(const char *address)
{
	struct child child = child_run(
		&(struct plan){ .program = "sh", .args = WORDS("-c", query, getenv("SOCKIT")) });
	const char *out;

	child_expect(&child, 0);
	out = child_out(&child);
	if (strncmp(out, "12348", 5) != 0 || !strstr(out, "06616e73776572") ||
	    strcmp(out + strlen(out) - strlen(address), address) != 0)
		child_blame(&child, "that is no answer with %s", address);
}

Test(datagram_peers, a_name_server_answers_a_query_made_with_printf)
{
	netns_enter();
	dns_serve(DNS_ADDRESS);
	ask_name_server("7f000001");
}

Test(datagram_peers, dnsmasq_answers_a_query_made_with_printf)
{
	struct free_port p = { .number = "53" };
	struct child tool;

	netns_enter();
	tool = child_start(&(struct plan){
		.program = "dnsmasq",
		.args = WORDS("-k", "-C", "/dev/null", "-R", "-h", "-u", "root", "-x", "",
	                      "--listen-address=127.0.0.1", "--bind-interfaces",
	                      "--address=/answer.test/192.0.2.33") });
	await_taken(&p);
	ask_name_server("c0000221");
	child_signal(&tool, SIGTERM);
	child_finish(&tool);
}

/* A router on the way says that there is no way on. */
static void unreachable(const char *route, const char *host, const char *says)
{
	char line[128];
	int far = netns_enter_two();
	struct child child;

	netns_do(far, "echo 1 >/proc/sys/net/ipv4/ip_forward; "
	              "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
	snprintf(line, sizeof(line), "ip route add %s", route);
	netns_do(far, line);
	child_sh("ip route add 10.9.0.0/16 via 10.0.0.2 && "
	         "ip route add 2001:db8:9::/48 via 2001:db8::2");
	child = child_start(
		&(struct plan){ .args = WORDS("connect", "-u", host, "9", "--reply-timeout", "10"),
	                        .in = { END_PIPE } });
	child_feed(&child, "x");
	child_expect(&child, 1);
	child_says(&child, says);
	child_says(&child, "after 1 datagrams sent and 0 received");
	cr_assert(child.seconds < 5);
}

Test(datagram_peers, an_unreachable_host_is_told)
{
	unreachable("unreachable 10.9.0.0/16", "10.9.0.1", "No route to host");
}

Test(datagram_peers, an_unreachable_v6_host_is_told)
{
	unreachable("unreachable 2001:db8:9::/48", "2001:db8:9::1", "Network is unreachable");
}

Test(datagram_peers, a_firewall_on_the_way_is_no_failure_of_this_machine)
{
	unreachable("prohibit 10.9.0.0/16", "10.9.0.1", "No route to host");
}

Test(datagram_peers, a_v6_firewall_on_the_way_is_no_failure_of_this_machine)
{
	unreachable("prohibit 2001:db8:9::/48", "2001:db8:9::1", "Permission denied");
}

Test(datagram_peers, no_route_at_all_is_told)
{
	struct child child;

	netns_enter();
	child = sockit_expect(WORDS("connect", "-u", "192.0.2.1", "9"), 1);
	child_says(&child, "Network is unreachable");
}
