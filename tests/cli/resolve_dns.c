/* sockit resolve and a real name server. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/dns.h"
#include "harness/dnsmasq.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static const char hosts[] = "127.0.0.1 localhost\n";
static const char zone[] = "host-record=four.test,192.0.2.4\n"
			   "host-record=six.test,2001:db8::6\n"
			   "host-record=both.test,192.0.2.1,2001:db8::1\n"
			   "cname=alias.test,both.test\n"
			   "cname=alias2.test,alias.test\n"
			   "host-record=xn--bcher-kva.test,192.0.2.9\n"
			   "host-record=truth.test,192.0.2.100\n"
			   "ptr-record=99.2.0.192.in-addr.arpa,truth.test\n"
			   "ptr-record=98.2.0.192.in-addr.arpa,gone.test\n"
			   "address=/mute.test/192.0.2.55\n"
			   "server=/silent.test/127.0.0.1#5399\n";

static void expect_out(const char *const *words, const char *out)
{
	struct child child = sockit_expect(words, 0);

	if (strcmp(child_out(&child), out) != 0)
		child_blame(&child, "this was expected:\n%s", out);
}

static struct child expect_failure(const char *const *words, int status, const char *said)
{
	struct child child = sockit_expect(words, status);

	child_says(&child, said);
	return child;
}

/* The addresses that getent shows, once each. */
static const char *getent(const char *name)
{
	struct child child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", "getent ahosts \"$0\" | awk '$2 == \"STREAM\" { print $1 }'",
	                      name),
	});

	if (!*child_out(&child))
		child_blame(&child, "getent does not know %s", name);
	return child_out(&child);
}

Test(resolve_dns, addresses_agree_with_getent)
{
	static const char *const names[] = { "four.test", "six.test", "both.test", "alias.test",
		                             "alias2.test" };

	dnsmasq_world(hosts, zone);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		expect_out(WORDS("resolve", names[i]), getent(names[i]));
	expect_out(WORDS("resolve", "-4", "both.test"), "192.0.2.1\n");
	expect_out(WORDS("resolve", "-6", "both.test"), "2001:db8::1\n");
	expect_out(WORDS("resolve", "--canonname", "-4", "alias2.test"), "192.0.2.1\tboth.test\n");
	expect_out(WORDS("resolve", "-6", "--v4mapped", "four.test"), "::ffff:192.0.2.4\n");
	expect_out(WORDS("resolve", "-6", "--v4mapped", "--all", "both.test"),
	           "2001:db8::1\n::ffff:192.0.2.1\n");
	expect_out(WORDS("resolve", "FOUR.test."), "192.0.2.4\n");
}

Test(resolve_dns, what_fails_is_called_by_its_name)
{
	dnsmasq_world(hosts, zone);
	expect_failure(WORDS("resolve", "nowhere.test"), 3,
	               "cannot resolve nowhere.test: EAI_NONAME: Name or service not known");
	expect_failure(WORDS("resolve", "-6", "four.test"), 3,
	               "EAI_NODATA: No address associated with hostname");
	expect_failure(WORDS("resolve", "--name-required", "192.0.2.77"), 3,
	               "192.0.2.77: EAI_NONAME");
	expect_failure(WORDS("resolve", "--name-required", "0xc000024d"), 3,
	               "0xc000024d is a legacy spelling of 192.0.2.77");
	expect_failure(WORDS("resolve", "--hostent", "nowhere.test"), 3, "EAI_NONAME");
	expect_failure(WORDS("resolve", "--hostent", "192.0.2.77"), 3, "EAI_NONAME");
}

Test(resolve_dns, addresses_have_names)
{
	dnsmasq_world(hosts, zone);
	/* Or none: then getnameinfo gives the address back. */
	expect_out(WORDS("resolve", "192.0.2.77"), "192.0.2.77\n");
	expect_out(WORDS("resolve", "192.0.2.4"), "four.test\n");
	expect_out(WORDS("resolve", "2001:db8::6"), "six.test\n");
	expect_out(WORDS("resolve", "::ffff:192.0.2.4"), "four.test\n");
	expect_out(WORDS("resolve", "0xc0000204"), "four.test\n");
}

