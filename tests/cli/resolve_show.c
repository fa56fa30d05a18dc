/* sockit resolve: the table, the structures and JSON. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/sockit.h"

static void make_world(void)
{
	netns_enter_two();
	child_sh("ip addr add fe80::1/64 dev near nodad");
	netns_set_resolver("127.0.0.1 localhost\n"
	                   "10.0.0.2 far.test far far2\n"
	                   "2001:db8::2 far.test\n"
	                   "fe80::2 link.test\n"
	                   "192.0.2.1 away.test\n"
	                   "10.0.0.7 again\n"
	                   "10.0.0.7 again\n",
	                   "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n");
}

static const char *out_of(const char *const *words)
{
	struct child child = sockit_expect(words, 0);

	return child_out(&child);
}

/* The line of TEXT that begins with BEGIN, its columns split by one blank. */
static const char *row_of(const char *text, const char *begin)
{
	static char row[512];
	size_t n = 0;

	while (text && strncmp(text, begin, strlen(begin)) != 0)
		text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
	for (; text && *text && *text != '\n' && n < sizeof(row) - 1; text++)
		if (*text != ' ' || (n > 0 && row[n - 1] != ' '))
			row[n++] = *text;
	row[n] = '\0';
	return row;
}

static void expect_row(const char *text, const char *begin, const char *columns)
{
	const char *row = row_of(text, begin);

	cr_assert(strncmp(row, columns, strlen(columns)) == 0, "'%s' instead of '%s'", row,
	          columns);
}

Test(resolve_show, long_is_a_table)
{
	const char *text;

	make_world();
	text = out_of(WORDS("resolve", "--long", "far"));
	expect_row(text, "ADDRESS", "ADDRESS FAMILY TYPE PROTOCOL NAME SCOPE SOURCE TIME FROM");
	expect_row(text, "10.0.0.2",
	           "10.0.0.2 AF_INET SOCK_STREAM IPPROTO_TCP far.test - 10.0.0.1 ");
	cr_assert(line_with(text, "10.0.0.2", "ms "));
	cr_assert(line_with(text, "10.0.0.2", "/etc/hosts"));
	text = out_of(WORDS("resolve", "--long", "::ffff:10.0.0.2"));
	cr_assert(line_with(text, "far.test", "/etc/hosts"), "%s", text);
	text = out_of(WORDS("resolve", "-lS", "53", "--socktype", "dgram", "-6", "far.test"));
	expect_row(text, "[2001",
	           "[2001:db8::2]:53 AF_INET6 SOCK_DGRAM IPPROTO_UDP far.test - 2001:db8::1 ");
	text = out_of(WORDS("resolve", "-l", "fe80::2%near"));
	expect_row(text, "fe80",
	           "fe80::2%near AF_INET6 SOCK_STREAM IPPROTO_TCP link.test near fe80::");
	/* There is no way there. */
	expect_row(out_of(WORDS("resolve", "-l", "away.test")), "192",
	           "192.0.2.1 AF_INET SOCK_STREAM IPPROTO_TCP away.test - - ");
}

Test(resolve_show, long_needs_no_name)
{
	struct child child;

	make_world();
	child_sh("printf 'hosts: files\\n' >/etc/nsswitch.conf");
	expect_row(out_of(WORDS("resolve", "-l", "10.0.0.9")), "10.0.0.9",
	           "10.0.0.9 AF_INET SOCK_STREAM IPPROTO_TCP - - 10.0.0.1 ");
	/*
	 * An address that /etc/hosts has twice is one row, and one of each socket type asked for.
	 */
	cr_assert_eq(count_of(out_of(WORDS("resolve", "-l", "again")), "10.0.0.7 "), 1);
	cr_assert_eq(count_of(out_of(WORDS("resolve", "-l", "--json", "again")), "10.0.0.7"), 1);
	cr_assert_eq(
		count_of(out_of(WORDS("resolve", "-l", "--socktype=any", "again")), "10.0.0.7 "),
		3);
	child = sockit_expect(WORDS("resolve", "-l", "--name-required", "10.0.0.9"), 3);
	child_says(&child, "EAI_NONAME");
	child_says(&child, "10.0.0.1");
}

/* The source address is asked for without sending anything. */
Test(resolve_show, long_connects_a_udp_socket)
{
	struct child child;

	make_world();
	child = sockit_expect(WORDS("resolve", "-4l", "--trace=explain", "far.test"), 0);
	lines_in_order(child_err(&child),
	               WORDS("getaddrinfo(\"far.test\", NULL, {ai_flags=AI_CANONNAME,",
	                     "socket(AF_INET, SOCK_DGRAM|", "connect(", "getsockname(", "close("));
	cr_assert(line_with(child_err(&child), "connect(", "10.0.0.2:0) = 0"));
	cr_assert(line_with(child_err(&child), "getsockname(", "10.0.0.1:"));
	child_silent_about(&child, "send(");
}

