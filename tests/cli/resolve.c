/* sockit resolve with /etc/hosts alone: what is printed, and what cannot be asked. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* A world where nothing but this has a name. */
static void make_world(void)
{
	netns_enter();
	netns_set_resolver("127.0.0.1 localhost\n"
	                   "::1 localhost ip6-localhost\n"
	                   "192.0.2.1 www.test www\n"
	                   "192.0.2.2 www.test\n"
	                   "2001:db8::1 www.test\n"
	                   "192.0.2.1 again.test\n"
	                   "192.0.2.1 again.test\n"
	                   "198.51.100.7 evil\x1b[2J.test\n",
	                   "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n");
}

static void expect_out(const char *const *words, const char *out)
{
	struct child child = sockit_expect(words, 0);

	if (strcmp(child_out(&child), out) != 0)
		child_blame(&child, "this was expected:\n%s", out);
	if (*child_err(&child))
		child_blame(&child, "something on stderr");
}

static void expect_failure(const char *const *words, int status, const char *said)
{
	struct child child = sockit_expect(words, status);

	if (*child_out(&child))
		child_blame(&child, "something on stdout");
	child_says(&child, said);
	child_says(&child, "sockit resolve: ");
}

/* The reference: what a program gets, in its order, each address once. */
static const char *reference(const char *name, int family)
{
	static char all[8192];
	size_t size = 0;
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM }, *list, *at;
	char host[NI_MAXHOST], line[NI_MAXHOST + 2];

	cr_assert_eq(getaddrinfo(name, NULL, &hints, &list), 0, "%s", name);
	all[0] = '\0';
	for (at = list; at; at = at->ai_next) {
		cr_assert_eq(getnameinfo(at->ai_addr, at->ai_addrlen, host, sizeof(host), NULL, 0,
		                         NI_NUMERICHOST),
		             0);
		snprintf(line, sizeof(line), "%s\n", host);
		if (!strstr(all, line))
			size += (size_t)snprintf(all + size, sizeof(all) - size, "%s", line);
	}
	freeaddrinfo(list);
	return all;
}

/* hostinfo of the lecture: for IPv4 alone, and for both. */
Test(resolve, prints_what_getaddrinfo_gives)
{
	static const char *const names[] = { "localhost", "www.test", "www", "again.test" };

	make_world();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		expect_out(WORDS("resolve", names[i]), reference(names[i], AF_UNSPEC));
		expect_out(WORDS("resolve", "-4", names[i]), reference(names[i], AF_INET));
	}
	expect_out(WORDS("resolve", "--ipv6", "www.test"), "2001:db8::1\n");
	expect_out(WORDS("resolve", "again.test"), "192.0.2.1\n");
	expect_out(WORDS("resolve", "--socktype=any", "again.test"), "192.0.2.1\n");
}

Test(resolve, agrees_with_getent)
{
	struct child getent;

	make_world();
	getent = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", "getent ahosts www.test | awk '$2 == \"STREAM\" { print $1 }'"),
	});
	cr_assert(lines_count(child_out(&getent)) >= 2, "%s", child_err(&getent));
	expect_out(WORDS("resolve", "www.test"), child_out(&getent));
}

Test(resolve, turns_an_address_into_its_name)
{
	make_world();
	expect_out(WORDS("resolve", "127.0.0.1"), "localhost\n");
	expect_out(WORDS("resolve", "::1"), "localhost\n");
	expect_out(WORDS("resolve", "0:0::1"), "localhost\n");
	expect_out(WORDS("resolve", "192.0.2.2"), "www.test\n");
	expect_out(WORDS("resolve", "2001:db8::1"), "www.test\n");
	expect_out(WORDS("resolve", "::ffff:192.0.2.2"), "www.test\n");
	expect_failure(WORDS("resolve", "192.0.2.77"), 3, "192.0.2.77: EAI_");
	expect_failure(WORDS("resolve", "-6", "192.0.2.1"), 3, "EAI_ADDRFAMILY");
	expect_failure(WORDS("resolve", "fe80::1%nosuch0"), 3, "fe80::1%nosuch0: EAI_NONAME");
}

Test(resolve, knows_the_zone_of_an_address)
{
	netns_enter();
	netns_set_resolver("fe80::1 router.test\n", "nameserver 127.0.0.1\n");
	expect_out(WORDS("resolve", "fe80::1%lo"), "router.test\n");
	expect_out(WORDS("resolve", "--numeric-host", "fe80::1%lo"), "fe80::1%lo\n");
	expect_out(WORDS("resolve", "-S", "80", "fe80::1%lo"), "[fe80::1%lo]:80\n");
}