Test(resolve_dns, a_server_that_fails_is_3)
{
	struct child child;

	netns_enter();
	netns_set_resolver("192.0.2.60 half.test\n", "nameserver 127.0.0.1\noptions attempts:1\n");
	dns_serve(DNS_SERVFAIL);
	child = expect_failure(WORDS("resolve", "broken.test"), 3,
	                       "EAI_AGAIN: Temporary failure in name resolution");
	cr_assert_str_empty(child_out(&child));
	expect_failure(WORDS("resolve", "192.0.2.4"), 3, "EAI_AGAIN");
	expect_failure(WORDS("resolve", "--hostent", "broken.test"), 3, "EAI_AGAIN");
	/* Which is not asked for the address that is found. */
	child = sockit_expect(WORDS("resolve", "--json", "--hostent", "half.test"), 0);
	cr_assert_eq(lines_count(child_out(&child)), 1, "%s", child_out(&child));
	child_says(&child, "192.0.2.60");
	expect_failure(WORDS("resolve", "--confirm", "192.0.2.4"), 3, "EAI_AGAIN");
}

/* getaddrinfo itself would take 10 s. */
Test(resolve_dns, silence_is_4_at_the_deadline)
{
	netns_enter();
	netns_set_resolver(hosts, "nameserver 127.0.0.1\n");
	dns_serve(DNS_SILENT);
	sockit_expect_late("no answer within", WORDS("resolve", "--timeout", "1", "silent.test"),
	                   1);
	sockit_expect_late("no answer within", WORDS("resolve", "--timeout", "300ms", "192.0.2.4"),
	                   0.3);
	sockit_expect_late("no answer within",
	                   WORDS("resolve", "--timeout", "300ms", "--hostent", "silent.test"), 0.3);
	sockit_expect_late("no answer within",
	                   WORDS("resolve", "--timeout", "300ms", "--long", "silent.test"), 0.3);
	sockit_expect_late("no answer within",
	                   WORDS("resolve", "--timeout", "300ms", "--confirm", "192.0.2.4"), 0.3);
}

Test(resolve_dns, the_default_limit_is_8_seconds)
{
	only_when("SOCKIT_LONG");
	netns_enter();
	netns_set_resolver(hosts, "nameserver 127.0.0.1\n");
	dns_serve(DNS_SILENT);
	sockit_expect_late("no answer within", WORDS("resolve", "silent.test"), 8);
}

Test(resolve_dns, a_name_may_have_200_addresses)
{
	char *config = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&config, &size);
	struct child child;

	for (int i = 0; i < 200; i++)
		fprintf(out, "host-record=many.test,10.9.%d.%d\n", i / 100, i % 100 + 1);
	fclose(out);
	dnsmasq_world(hosts, config);
	/* The server turns its answers round, so the set is compared, not the order. */
	child = sockit_expect(WORDS("resolve", "many.test"), 0);
	cr_assert_eq(lines_count(child_out(&child)), 200);
	for (int i = 0; i < 200; i++) {
		char line[32];

		snprintf(line, sizeof(line), "10.9.%d.%d\n", i / 100, i % 100 + 1);
		cr_assert_not_null(strstr(child_out(&child), line), "%s is missing", line);
	}
	child = sockit_expect(WORDS("resolve", "--hostent", "-4", "many.test"), 0);
	cr_assert_eq(count_of(child_out(&child), "10.9."), 200);
	child = sockit_expect(WORDS("resolve", "--long", "many.test"), 0);
	cr_assert_eq(lines_count(child_out(&child)), 201);
}

/* RFC 1035 section 3.1: 255 octets, which are 253 characters. */
Test(resolve_dns, a_name_may_have_253_characters)
{
	char label[64], longest[256], longer[257], config[600];
	struct child child;

	memset(label, 'a', sizeof(label));
	snprintf(longest, sizeof(longest), "%.63s.%.63s.%.63s.%.56s.test", label, label, label,
	         label);
	snprintf(longer, sizeof(longer), "%.63s.%.63s.%.63s.%.57s.test", label, label, label,
	         label);
	cr_assert_eq(strlen(longest), 253);
	snprintf(config, sizeof(config), "host-record=%s,192.0.2.253\n", longest);
	dnsmasq_world(hosts, config);
	expect_out(WORDS("resolve", longest), "192.0.2.253\n");
	child = sockit_expect(WORDS("resolve", "192.0.2.253"), 0);
	child_says(&child, longest);
	expect_failure(WORDS("resolve", longer), 3, "EAI_");
}

