/* net/service_query: the words by which a person asks for services. */
#include "net/service_query.h"

#include <criterion/criterion.h>
#include <string.h>

static struct service_query parsed(const char *text)
{
	struct service_query q;
	struct err err;

	cr_assert_eq(service_query_parse(&q, text, &err), 0, "'%s'", text);
	cr_assert_eq(q.text, text);
	return q;
}

Test(service_query, is_a_name_a_port_or_a_range)
{
	struct service_query q = parsed("Http-Alt/TCP");

	cr_assert_str_eq(q.name, "Http-Alt");
	cr_assert_str_eq(q.protocol, "tcp");
	q = parsed("80");
	cr_assert_str_empty(q.name);
	cr_assert_str_empty(q.protocol);
	cr_assert(q.low == 80 && q.high == 80);
	q = parsed("0-65535/udp");
	cr_assert(q.low == 0 && q.high == 65535);
	cr_assert_str_eq(q.protocol, "udp");
	/* A name may begin with digits, and may look like a range with a letter behind. */
	cr_assert_str_eq(parsed("9p").name, "9p");
	cr_assert_str_eq(parsed("1-2x").name, "1-2x");
}

Test(service_query, refuses_the_rest)
{
	static const char *const words[] = { "",    "/",     "/tcp", "80/",   "65536", "1-65536",
		                             "2-1", "-",     "1-",   "-1",    "1--2",  "1-2-3",
		                             "a b", "80 ",   "h\nx", "a/b/c", "a/b c", "\xff",
		                             "+1",  "80,81", "-_+." };
	char longer[SERVICE_WORD_SIZE + 2];
	struct service_query q;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		cr_assert_eq(service_query_parse(&q, words[i], &err), -1, "'%s'", words[i]);
		cr_assert_eq(err.domain, ERR_USAGE);
	}
	memset(longer, 'a', sizeof longer);
	longer[SERVICE_WORD_SIZE] = '\0';
	cr_assert_eq(service_query_parse(&q, longer, &err), -1);
	longer[SERVICE_WORD_SIZE - 1] = '\0';
	cr_assert_eq(service_query_parse(&q, longer, &err), 0);
	cr_assert_str_eq(q.name, longer);
}

Test(service_query, is_limited_to_a_protocol)
{
	struct service_query q = parsed("80"), named = parsed("x/udp");
	struct err err;

	cr_assert_eq(service_query_limit(&q, "TCP", &err), 0);
	cr_assert_str_eq(q.protocol, "tcp");
	cr_assert_eq(service_query_limit(&named, "Udp", &err), 0);
	cr_assert_eq(service_query_limit(&named, "tcp", &err), -1);
	cr_assert_eq(err.domain, ERR_USAGE);
	cr_assert_not_null(strstr(err.detail, "'x/udp' and --protocol tcp"));
	cr_assert_eq(service_query_limit(&q, "t p", &err), -1);
}

Test(service_query, matches_names_aliases_and_ports)
{
	char name[] = "HTTP-Alt";
	struct service_entry e = {
		.name = name, .protocol = "tcp", .aliases = "webcache Proxy", .port = 8080
	};
	static const char *const yes[] = { "http-alt", "PROXY",  "webcache/tcp", "8080",
		                           "8080/TCP", "1-8080", "8080-9000" };
	static const char *const no[] = { "http", "webcache/udp", "web",     "cache",
		                          "8081", "1-8079",       "8080/udp" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		struct service_query q = parsed(yes[i]);

		cr_assert(service_query_matches(&q, &e), "%s", yes[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		struct service_query q = parsed(no[i]);

		cr_assert(!service_query_matches(&q, &e), "%s", no[i]);
	}
}

Test(service_query, searches_in_names_and_aliases)
{
	char name[] = "HTTP-Alt";
	struct service_entry e = {
		.name = name, .protocol = "tcp", .aliases = "webcache Proxy", .port = 8080
	};
	static const char *const yes[] = { "alt", "http",     "ACHE", "prox", "webcache",
		                           "0/t", "8080/tcp", "/",    "/TCP" };
	static const char *const no[] = {
		"tcp", "8080", "cache p", "e P", "alt webcache", "81/tcp"
	};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		cr_assert(service_entry_contains(&e, yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		cr_assert(!service_entry_contains(&e, no[i]), "%s", no[i]);
}