/* Spellings that inet_aton(3) takes since 4.2BSD. */
Test(resolve, names_legacy_spellings)
{
	static const char *const legacy[] = { "127.1",      "0x7f000001", "017700000001",
		                              "2130706433", "0177.0.0.1", "127.0.1" };
	struct child child;

	make_world();
	for (size_t i = 0; i < ARRAY_LEN(legacy); i++) {
		const char *asked = legacy[i];

		expect_out(WORDS("resolve", asked), "localhost\n");
		child = sockit_expect(WORDS("resolve", "-v", asked), 0);
		if (!line_with(child_err(&child), asked, "legacy spelling of 127.0.0.1"))
			child_blame(&child, "it is not named as such");
		child = sockit_expect(WORDS("resolve", "--long", asked), 0);
		if (!line_with(child_out(&child), asked, "legacy spelling of 127.0.0.1"))
			child_blame(&child, "it is not named as such");
		child = sockit_expect(WORDS("resolve", "--json", asked), 0);
		child_says(&child, "\"legacy\":true");
	}
	child = sockit_expect(WORDS("resolve", "-v", "127.0.0.1"), 0);
	child_silent_about(&child, "legacy");
	child = sockit_expect(WORDS("resolve", "-l", "127.0.0.1"), 0);
	child_silent_about(&child, "legacy");
}

Test(resolve, shows_ports_beside_addresses)
{
	static const char *const no_ports[] = { "65536", "+80", " 80", "\t80", "80 ", "-0", "-" };

	make_world();
	expect_out(WORDS("resolve", "-6S", "http", "www.test"), "[2001:db8::1]:80\n");
	expect_out(WORDS("resolve", "-4", "--service=8080", "again.test"), "192.0.2.1:8080\n");
	expect_out(WORDS("resolve", "-S", "HTTP", "again.test"), "192.0.2.1:80\n");
	expect_out(WORDS("resolve", "-S", "tftp", "--socktype", "dgram", "again.test"),
	           "192.0.2.1:69\n");
	expect_out(WORDS("resolve", "-S", "80", "192.0.2.9"), "192.0.2.9:80\n");
	expect_out(WORDS("resolve", "-S", "80", "--passive"), "0.0.0.0:80\n[::]:80\n");
	expect_out(WORDS("resolve", "-4", "-S", "80"), "127.0.0.1:80\n");
	expect_failure(WORDS("resolve", "-S", "no-such", "www.test"), 3, "EAI_SERVICE");
	expect_failure(WORDS("resolve", "-S", "http", "--numeric-service", "www.test"), 3,
	               "EAI_NONAME");
	for (size_t i = 0; i < ARRAY_LEN(no_ports); i++)
		expect_failure(WORDS("resolve", "-S", no_ports[i], "www.test"), 2, "0 to 65535");
	if (access("/etc/services", F_OK) == 0)
		must(mount("/dev/null", "/etc/services", NULL, MS_BIND, NULL),
		     "hide /etc/services");
	expect_out(WORDS("resolve", "-S", "http", "again.test"), "192.0.2.1:80\n");
}

/* A name that an answer holds is a peer's bytes. */
Test(resolve, never_prints_a_name_raw)
{
	struct child child;

	make_world();
	child = sockit_run(WORDS("resolve", "198.51.100.7", "\x1b[2J", "\xff\xfe"));
	child_silent_about(&child, "\x1b");
	child_silent_about(&child, "\xff");
}