Test(resolve_dns, names_may_be_international)
{
	struct child child;

	dnsmasq_world(hosts, zone);
	expect_out(WORDS("resolve", "--idn", "bücher.test"), "192.0.2.9\n");
	expect_out(WORDS("resolve", "--idn", "BÜCHER.test"), "192.0.2.9\n");
	expect_out(WORDS("resolve", "xn--bcher-kva.test"), "192.0.2.9\n");
	expect_out(WORDS("resolve", "--idn", "192.0.2.9"), "bücher.test\n");
	expect_out(WORDS("resolve", "192.0.2.9"), "xn--bcher-kva.test\n");
	expect_failure(WORDS("resolve", "bücher.test"), 3, "--idn");
	child = child_run(&(struct plan){ .args = WORDS("resolve", "--idn", "bücher.test"),
	                                  .env = WORDS("LC_ALL=C") });
	child_expect(&child, 0);
	expect_failure(WORDS("resolve", "--idn", "\xff.test"), 3, "EAI_IDN_ENCODE");
}

Test(resolve_dns, confirm_says_whether_name_and_address_agree)
{
	struct child child;

	dnsmasq_world(hosts, zone);
	expect_out(WORDS("resolve", "--confirm", "192.0.2.4"), "192.0.2.4\tfour.test\tagrees\n");
	expect_out(WORDS("resolve", "--confirm", "::ffff:192.0.2.4"),
	           "::ffff:192.0.2.4\tfour.test\tagrees\n");
	expect_out(WORDS("resolve", "--confirm", "both.test"),
	           "2001:db8::1\tboth.test\tagrees\n192.0.2.1\tboth.test\tagrees\n");
	child = sockit_expect(WORDS("resolve", "--confirm", "192.0.2.99"), 8);
	cr_assert_str_eq(child_out(&child), "192.0.2.99\ttruth.test\tdisagrees\n");
	child = sockit_expect(WORDS("resolve", "--confirm", "192.0.2.98"), 8);
	cr_assert_str_eq(child_out(&child), "192.0.2.98\tgone.test\tdisagrees\n");
	child = sockit_expect(WORDS("resolve", "--confirm", "mute.test"), 8);
	cr_assert_str_eq(child_out(&child), "192.0.2.55\t-\thas no name\n");
	expect_failure(WORDS("resolve", "--confirm", "192.0.2.77"), 3, "EAI_NONAME");
	child = sockit_expect(WORDS("resolve", "--json", "--confirm", "192.0.2.99"), 8);
	child_says(&child, "\"name\":\"truth.test\",\"agrees\":false");
	child_says(&child, "\"subject\":\"192.0.2.99\"");
}

/* Who answered is told only where it is certain. */
Test(resolve_dns, long_says_who_answered)
{
	struct child child;

	dnsmasq_world("127.0.0.1 localhost\n192.0.2.50 local.test # my own\n"
	              "192.0.2.51 four.test.other\n",
	              zone);
	child = sockit_expect(
		WORDS("resolve", "-l", "local.test", "four.test", "192.0.2.50", "192.0.2.4"), 0);
	cr_assert(line_with(child_out(&child), "192.0.2.50 ", "/etc/hosts"));
	cr_assert(line_with(child_out(&child), "192.0.2.4 ", "resolver"));
	cr_assert_eq(count_of(child_out(&child), "/etc/hosts"), 2, "%s", child_out(&child));
	cr_assert_eq(count_of(child_out(&child), "resolver"), 2, "%s", child_out(&child));
	child_sh("printf 'hosts: files mdns4_minimal [NOTFOUND=return] dns\\n' "
	         ">/etc/nsswitch.conf");
	child = sockit_expect(WORDS("resolve", "-l", "four.test"), 0);
	child_silent_about(&child, "resolver");
	child = sockit_expect(WORDS("resolve", "-l", "local.test"), 0);
	child_says(&child, "/etc/hosts");
	child_sh("printf 'hosts: dns files\\n' >/etc/nsswitch.conf");
	child = sockit_expect(WORDS("resolve", "-l", "local.test"), 0);
	child_silent_about(&child, "/etc/hosts");
}
