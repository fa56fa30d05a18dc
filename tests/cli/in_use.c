/* sockit services --in-use: the sockets that the test opens, as ss and /proc/net tell them. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

enum { LINES_MAX = 128, LINE_SIZE = 256 };

/* Lines to be compared as a set. */
struct lines {
	char at[LINES_MAX][LINE_SIZE];
	size_t count;
};

static char *lines_add(struct lines *lines)
{
	cr_assert(lines->count < LINES_MAX);
	return lines->at[lines->count++];
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void expect_same(struct lines *ours, struct lines *theirs)
{
	qsort(ours->at, ours->count, LINE_SIZE, compare_lines);
	qsort(theirs->at, theirs->count, LINE_SIZE, compare_lines);
	for (size_t i = 0; i < ours->count || i < theirs->count; i++)
		cr_assert_str_eq(i < ours->count ? ours->at[i] : "",
		                 i < theirs->count ? theirs->at[i] : "");
}

static int bound(int type, const char *host, unsigned port)
{
	struct place place = place_tcp(strchr(host, ':') ? NET_V6 : NET_V4, host, port);
	int fd = must(socket(place.address.ss_family, type | SOCK_CLOEXEC, 0), "socket"), one = 1;

	if (place.net == NET_V6)
		must(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)), "V6ONLY");
	must(bind(fd, (struct sockaddr *)&place.address, place.address_size), host);
	return fd;
}

/* NAME has SIZE bytes; one that begins with a NUL is abstract. */
static int bound_local(int type, const char *name, size_t size)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket");

	memcpy(at.sun_path, name, size);
	must(bind(fd, (struct sockaddr *)&at, (socklen_t)(sizeof(sa_family_t) + size)), "bind");
	return fd;
}

static void connected(int type, const char *host, unsigned port)
{
	struct place place = place_tcp(strchr(host, ':') ? NET_V6 : NET_V4, host, port);
	int fd = must(socket(place.address.ss_family, type | SOCK_CLOEXEC, 0), "socket");

	must(connect(fd, (struct sockaddr *)&place.address, place.address_size), host);
}

/* A connection of which the client has shut its side, and one that was closed by both. */
static void open_ended(void)
{
	struct place place = place_tcp(NET_V4, "127.0.0.3", 8003);
	int listener = peer_listen_at(&place), fd = peer_connect(&place);

	peer_shut(fd);
	peer_expect_end(peer_accept(listener));
	peer_await_acknowledged(fd);
	fd = peer_connect(&place);
	peer_shut(fd);
	listener = peer_accept(listener);
	peer_expect_end(listener);
	close(listener);
	peer_expect_end(fd);
	close(fd);
}

/* Sockets of each kind and of every state that lasts. */
static void open_all(void)
{
	static const char *const hosts[] = { "127.0.0.1", "0.0.0.0", "::1", "::" };
	const char *path = scratch_path("socket");
	struct place dead = place_tcp(NET_V4, "10.0.0.99", 443), local = place_unix(path);
	int pair[2], lost;

	netns_enter_two();
	netns_add_dead_hosts();
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		must(listen(bound(SOCK_STREAM, hosts[i], i % 2 ? 8080 : 80), 5), "listen");
		bound(SOCK_DGRAM, hosts[i], i % 2 ? 5353 : 53);
	}
	connected(SOCK_STREAM, "127.0.0.1", 80);
	connected(SOCK_STREAM, "::1", 80);
	connected(SOCK_DGRAM, "127.0.0.1", 53);
	connected(SOCK_DGRAM, "::1", 53);
	open_ended();
	lost = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
	cr_assert_eq(connect(lost, (struct sockaddr *)&dead.address, dead.address_size), -1);
	must(listen(bound_local(SOCK_STREAM, path, strlen(path) + 1), 5), "listen");
	must(listen(bound_local(SOCK_SEQPACKET, "\0abs\0tract", 10), 5), "listen");
	bound_local(SOCK_DGRAM, "\0dgram", 6);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
	must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), "socketpair");
	must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	peer_connect(&local);
}

