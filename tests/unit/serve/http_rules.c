/* What a request must be, RFC 9112 and RFC 9110: each rule, and the status for who breaks it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "harness/turns.h"
#include "serve/http.h"
#include "serve/http_message.h"

#define H11 "GET / HTTP/1.1\r\nHost: h\r\n"
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

/* A request, the status it gets, and whether the connection is kept then. */
struct rule {
	const char *request;
	unsigned status;
	bool kept;
};

static struct turns asked(const char *request)
{
	struct turns t = turns_start(&service_http);

	turns_feed(&t, request, strlen(request));
	return t;
}

static void check(const struct rule *rule)
{
	struct turns t = asked(rule->request);
	unsigned status = 0;

	cr_assert_eq(sscanf(t.out, "HTTP/1.1 %u ", &status), 1, "no answer to: %s", rule->request);
	cr_assert_eq(status, rule->status, "%u and not %u for: %s\n%s", status, rule->status,
	             rule->request, t.out);
	cr_assert_eq(t.last, rule->kept ? SERVICE_READ : SERVICE_END, "%s", rule->request);
	cr_assert(strstr(t.out, rule->kept ? "\r\nConnection: keep-alive\r\n"
	                                   : "\r\nConnection: close\r\n"),
	          "%s", t.out);
	turns_finish(&t);
}

#define CHECK_ALL(rules)                                                                           \
	for (size_t i_ = 0; i_ < ARRAY_LEN(rules); i_++)                                           \
	check(&(rules)[i_])

Test(http_rules, request_lines)
{
	static const struct rule rules[] = {
		{ H11 "\r\n", 200, true },
		{ "GET / HTTP/1.1\nHost: h\n\n", 200, true },
		{ "\r\n\r\n\n" H11 "\r\n", 200, true },
		{ "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n" H11 "\r\n", 400, false },
		{ "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ " GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET / a HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400, false },
		{ "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", 400, false },
		{ "GET /\r\n", 400, false },
		{ "GET\r\n", 400, false },
		{ "G(T / HTTP/1.1\r\n", 400, false },
		{ "\x16\x03\x01", 400, false }, /* the hello of TLS is not waited for to its end */
	};

	CHECK_ALL(rules);
}

Test(http_rules, versions)
{
	static const struct rule rules[] = {
		{ "GET / HTTP/1.0\r\n\r\n", 200, false },
		{ "GET / HTTP/1.9\r\nHost: h\r\n\r\n", 200, true },
		{ "GET / HTTP/2.0\r\n", 505, false },
		{ "PRI * HTTP/2.0\r\n", 505, false },
		{ "GET / HTTP/0.9\r\n", 505, false },
		{ "GET / HTTP/1.10\r\n", 400, false },
		{ "GET / HTTP/1\r\n", 400, false },
		{ "GET / HTTP/1.\r\n", 400, false },
		{ "GET / http/1.1\r\n", 400, false },
		{ "GET / HTTPS/1.1\r\n", 400, false },
		{ "GET / HTTP/a.1\r\n", 400, false },
	};

	CHECK_ALL(rules);
}