/* The name is resolved all the same, so the row is there. */
Test(resolve_show, long_without_a_socket_lacks_the_source_alone)
{
	struct child child = child_run(&(struct plan){
		.args = WORDS("resolve", "-l", "127.0.0.1"),
		.wrap = WORDS("strace", "-fqqo", "/dev/null", "-e", "inject=socket:error=EMFILE"),
	});
	const char *row = row_of(child_out(&child), "127.0.0.1 ");

	child_expect(&child, 7);
	child_says(&child, "cannot find the source address for 127.0.0.1: Too many open files");
	cr_assert(strstr(row, "SOCK_STREAM"), "%s", row);
	cr_assert_null(strstr(row + 1, "127.0.0.1"), "%s", row);
}

static const char golden_v4[] =
	"node 1\n"
	"  ai_flags        AI_CANONNAME\n"
	"  ai_family       AF_INET\n"
	"  ai_socktype     SOCK_STREAM\n"
	"  ai_protocol     IPPROTO_TCP\n"
	"  ai_addrlen      16\n"
	"  ai_addr         struct sockaddr_in\n"
	"     at  bytes                    field           order    value\n"
	"      0  02 00                    sin_family      host     AF_INET (2)\n"
	"      2  00 07                    sin_port        network  7\n"
	"      4  0a 00 00 02              sin_addr        network  10.0.0.2\n"
	"      8  00 00 00 00 00 00 00 00  sin_zero                 padding\n"
	"  ai_canonname    far.test\n"
	"  ai_next         NULL\n";

static const char golden_v6[] =
	"node 1\n"
	"  ai_flags        0\n"
	"  ai_family       AF_INET6\n"
	"  ai_socktype     SOCK_DGRAM\n"
	"  ai_protocol     IPPROTO_UDP\n"
	"  ai_addrlen      28\n"
	"  ai_addr         struct sockaddr_in6\n"
	"     at  bytes                    field           order    value\n"
	"      0  0a 00                    sin6_family     host     AF_INET6 (10)\n"
	"      2  d0 4c                    sin6_port       network  53324\n"
	"      4  00 00 00 00              sin6_flowinfo   network  0\n"
	"      8  fe 80 00 00 00 00 00 00  sin6_addr       network  fe80::2\n"
	"     16  00 00 00 00 00 00 00 02\n"
	"     24  01 00 00 00              sin6_scope_id   host     1 (lo here)\n"
	"  ai_canonname    NULL\n"
	"  ai_next         NULL\n";

/* On a machine whose own order is little-endian, which all that these tests run on are. */
Test(resolve_show, addrinfo_shows_every_field_and_byte)
{
	make_world();
	cr_assert_str_eq(out_of(WORDS("resolve", "--addrinfo", "-4S7", "--canonname", "far",
	                              "--socktype=stream")),
	                 golden_v4);
	cr_assert_str_eq(out_of(WORDS("resolve", "--addrinfo", "-S", "53324", "fe80::2%lo",
	                              "--socktype=dgram")),
	                 golden_v6);
}

/* As a program gets it that gives no hints. */
Test(resolve_show, addrinfo_shows_every_node)
{
	const char *text;

	make_world();
	text = out_of(WORDS("resolve", "--addrinfo", "-4", "far"));
	lines_in_order(text, WORDS("node 1", "SOCK_STREAM", "ai_next         node 2", "node 2",
	                           "SOCK_DGRAM", "node 3", "SOCK_RAW", "ai_next         NULL"));
	text = out_of(WORDS("resolve", "--addrinfo", "-4", "far", "localhost"));
	lines_in_order(text, WORDS("far:", "node 1", "localhost:", "node 1"));
}

Test(resolve_show, hostent_is_that_of_the_lecture)
{
	struct child child;

	make_world();
	lines_in_order(out_of(WORDS("resolve", "--hostent", "-4", "far")),
	               WORDS("gethostbyname2_r, AF_INET", "h_name          far.test",
	                     "h_aliases       far", "                far2",
	                     "h_addrtype      AF_INET", "h_length        4",
	                     "h_addr_list     10.0.0.2"));
	lines_in_order(out_of(WORDS("resolve", "--hostent", "2001:db8::2")),
	               WORDS("gethostbyaddr_r, AF_INET6", "h_name          far.test",
	                     "h_aliases       (none)", "h_addrtype      AF_INET6",
	                     "h_length        16", "h_addr_list     2001:db8::2"));
	/* Both families, one after the other. */
	lines_in_order(out_of(WORDS("resolve", "--hostent", "far.test")),
	               WORDS("gethostbyname2_r, AF_INET", "10.0.0.2", "gethostbyname2_r, AF_INET6",
	                     "2001:db8::2"));
	child = sockit_expect(WORDS("resolve", "--trace", "--hostent", "-4", "far"), 0);
	child_says(&child, "gethostbyname2_r(\"far\", AF_INET) = {h_name=\"far.test\", "
	                   "h_addr_list=[10.0.0.2]}");
	child = sockit_expect(WORDS("resolve", "--trace=explain", "--hostent", "10.0.0.2"), 0);
	child_says(&child, "gethostbyaddr_r(10.0.0.2, 4, AF_INET) = {h_name=\"far.test\"");
	child_says(&child, "# turn an address into a name, the older way");
}