/* A state as ss has it, and as netstat and sockit do; of Unix sockets in the third column. */
static const char *const states[][3] = {
	{ "LISTEN", "LISTEN", "LISTENING" },
	{ "ESTAB", "ESTABLISHED", "CONNECTED" },
	{ "UNCONN", "-", "-" },
	{ "TIME-WAIT", "TIME_WAIT", "?" },
	{ "SYN-SENT", "SYN_SENT", "?" },
	{ "SYN-RECV", "SYN_RECV", "?" },
	{ "FIN-WAIT-1", "FIN_WAIT1", "?" },
	{ "FIN-WAIT-2", "FIN_WAIT2", "?" },
	{ "CLOSE-WAIT", "CLOSE_WAIT", "?" },
	{ "LAST-ACK", "LAST_ACK", "?" },
	{ "CLOSING", "CLOSING", "?" },
};

static const char *state_of(const char *word, bool local)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(states[i][0], word) == 0)
			return states[i][local ? 2 : 1];
	fail("ss has a state %s", word);
}

/* What ss says, in lines such as "tcp LISTEN 0.0.0.0:80 0.0.0.0:*" and "u_str LISTENING PATH
 * INODE". */
static void ask_ss(struct lines *lines)
{
	struct child child = child_run(&(struct plan){ .program = "ss", .args = WORDS("-tuanxH") });
	const char *line = child_out(&child);

	child_expect(&child, 0);
	for (; *line; line = strchr(line, '\n') + 1) {
		char kind[8], state[16], a[112], b[112];

		cr_assert_eq(sscanf(line, "%7s %15s %*s %*s %111s %111s", kind, state, a, b), 4);
		snprintf(lines_add(lines), LINE_SIZE, "%s %s %s %s", kind,
		         state_of(state, kind[1] == '_'), a, b);
	}
}

static const char *text_at(json_t *o, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : otherwise;
}

static void end_at(char *to, size_t size, json_t *o, const char *which)
{
	char addr[16], port[16], number[16] = "*";
	bool v6 = strcmp(text_at(o, "family", "?"), "ipv6") == 0;

	snprintf(addr, sizeof(addr), "%s_addr", which);
	snprintf(port, sizeof(port), "%s_port", which);
	cr_assert(json_is_integer(json_object_get(o, port)), "%s", port);
	if (json_integer_value(json_object_get(o, port)))
		snprintf(number, sizeof(number), "%d",
		         (int)json_integer_value(json_object_get(o, port)));
	snprintf(to, size, "%s%s%s:%s", v6 ? "[" : "", text_at(o, addr, "?"), v6 ? "]" : "",
	         number);
}

/* The same of what sockit says. */
static void read_ours(struct lines *lines, const char *out)
{
	json_t *objects = events_parse(out), *o;
	size_t i;

	json_array_foreach(objects, i, o)
	{
		const char *kind = text_at(o, "protocol", "?"), *state = text_at(o, "state", "-");
		char local[112], remote[112];

		if (strcmp(kind, "unix") == 0) {
			const char *type = text_at(o, "type", "?");

			snprintf(lines_add(lines), LINE_SIZE, "%s %s %s %s",
			         type[1] == 't'   ? "u_str"
			         : type[1] == 'g' ? "u_dgr"
			                          : "u_seq",
			         state, text_at(o, "local_path", "*"), text_at(o, "inode", "?"));
			continue;
		}
		end_at(local, sizeof(local), o, "local");
		end_at(remote, sizeof(remote), o, "remote");
		snprintf(lines_add(lines), LINE_SIZE, "%s %s %s %s", kind, state, local, remote);
	}
}

static const char *in_use(const char *const *words)
{
	static struct child child;

	child = child_run(&(struct plan){ .args = WORDS("services", "--in-use"), .more = words });
	child_expect(&child, 0);
	if (*child_err(&child))
		child_blame(&child, "something on stderr");
	return child_out(&child);
}

Test(in_use, is_what_ss_says)
{
	static struct lines ours, theirs;

	open_all();
	read_ours(&ours, in_use(WORDS("--json")));
	ask_ss(&theirs);
	cr_assert(ours.count >= 25, "only %zu sockets", ours.count);
	expect_same(&ours, &theirs);
}