Test(http_rules, targets)
{
	static const struct rule rules[] = {
		{ "GET http://h/x HTTP/1.1\r\nHost: h\r\n\r\n", 200, true },
		{ "GET http://h/status/418 HTTP/1.1\r\nHost: h\r\n\r\n", 418, true },
		{ "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", 200, true },
		{ "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 200, true },
		{ "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET ://h HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "GET /\x7f HTTP/1.1\r\nHost: h\r\n\r\n", 400, false },
		{ "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 501, false },
	};

	CHECK_ALL(rules);
}

Test(http_rules, header_lines)
{
	static const struct rule rules[] = {
		{ H11 "X:\r\n\r\n", 200, true },
		{ H11 "X: a\tb \t\r\n\r\n", 200, true },
		{ H11 "X: \xff\r\n\r\n", 200, true },
		{ H11 " folded\r\n\r\n", 400, false },
		{ H11 "\tfolded\r\n\r\n", 400, false },
		{ "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400, false },
		{ H11 "X : a\r\n\r\n", 400, false },
		{ H11 "X\r\n\r\n", 400, false },
		{ H11 ": a\r\n\r\n", 400, false },
		{ H11 "X Y: a\r\n\r\n", 400, false },
		{ H11 "X(: a\r\n\r\n", 400, false },
		{ H11 "X: a\rb\r\n\r\n", 400, false },
		{ H11 "X: a\r\r\n\r\n", 400, false },
		{ H11 "X: a\x01\r\n\r\n", 400, false },
		{ H11 "X: a\x7f\r\n\r\n", 400, false },
	};

	CHECK_ALL(rules);
}

Test(http_rules, a_nul_is_no_end)
{
	static const char in_line[] = "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n";
	static const char in_field[] = "GET / HTTP/1.1\r\nHost: h\0\r\n\r\n";
	struct turns t = turns_start(&service_http), u = turns_start(&service_http);

	turns_feed(&t, in_line, sizeof in_line - 1);
	turns_feed(&u, in_field, sizeof in_field - 1);
	cr_assert(strstr(t.out, "HTTP/1.1 400 ") && strstr(u.out, "HTTP/1.1 400 "));
	turns_finish(&t);
	turns_finish(&u);
}

Test(http_rules, hosts)
{
	static const struct rule rules[] = {
		{ "GET / HTTP/1.1\r\n\r\n", 400, false },
		{ "GET / HTTP/1.0\r\n\r\n", 200, false },
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", 200, true },
		{ "GET / HTTP/1.1\r\nhOST: [::1]:80\r\n\r\n", 200, true },
		{ H11 "Host: h\r\n\r\n", 400, false },
		{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, false },
		{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, false },
		{ "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, false },
	};

	CHECK_ALL(rules);
}

Test(http_rules, whether_the_connection_is_kept)
{
	static const struct rule rules[] = {
		{ H11 "Connection: close\r\n\r\n", 200, false },
		{ H11 "Connection: x, CLOSE\r\n\r\n", 200, false },
		{ H11 "Connection: x\r\nConnection: close\r\n\r\n", 200, false },
		{ H11 "Connection: closer\r\n\r\n", 200, true },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 200, true },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", 200, false },
	};

	CHECK_ALL(rules);
}

Test(http_rules, how_long_a_body_is)
{
	static const struct rule rules[] = {
		{ POST "Content-Length: 3\r\n\r\nabc", 200, true },
		{ POST "Content-Length: 0\r\n\r\n", 200, true },
		{ POST "Content-Length: 1048577\r\n\r\n", 413, false },
		{ POST "Content-Length: 99999999999999999999\r\n\r\n", 413, false },
		{ POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400, false },
		{ POST "Content-Length: 3, 3\r\n\r\nabc", 400, false },
		{ POST "Content-Length: +3\r\n\r\nabc", 400, false },
		{ POST "Content-Length: -3\r\n\r\nabc", 400, false },
		{ POST "Content-Length: 0x3\r\n\r\nabc", 400, false },
		{ POST "Content-Length:\r\n\r\nabc", 400, false },
		{ POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400, false },
		{ POST "Transfer-Encoding: x\r\nContent-Length: 3\r\n\r\n", 400, false },
		{ POST "Transfer-Encoding: gzip\r\n\r\n", 501, false },
		{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, false },
		{ POST "Transfer-Encoding: chunked, gzip\r\n\r\n", 501, false },
		{ POST "Transfer-Encoding: identity\r\n\r\n", 501, false },
		{ POST "Transfer-Encoding: xchunked\r\n\r\n", 501, false },
		{ POST "Transfer-Encoding: chunked;q=1\r\n\r\n", 501, false },
		{ POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400, false },
		{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
		  false },
		{ POST "Transfer-Encoding:\r\n\r\n", 400, false },
		{ POST "Transfer-Encoding: ,CHUNKED,\r\n\r\n0\r\n\r\n", 200, true },
		{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, false },
	};

	CHECK_ALL(rules);
}

Test(http_rules, chunks)
{
	static const struct rule rules[] = {
		{ CHUNKED "3\r\nabc\r\n0\r\n\r\n", 200, true },
		{ CHUNKED "0003 ; a=b;c=\"d;\"\r\nabc\r\n00;x\r\n\r\n", 200, true },
		{ CHUNKED "3\r\nabc\r\n0\r\nX: y\r\n\r\n", 200, true },
		{ CHUNKED "3\r\nabc\r\n0\r\n y\r\n\r\n", 400, false },
		{ CHUNKED "3\nabc\r\n0\r\n\r\n", 400, false },
		{ CHUNKED "30\nabc\r\n0\r\n\r\n", 400, false },
		{ CHUNKED "3\r\nabc\rX0\r\n\r\n", 400, false },
		{ CHUNKED "3\r\nabc\n0\r\n\r\n", 400, false },
		{ CHUNKED "3\r\nabcd\r\n0\r\n\r\n", 400, false },
		{ CHUNKED "3\r\nabc\r\r\n0\r\n\r\n", 400, false },
		{ CHUNKED "\r\n", 400, false },
		{ CHUNKED ";a\r\n", 400, false },
		{ CHUNKED " 3\r\nabc\r\n", 400, false },
		{ CHUNKED "0x3\r\nabc\r\n", 400, false },
		{ CHUNKED "-3\r\nabc\r\n", 400, false },
		{ CHUNKED "3g\r\nabc\r\n", 400, false },
		{ CHUNKED "3 4\r\nabc\r\n", 400, false },
		{ CHUNKED "3;\x01\r\nabc\r\n", 400, false },
		{ CHUNKED "100001\r\n", 413, false },
		{ CHUNKED "ffffffffffffffff\r\n", 413, false },
		{ CHUNKED "10000000000000003\r\n", 413, false },
		{ CHUNKED "1\r\na\r\n100000\r\n", 413, false },
	};

	CHECK_ALL(rules);
}

Test(http_rules, expectations)
{
	static const struct rule rules[] = {
		{ POST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", 100, true },
		{ POST "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n", 100, true },
		{ POST "Expect: magic\r\nContent-Length: 3\r\n\r\n", 417, false },
		{ POST "Expect: 100-continue, magic\r\n\r\n", 417, false },
		{ POST "Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n", 413, false },
		{ POST "Expect: 100-continue\r\n\r\n", 200, true },
		{ "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\na", 200, false },
	};

	for (size_t i = 0; i < 2; i++) {
		struct turns t = asked(rules[i].request);

		cr_assert_str_eq(t.out, "HTTP/1.1 100 Continue\r\n\r\n");
		cr_assert_eq(t.last, SERVICE_READ);
		turns_feed(&t, i == 0 ? "abc" : "3\r\nabc\r\n0\r\n\r\n", i == 0 ? 3 : 13);
		cr_assert(strstr(t.out, "HTTP/1.1 200 ") && strstr(t.out, "\"body\":\"abc\""));
		turns_finish(&t);
	}
	for (size_t i = 2; i < ARRAY_LEN(rules); i++)
		check(&rules[i]);
}

/* PREFIX, N times FILL, and REST: the status of the answer, 0 for none. */
static unsigned status_of_long(const char *prefix, size_t n, const char *fill, const char *rest)
{
	struct turns t = asked(prefix);
	unsigned status = 0;

	for (size_t i = 0; i < n; i++)
		turns_feed(&t, fill, strlen(fill));
	turns_feed(&t, rest, strlen(rest));
	(void)sscanf(t.out, "HTTP/1.1 %u ", &status);
	turns_finish(&t);
	return status;
}

Test(http_rules, limits)
{
	/* "GET /", N bytes and " HTTP/1.1\r\n" are a line. */
	size_t most = HTTP_LINE_MAX - strlen("GET / HTTP/1.1\r\n");

	cr_assert_eq(status_of_long("GET /", most, "a", " HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
	cr_assert_eq(status_of_long("GET /", most + 1, "a", " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
	cr_assert_eq(status_of_long("GET /", HTTP_LINE_MAX - 6, "a", ""), 0);
	cr_assert_eq(status_of_long("GET /", HTTP_LINE_MAX - 5, "a", ""), 414);

	most = HTTP_HEAD_MAX - strlen(H11 "X: \r\n\r\n");
	cr_assert_eq(status_of_long(H11 "X: ", most, "a", "\r\n\r\n"), 200);
	cr_assert_eq(status_of_long(H11 "X: ", most + 1, "a", "\r\n\r\n"), 431);
	cr_assert_eq(status_of_long(H11 "X: ", HTTP_HEAD_MAX, "a", ""), 431);

	cr_assert_eq(status_of_long(H11, HTTP_FIELDS_MAX - 1, "X: y\r\n", "\r\n"), 200);
	cr_assert_eq(status_of_long(H11, HTTP_FIELDS_MAX, "X: y\r\n", "\r\n"), 431);
	cr_assert_eq(status_of_long(CHUNKED "0\r\n", HTTP_FIELDS_MAX, "X: y\r\n", "\r\n"), 431);

	most = HTTP_CHUNK_LINE_MAX - strlen("1;\r\n");
	cr_assert_eq(status_of_long(CHUNKED "1;", most, "a", "\r\nb\r\n0\r\n\r\n"), 200);
	cr_assert_eq(status_of_long(CHUNKED "1;", most + 1, "a", "\r\nb\r\n0\r\n\r\n"), 400);
	cr_assert_eq(status_of_long(CHUNKED "1;", HTTP_CHUNK_LINE_MAX, "a", ""), 400);

	cr_assert_eq(status_of_long(POST "Content-Length: 1048576\r\n\r\n", 1 << 16,
	                            "0123456789abcdef", ""),
	             200);
	cr_assert_eq(
		status_of_long(
			CHUNKED, 1 << 14,
			"40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n",
			"0\r\n\r\n"),
		200);
	cr_assert_eq(
		status_of_long(
			CHUNKED, 1 << 14,
			"40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n",
			"1\r\n"),
		413);
}

Test(http_rules, a_slow_request_has_a_limit)
{
	struct turns t = turns_start(&service_http);
	nsec_t began = t.now;

	turns_wake(&t);
	cr_assert(t.wake == 0 && !t.over, "an idle connection has no limit of its own");
	turns_feed(&t, "G", 1);
	cr_assert_eq(t.wake, began + HTTP_REQUEST_TIME);
	t.now = began + HTTP_REQUEST_TIME - 1;
	turns_feed(&t, "ET / HTTP/1.1\r\n", 15);
	cr_assert_eq(t.wake, began + HTTP_REQUEST_TIME);
	cr_assert_eq(t.out_len, 0);
	t.now = began + HTTP_REQUEST_TIME;
	turns_wake(&t);
	cr_assert(strstr(t.out, "HTTP/1.1 408 Request Timeout\r\n"));
	cr_assert_eq(t.last, SERVICE_END);
	turns_finish(&t);
}

Test(http_rules, empty_lines_before_each_request_are_passed_over)
{
	struct turns t = turns_start(&service_http);

	for (unsigned i = 0; i < 20; i++)
		turns_feed(&t, "\r\n" H11 "\r\n", strlen("\r\n" H11 "\r\n"));
	cr_assert(!t.over && !strstr(t.out, " 400 "));
	turns_finish(&t);
}

Test(http_rules, the_next_request_has_a_limit_of_its_own)
{
	struct turns t = asked(H11 "\r\n");

	cr_assert_eq(t.wake, 0);
	t.now += 2 * HTTP_REQUEST_TIME;
	turns_feed(&t, "G", 1);
	cr_assert_eq(t.wake, t.now + HTTP_REQUEST_TIME);
	turns_finish(&t);
}

Test(http_rules, an_end_in_a_request_is_told)
{
	static const char *const cut[] = { "G",
		                           "GET / HTTP/1.1",
		                           H11,
		                           POST "Content-Length: 3\r\n\r\nab",
		                           CHUNKED "3\r\nab",
		                           CHUNKED "0\r\n" };

	for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
		struct turns t = asked(cut[i]);

		cr_assert_eq(t.out_len, 0);
		turns_end_input(&t);
		cr_assert(strstr(t.out, "HTTP/1.1 400 ") && strstr(t.out, "ends too early"), "%s",
		          cut[i]);
		cr_assert(t.over);
		turns_finish(&t);
	}
}

Test(http_rules, an_end_between_requests_is_an_end)
{
	static const char *const whole[] = { "", "\r\n", "\r", H11 "\r\n", H11 "\r\n\r\n" };

	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		struct turns t = asked(whole[i]);

		turns_end_input(&t);
		cr_assert(t.over && t.last != SERVICE_RESET);
		cr_assert_null(strstr(t.out, " 400 "), "%s", t.out);
		turns_finish(&t);
	}
}