Test(resolve, says_what_cannot_be_asked)
{
	static const struct {
		const char *const words[6];
		const char *said;
	} rows[] = {
		{ { "resolve" }, "no NAME|ADDRESS... given" },
		{ { "resolve", "" }, "empty" },
		{ { "resolve", "a", "" }, "empty" },
		{ { "resolve", "-4", "-6", "a" }, "-4 and -6" },
		{ { "resolve", "--jobs", "0", "a" }, "--jobs" },
		{ { "resolve", "--jobs", "9999", "a" }, "--jobs" },
		{ { "resolve", "--timeout", "0", "a" }, "--timeout" },
		{ { "resolve", "--timeout", "-1", "a" }, "--timeout" },
		{ { "resolve", "--socktype", "tcp", "a" }, "stream, dgram, raw, any" },
		{ { "resolve", "-f", "x", "a" }, "--file" },
		{ { "resolve", "--long", "--addrinfo", "a" }, "--addrinfo exclude" },
		{ { "resolve", "--long", "--hostent", "a" }, "--hostent exclude" },
		{ { "resolve", "--long", "--confirm", "a" }, "--confirm exclude" },
		{ { "resolve", "--addrinfo", "--hostent", "a" }, "--hostent exclude" },
		{ { "resolve", "--hostent", "--confirm", "a" }, "--confirm exclude" },
		{ { "resolve", "--hostent", "-S", "80", "a" }, "-S and --hostent" },
		{ { "resolve", "--hostent", "--idn", "a" }, "--idn and --hostent" },
		{ { "resolve", "--confirm", "--passive", "a" }, "--passive and --confirm" },
		{ { "resolve", "--name-required", "-S", "1", "a" }, "-S and --name-required" },
		{ { "resolve", "--no-fqdn", "--addrinfo", "a" }, "--addrinfo" },
		{ { "resolve", "--report", "x", "a" }, "--report" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect_failure(rows[i].words, 2, rows[i].said);
	expect_failure(WORDS("resolve", "-f", "/nonexistent"), 7, "/nonexistent");
	expect_failure(WORDS("resolve", "-f", "/"), 7, "Is a directory");
	expect_failure(WORDS("resolve", "--numeric-service", "-S", "http", "localhost"), 3,
	               "(service http: --numeric-service");
}

/* Each hint by the name it has in C, alone and together. */
Test(resolve, passes_every_hint_on)
{
	static const struct {
		const char *option;
		const char *shown;
	} rows[] = {
		{ "--passive", "ai_flags=AI_PASSIVE," },
		{ "--canonname", "ai_flags=AI_CANONNAME," },
		{ "--numeric-service", "ai_flags=AI_NUMERICSERV," },
		{ "--v4mapped", "ai_flags=AI_V4MAPPED," },
		{ "--all", "ai_flags=AI_ALL," },
		{ "--addrconfig", "ai_flags=AI_ADDRCONFIG," },
		{ "--idn", "ai_flags=AI_IDN," },
		{ "-4", "ai_family=AF_INET," },
		{ "-6", "ai_family=AF_INET6," },
		{ "--socktype=stream", "ai_socktype=SOCK_STREAM}" },
		{ "--socktype=dgram", "ai_socktype=SOCK_DGRAM}" },
		{ "--socktype=raw", "ai_socktype=SOCK_RAW}" },
		{ "--socktype=any", "ai_socktype=0}" },
		{ "-v", "ai_flags=0, ai_family=AF_UNSPEC, ai_socktype=SOCK_STREAM}" },
		{ "--addrinfo", "ai_flags=0, ai_family=AF_UNSPEC, ai_socktype=0}" },
	};

	make_world();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child =
			sockit_run(WORDS("resolve", "--trace", rows[i].option, "www.test"));

		if (!line_with(child_err(&child), "getaddrinfo(\"www.test\", NULL", rows[i].shown))
			child_blame(&child, "%s does not show", rows[i].shown);
	}
	expect_failure(WORDS("resolve", "--numeric-host", "www.test"), 3, "EAI_NONAME");
	expect_out(WORDS("resolve", "--numeric-host", "192.0.2.1"), "192.0.2.1\n");
	expect_out(WORDS("resolve", "--canonname", "www"), "192.0.2.1\twww.test\n");
	expect_out(WORDS("resolve", "-6", "--v4mapped", "again.test"), "::ffff:192.0.2.1\n");
	expect_out(WORDS("resolve", "-6", "--v4mapped", "--numeric-host", "192.0.2.1"),
	           "::ffff:192.0.2.1\n");
	expect_out(WORDS("resolve", "-6", "--v4mapped", "-S", "80", "192.0.2.1"),
	           "[::ffff:192.0.2.1]:80\n");
	expect_out(WORDS("resolve", "-6", "--v4mapped", "192.0.2.1"), "www.test\n");
}

Test(resolve, passes_every_flag_of_a_reverse_lookup_on)
{
	struct child child;

	make_world();
	child = sockit_expect(WORDS("resolve", "--trace=explain", "192.0.2.2"), 0);
	if (!line_with(child_err(&child), "getnameinfo(192.0.2.2:0, ", "NI_NAMEREQD) = 0"))
		child_blame(&child, "getnameinfo does not show");
	child_says(&child, "# turn an address into text");
	child = sockit_expect(WORDS("resolve", "--trace", "--no-fqdn", "--idn", "192.0.2.2"), 0);
	if (!line_with(child_err(&child), "getnameinfo(", "NI_NAMEREQD|NI_NOFQDN|NI_IDN) = 0"))
		child_blame(&child, "its flags do not show");
}

Test(resolve, tells_write_errors_and_a_reader_that_left)
{
	struct child child;

	make_world();
	child = child_run(
		&(struct plan){ .args = WORDS("resolve", "www.test"), .out = { END_FULL } });
	child_expect(&child, 7);
	child_says(&child, "No space left on device");
	child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", "yes localhost | \"$0\" resolve -f - 2>&1 | head -n2",
	                      getenv("SOCKIT")),
	});
	child_expect(&child, 0);
	cr_assert_eq(count_of(child_out(&child), "localhost\t"), 2, "%s", child_out(&child));
	cr_assert_eq(lines_count(child_out(&child)), 2);
}