static struct child without_netlink(const char *const *words)
{
	struct child child = child_run(&(struct plan){
		.args = WORDS("services", "--in-use"),
		.more = words,
		.wrap = WORDS("strace", "-fqqo", "/dev/null", "-e", "inject=socket:error=EPERM"),
	});

	child_expect(&child, 0);
	return child;
}

Test(in_use, is_the_same_from_proc_when_netlink_is_refused)
{
	struct child child;
	char *want;

	open_all();
	want = strdup(in_use(WORDS(NULL)));
	cr_assert(lines_count(want) >= 25);
	child = without_netlink(WORDS("-v"));
	cr_assert_str_eq(child_out(&child), want);
	child_says(&child, "/proc/net: ");
	want = strdup(in_use(WORDS("--json")));
	child = without_netlink(WORDS("--json"));
	cr_assert_str_eq(child_out(&child), want);
	child = sockit_expect(WORDS("services", "--in-use", "-v"), 0);
	child_says(&child, "netlink sock_diag: ");
	child_silent_about(&child, "/proc/net");
}

/* Every object has this value under this key. */
static void expect_all(const char *out, const char *key, const char *value, size_t count)
{
	json_t *objects = events_parse(out), *o;
	size_t i;

	json_array_foreach(objects, i, o) cr_assert_str_eq(text_at(o, key, "-"), value);
	cr_assert_eq(json_array_size(objects), count, "%s=%s: %zu", key, value,
	             json_array_size(objects));
}

Test(in_use, by_protocol_and_state)
{
	open_all();
	expect_all(in_use(WORDS("--json", "--protocol=udp")), "protocol", "udp", 6);
	expect_all(in_use(WORDS("--json", "--protocol=UNIX")), "protocol", "unix", 9);
	expect_all(in_use(WORDS("--json", "--state=TIME_WAIT")), "state", "TIME_WAIT", 1);
	expect_all(in_use(WORDS("--json", "--state=SYN_SENT")), "state", "SYN_SENT", 1);
	expect_all(in_use(WORDS("--json", "--state=fin_wait2")), "state", "FIN_WAIT2", 1);
	expect_all(in_use(WORDS("--json", "--state=Close_Wait")), "state", "CLOSE_WAIT", 1);
	expect_all(in_use(WORDS("--json", "--state=LISTEN")), "state", "LISTEN", 5);
	expect_all(in_use(WORDS("--json", "--state=LISTENING")), "state", "LISTENING", 2);
	expect_all(in_use(WORDS("--json", "--state=CONNECTED")), "state", "CONNECTED", 5);
	expect_all(in_use(WORDS("--json", "--state=ESTABLISHED", "--protocol", "udp")), "state",
	           "ESTABLISHED", 2);
	expect_all(in_use(WORDS("--json", "--state=CLOSING")), "state", "CLOSING", 0);
	cr_assert_str_empty(in_use(WORDS("--state=CLOSING")));
}

Test(in_use, by_port_and_by_service)
{
	open_all();
	expect_all(in_use(WORDS("--json", "http")), "service", "http", 6);
	expect_all(in_use(WORDS("--json", "80")), "service", "http", 6);
	expect_all(in_use(WORDS("--json", "www/tcp", "--state=listen")), "service", "http", 2);
	expect_all(in_use(WORDS("--json", "HTTP")), "service", "http", 6);
	expect_all(in_use(WORDS("--json", "52-54")), "service", "domain", 4);
	expect_all(in_use(WORDS("--json", "53/udp", "--protocol=udp")), "service", "domain", 4);
	expect_all(in_use(WORDS("--json", "53/tcp")), "protocol", "tcp", 0);
	expect_all(in_use(WORDS("--json", "0")), "protocol", "tcp", 0);
	/* The remote end counts too. */
	expect_all(in_use(WORDS("--json", "443")), "service", "https", 1);
	expect_all(in_use(WORDS("--json", "0-65535", "--protocol=tcp")), "protocol", "tcp", 13);
}