static json_t *parsed(const char *const *words, size_t lines)
{
	json_t *events = events_parse(out_of(words));

	cr_assert_eq(json_array_size(events), lines);
	return events;
}

Test(resolve_show, json_is_an_object_a_name)
{
	json_t *all, *one, *row;
	const char *query, *address, *family, *source, *from, *name;
	double time;
	int port;

	make_world();
	all = parsed(WORDS("resolve", "--json", "-S", "80", "-4", "far", "localhost"), 2);
	cr_assert_eq(json_unpack(json_array_get(all, 0), "{s:s, s:F, s:[o]}", "query", &query,
	                         "time_ms", &time, "results", &row),
	             0);
	cr_assert_str_eq(query, "far");
	cr_assert_eq(json_unpack(row, "{s:s, s:s, s:i}", "address", &address, "family", &family,
	                         "port", &port),
	             0);
	cr_assert_str_eq(address, "10.0.0.2");
	cr_assert_str_eq(family, "AF_INET");
	cr_assert_eq(port, 80);
	one = json_array_get(parsed(WORDS("resolve", "--json", "10.0.0.2"), 1), 0);
	cr_assert_eq(
		json_unpack(one, "{s:s, s:[{s:s}]}", "address", &address, "results", "name", &name),
		0);
	cr_assert_str_eq(name, "far.test");
	one = json_array_get(parsed(WORDS("resolve", "--json", "-4l", "far"), 1), 0);
	cr_assert_eq(json_unpack(one, "{s:[{s:s, s:s, s:s}]}", "results", "source", &source, "from",
	                         &from, "name", &name),
	             0);
	cr_assert_str_eq(source, "10.0.0.1");
	cr_assert_str_eq(from, "/etc/hosts");
	cr_assert_str_eq(name, "far.test");
}

Test(resolve_show, json_has_the_structures_too)
{
	json_t *one;
	const char *bytes, *order, *canonname, *flags;
	int offset, length;

	make_world();
	one = json_array_get(parsed(WORDS("resolve", "--json", "--addrinfo", "-4", "-S", "7",
	                                  "--canonname", "--socktype=stream", "far"),
	                            1),
	                     0);
	cr_assert_eq(json_unpack(one, "{s:[{s:s, s:s, s:i, s:[o, {s:s, s:i, s:s}, o, o]}]}",
	                         "addrinfo", "ai_flags", &flags, "ai_canonname", &canonname,
	                         "ai_addrlen", &length, "ai_addr", &(json_t *){ NULL }, "bytes",
	                         &bytes, "offset", &offset, "order", &order, &(json_t *){ NULL },
	                         &(json_t *){ NULL }),
	             0);
	cr_assert_str_eq(flags, "AI_CANONNAME");
	cr_assert_str_eq(canonname, "far.test");
	cr_assert_str_eq(bytes, "00 07");
	cr_assert_str_eq(order, "network");
	cr_assert_eq(offset, 2);
	cr_assert_eq(length, 16);
	one = json_array_get(parsed(WORDS("resolve", "--json", "--hostent", "-4", "far"), 1), 0);
	cr_assert_eq(json_unpack(one, "{s:[{s:s, s:i, s:[s, o]}]}", "hostent", "h_name", &canonname,
	                         "h_length", &length, "h_aliases", &bytes, &(json_t *){ NULL }),
	             0);
	cr_assert_str_eq(bytes, "far");
	cr_assert_eq(length, 4);
}

/* On standard output as an object, and on standard error as a sentence. */
Test(resolve_show, json_has_failures_too)
{
	struct child child;
	json_t *all;
	const char *subject, *code;

	make_world();
	child_sh("printf 'hosts: files\\n' >/etc/nsswitch.conf");
	child = sockit_expect(WORDS("resolve", "--json", "far", "nowhere.test", "localhost"), 8);
	all = events_parse(child_out(&child));
	cr_assert_eq(json_array_size(all), 3);
	cr_assert_eq(json_unpack(json_array_get(all, 1), "{s:{s:s, s:s}}", "error", "subject",
	                         &subject, "code", &code),
	             0);
	cr_assert_str_eq(subject, "nowhere.test");
	cr_assert_str_eq(code, "EAI_NONAME");
	cr_assert(line_with(child_err(&child), "nowhere.test", "EAI_NONAME"));
	child = sockit_expect(WORDS("resolve", "--json", "nowhere.test"), 3);
	cr_assert_eq(json_array_size(events_parse(child_out(&child))), 1);
	child_says(&child, "\"code\":\"EAI_NONAME\"");
}

Test(resolve_show, verbose_tells_on_standard_error)
{
	struct child child;

	make_world();
	child = sockit_expect(WORDS("resolve", "-v", "-4", "far"), 0);
	cr_assert_str_eq(child_out(&child), "10.0.0.2\n");
	cr_assert(line_with(child_err(&child), "addresses of far: 1, found in", " ms"));
	child = sockit_expect(WORDS("resolve", "-v", "10.0.0.2"), 0);
	cr_assert(line_with(child_err(&child), "name of 10.0.0.2: far.test, found in", " ms"));
}
