/*
 * sockit byteorder --proc-net and --sockaddr beside what the kernel and strace say of real sockets.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/launch.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* The words 1 and 2 of socket FD's line in /proc/net/tcp or tcp6: its local and its remote side. */
static void proc_pairs(int fd, bool v6, char local[64], char remote[64])
{
	FILE *table = fopen(v6 ? "/proc/net/tcp6" : "/proc/net/tcp", "re");
	struct stat st;
	char line[512];
	unsigned long inode = 0;

	cr_assert_not_null(table);
	must(fstat(fd, &st), "fstat");
	while (inode != st.st_ino && fgets(line, sizeof line, table))
		if (sscanf(line, " %*[^:]: %63s %63s %*s %*s %*s %*s %*s %*s %lu", local, remote,
		           &inode) != 3)
			inode = 0;
	fclose(table);
	cr_assert_eq(inode, st.st_ino, "the socket is not in /proc/net");
}

static json_t *object_of(const char *option, const char *text)
{
	struct child child = sockit_expect(WORDS("byteorder", "--json", option, text), 0);

	return json_array_get(events_parse(child_out(&child)), 0);
}

/* The address and port of OBJECT are those that the C library sees in AT. */
static void expect_address(json_t *object, const struct sockaddr_storage *at)
{
	const struct sockaddr_in *v4 = (const void *)at;
	const struct sockaddr_in6 *v6 = (const void *)at;
	bool six = at->ss_family == AF_INET6;
	char host[INET6_ADDRSTRLEN];

	inet_ntop(at->ss_family, six ? (const void *)&v6->sin6_addr : &v4->sin_addr, host,
	          sizeof host);
	cr_assert_str_eq(json_string_value(json_object_get(object, "address")), host);
	cr_assert_eq(json_integer_value(json_object_get(object, "port")),
	             ntohs(six ? v6->sin6_port : v4->sin_port));
}

/* A connection of the test's own, both of its sockets, local and remote side. */
static void compare_proc_net(enum net net)
{
	struct place place;
	int listener = peer_listen(net, &place), client = peer_connect(&place);
	const int sockets[] = { listener, client, peer_accept(listener) };

	for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
		struct sockaddr_storage at = { 0 };
		socklen_t size = sizeof at;
		char local[64], remote[64];

		proc_pairs(sockets[i], net == NET_V6, local, remote);
		must(getsockname(sockets[i], (struct sockaddr *)&at, &size), "getsockname");
		expect_address(object_of("--proc-net", local), &at);
		size = sizeof at;
		if (sockets[i] != listener) {
			must(getpeername(sockets[i], (struct sockaddr *)&at, &size), "getpeername");
			expect_address(object_of("--proc-net", remote), &at);
		}
	}
}

Test(byteorder_sockets, proc_net_of_ipv4)
{
	compare_proc_net(NET_V4);
}

Test(byteorder_sockets, proc_net_of_ipv6)
{
	compare_proc_net(NET_V6);
}

Test(byteorder_sockets, the_whole_of_proc_net_from_a_pipe)
{
	struct place place;
	struct child child;

	peer_listen(NET_V4, &place);
	child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c",
	                      "awk 'NR > 1 { print $2 }' /proc/net/tcp | "
	                      "\"$0\" byteorder --proc-net",
	                      launch_sockit()),
	});
	child_expect(&child, 0);
	child_says(&child, place.port);
	cr_assert_str_empty(child_err(&child));
}

Test(byteorder_sockets, proc_net_is_said_in_words)
{
	struct child child;

	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		child = sockit_expect(WORDS("byteorder", "--proc-net", "0100007F:1F90"), 0);
	else
		child = sockit_expect(WORDS("byteorder", "--proc-net", "7F000001:1F90"), 0);
	child_says(&child, "socket            127.0.0.1 port 8080\n");
	child_says(&child, "address           7f 00 00 01\n");
	child_says(&child, "port              1f 90\n");
}

/* The N bytes AT, joined by BETWEEN. */
static const char *hex_of(const void *at, size_t n, const char *between)
{
	static char text[1024];
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%02x", i ? between : "",
		                        ((const unsigned char *)at)[i]);
	return text;
}

Test(byteorder_sockets, sockaddr_of_what_the_kernel_gives)
{
	for (enum net net = NET_V4; net <= NET_V6; net++) {
		struct place place;
		int listener = peer_listen(net, &place), client = peer_connect(&place);
		struct sockaddr_storage at;
		socklen_t size = sizeof at;
		static const char *const between[] = { ":", " ", "" };

		must(getsockname(client, (struct sockaddr *)&at, &size), "getsockname");
		for (size_t i = 0; i < ARRAY_LEN(between); i++)
			expect_address(object_of("--sockaddr", hex_of(&at, size, between[i])), &at);
		close(client);
		close(listener);
	}
}