/* A client may have a port that is a service's too. */
Test(in_use, service_is_that_of_the_server)
{
	struct place place = place_tcp(NET_V4, "127.0.0.1", 80);
	int fd;

	netns_enter();
	peer_listen_at(&place);
	fd = bound(SOCK_STREAM, "127.0.0.1", 5432);
	must(connect(fd, (struct sockaddr *)&place.address, place.address_size), "connect");
	expect_all(in_use(WORDS("--json", "5432")), "service", "http", 2);
	expect_all(in_use(WORDS("--json", "postgresql/tcp")), "local_addr", "127.0.0.1", 2);
}

/* Its process, for whoever may know. */
Test(in_use, names_the_process)
{
	char name[64], want[512];
	FILE *comm = fopen("/proc/self/comm", "r");

	cr_assert_not_null(fgets(name, sizeof(name), comm));
	fclose(comm);
	name[strcspn(name, "\n")] = '\0';
	open_all();
	snprintf(want, sizeof(want),
	         "PROTO  STATE   LOCAL         REMOTE     SERVICE   PROCESS\n"
	         "tcp    LISTEN  0.0.0.0:8080  0.0.0.0:*  http-alt  %s/%d\n"
	         "tcp    LISTEN  [::]:8080     [::]:*     http-alt  %s/%d\n",
	         name, (int)getpid(), name, (int)getpid());
	cr_assert_str_eq(in_use(WORDS("8080")), want);
	json_t *o = json_array_get(events_parse(in_use(WORDS("--json", "8080"))), 0);
	cr_assert_str_eq(text_at(o, "process", "?"), name);
	cr_assert_eq(json_integer_value(json_object_get(o, "pid")), getpid());
	cr_assert_eq(json_integer_value(json_object_get(o, "uid")), geteuid());
	cr_assert(json_is_string(json_object_get(o, "inode")));
}

/* A path is another program's to choose. */
Test(in_use, names_of_sockets_are_escaped)
{
	static const char name[] = "\0x\033[2J\n0: 0 0 00010000 0001 01 99 /forged\xff";

	netns_enter();
	must(listen(bound_local(SOCK_STREAM, name, sizeof(name) - 1), 1), "listen");
	cr_assert_eq(lines_count(in_use(WORDS(NULL))), 2);
	cr_assert_not_null(strstr(in_use(WORDS(NULL)),
	                          "LISTENING  @x\\x1b[2J\\x0a0: 0 0 00010000 0001 01 99 "
	                          "/forged\\xff  -"));
	cr_assert_eq(json_array_size(events_parse(in_use(WORDS("--json")))), 1);
}

Test(in_use, words_that_are_wrong)
{
	struct child child;

	netns_enter();
	child = sockit_expect(WORDS("services", "--in-use", "nosuch", "http"), 8);
	child_says(&child, "no service 'nosuch' is known");
	child = sockit_expect(WORDS("services", "--in-use", "nosuch"), 3);
	child_says(&child, "no service 'nosuch' is known");
	child = sockit_expect(WORDS("services", "--in-use", "--protocol=sctp"), 2);
	child_says(&child, "'sctp' is not one of tcp, udp, unix");
	child = sockit_expect(WORDS("services", "--in-use", "--protocol=unix", "80"), 2);
	child_says(&child, "--protocol unix and '80' exclude each other");
	child = sockit_expect(WORDS("services", "--in-use", "--state=FROB"), 2);
	child_says(&child, "not one of ESTABLISHED, SYN_SENT");
	child = sockit_expect(WORDS("services", "--in-use", "80-"), 2);
	child_says(&child, "LOW-HIGH");
}

Test(in_use, trace_shows_netlink)
{
	struct child child;

	netns_enter();
	child = sockit_expect(WORDS("services", "--in-use", "--trace", "--protocol=tcp"), 0);
	lines_in_order(child_err(&child),
	               WORDS("socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC|SOCK_NONBLOCK, "
	                     "NETLINK_SOCK_DIAG) = ",
	                     "send(", "recv(", "close("));
}

Test(in_use, that_cannot_be_written)
{
	static const enum end_kind ends[] = { END_FULL, END_CLOSED };

	open_all();
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct child child = child_run(&(struct plan){
			.args = WORDS("services", "--in-use"), .out = { ends[i] } });

		child_expect(&child, 7);
		child_says(&child, "standard output");
	}
}