/* xxd groups by two bytes, xxd -g4 by four. */
Test(byteorder_sockets, sockaddr_as_xxd_prints_it)
{
	static const char *const texts[] = { "0200 1f90 7f00 0001 0000 0000 0000 0000",
		                             "0200 1f90 7f000001 0000000000000000" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *object = object_of("--sockaddr", texts[i]);

		cr_assert_str_eq(json_string_value(json_object_get(object, "address")),
		                 "127.0.0.1");
		cr_assert_eq(json_integer_value(json_object_get(object, "port")), 8080);
	}
}

Test(byteorder_sockets, sockaddr_with_a_scope)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_scope_id = 1 };
	socklen_t size = sizeof at;
	struct child child;
	int fd;

	netns_enter();
	child_sh("ip addr add fe80::7/64 dev lo nodad");
	inet_pton(AF_INET6, "fe80::7", &at.sin6_addr);
	fd = must(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	must(bind(fd, (struct sockaddr *)&at, sizeof at), "bind");
	must(getsockname(fd, (struct sockaddr *)&at, &size), "getsockname");
	child = sockit_expect(WORDS("byteorder", "--sockaddr", hex_of(&at, size, ":")), 0);
	child_says(&child, "AF_INET6          fe80::7%lo port ");
	child_says(&child, "host     1 (lo here)\n");
}

Test(byteorder_sockets, sockaddr_of_unix)
{
	struct place place;
	int listener = peer_listen(NET_UNIX, &place);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t size = sizeof at;
	json_t *object;
	int fd;

	must(getsockname(listener, (struct sockaddr *)&at, &size), "getsockname");
	object = object_of("--sockaddr", hex_of(&at, size, ":"));
	cr_assert_str_eq(json_string_value(json_object_get(object, "path")), place.host);
	/* The kernel chooses a name in the abstract namespace: five hex digits (man 7 unix). */
	fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	must(bind(fd, (struct sockaddr *)&at, sizeof(sa_family_t)), "bind");
	size = sizeof at;
	must(getsockname(fd, (struct sockaddr *)&at, &size), "getsockname");
	cr_assert_eq(size, sizeof(sa_family_t) + 6);
	at.sun_path[6] = '\0';
	object = object_of("--sockaddr", hex_of(&at, size, ":"));
	cr_assert_eq(json_string_value(json_object_get(object, "path"))[0], '@');
	cr_assert_str_eq(json_string_value(json_object_get(object, "path")) + 1, at.sun_path + 1);
}

/* What is in LINE between BEFORE and AFTER. */
static const char *between(const char *line, const char *before, const char *after)
{
	static char found[256];
	const char *at = strstr(line, before);

	cr_assert_not_null(at, "no %s in: %s", before, line);
	at += strlen(before);
	cr_assert_not_null(strstr(at, after), "no %s in: %s", after, line);
	snprintf(found, sizeof found, "%.*s", (int)(strstr(at, after) - at), at);
	return found;
}

static const char *field_value(json_t *object, const char *name)
{
	json_t *field = events_where(json_object_get(object, "fields"), "name", name);

	cr_assert_not_null(field, "no field %s", name);
	return json_string_value(json_object_get(field, "value"));
}

/* strace decodes what connect() is given; the bytes are those that the peer was found by. */
static void compare_with_strace(enum net net)
{
	const char *path = scratch_fresh(), *line;
	struct place place;
	int listener = peer_listen(net, &place);
	struct child child = child_start(&(struct plan){
		.wrap = WORDS("strace", "-qq", "-e", "trace=connect", "-o", path),
		.args = WORDS("connect", "-d", place.word),
	});
	json_t *object;

	close(sockit_accept(&child, listener));
	child_expect(&child, 0);
	line = strstr(scratch_read(path), "connect(");
	cr_assert_not_null(line);
	object = object_of("--sockaddr", hex_of(&place.address, place.address_size, ""));
	cr_assert_str_eq(between(line, "sa_family=", ","),
	                 json_string_value(json_object_get(object, "family")));
	if (net == NET_V4) {
		cr_assert_str_eq(between(line, "sin_port=htons(", ")"),
		                 field_value(object, "sin_port"));
		cr_assert_str_eq(between(line, "sin_addr=inet_addr(\"", "\""),
		                 field_value(object, "sin_addr"));
	} else if (net == NET_V6) {
		cr_assert_str_eq(between(line, "sin6_port=htons(", ")"),
		                 field_value(object, "sin6_port"));
		cr_assert_str_eq(between(line, "sin6_flowinfo=htonl(", ")"),
		                 field_value(object, "sin6_flowinfo"));
		cr_assert_str_eq(between(line, "inet_pton(AF_INET6, \"", "\""),
		                 field_value(object, "sin6_addr"));
		cr_assert_str_eq(between(line, "sin6_scope_id=", "}"),
		                 field_value(object, "sin6_scope_id"));
	} else {
		cr_assert_str_eq(between(line, "sun_path=\"", "\""),
		                 field_value(object, "sun_path"));
	}
}

Test(byteorder_sockets, sockaddr_as_strace_decodes_it)
{
	for (enum net net = NET_V4; net < NET_COUNT; net++)
		compare_with_strace(net);
}
