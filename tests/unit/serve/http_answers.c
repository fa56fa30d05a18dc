/* What http answers: what was asked, as JSON and as a page, and the paths that do more. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "harness/turns.h"
#include "serve/http.h"
#include "serve/http_answer.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n"

static struct turns asked(const char *request)
{
	struct turns t = turns_start(&service_http);

	turns_feed(&t, request, strlen(request));
	return t;
}

/* Of the first answer. */
static const char *body_of(const struct turns *t)
{
	const char *end = strstr(t->out, "\r\n\r\n");

	cr_assert(end, "no answer: %s", t->out);
	return end + 4;
}

static json_t *json_of(const struct turns *t)
{
	json_error_t error;
	json_t *json = json_loads(body_of(t), 0, &error);

	cr_assert(json, "%s in %s", error.text, body_of(t));
	return json;
}

static const char *str(json_t *json, const char *key)
{
	const char *value = json_string_value(json_object_get(json, key));

	return value ? value : "(none)";
}

static void has(const struct turns *t, const char *text)
{
	cr_assert(strstr(t->out, text), "no '%s' in:\n%s", text, t->out);
}

static void has_not(const struct turns *t, const char *text)
{
	cr_assert_null(strstr(t->out, text), "'%s' in:\n%s", text, t->out);
}

Test(http_answers, tell_what_was_asked)
{
	struct turns t = turns_start(&service_http);
	const char *request = "PUT /a?b=c HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nx-one: 2\r\n"
			      "Content-Length: 5\r\n\r\nh\"\xc3\xa4\n";

	t.name = "client.example";
	turns_feed(&t, request, strlen(request));
	json_t *json = json_of(&t), *headers = json_object_get(json, "headers");
	json_t *peer = json_object_get(json, "peer");

	cr_assert_str_eq(str(json, "method"), "PUT");
	cr_assert_str_eq(str(json, "target"), "/a?b=c");
	cr_assert_str_eq(str(json, "version"), "HTTP/1.1");
	cr_assert_str_eq(str(json, "body"), "h\"\xc3\xa4\n");
	cr_assert_eq(json_integer_value(json_object_get(json, "body_size")), 5);
	cr_assert_eq(json_array_size(json_object_get(json, "trailers")), 0);
	cr_assert_eq(json_array_size(headers), 4);
	cr_assert_str_eq(str(json_array_get(headers, 1), "name"), "X-One");
	cr_assert_str_eq(str(json_array_get(headers, 2), "name"), "x-one");
	cr_assert_str_eq(str(json_array_get(headers, 2), "value"), "2");
	cr_assert_str_eq(str(peer, "name"), "client.example");
	cr_assert_str_eq(str(peer, "address"), "127.0.0.1");
	cr_assert_eq(json_integer_value(json_object_get(peer, "port")), 40000);
	json_decref(json);
	turns_finish(&t);
}

Test(http_answers, have_a_header_that_is_right)
{
	struct turns t = asked(GET("/") "\r\n");
	char length[64];

	cr_assert_eq(strncmp(t.out, "HTTP/1.1 200 OK\r\nDate: ", 23), 0);
	has(&t, " GMT\r\n");
	has(&t, "\r\nCache-Control: no-store\r\n");
	has(&t, "\r\nContent-Type: application/json\r\n");
	snprintf(length, sizeof length, "\r\nContent-Length: %zu\r\n", strlen(body_of(&t)));
	has(&t, length);
	turns_finish(&t);
}

Test(http_answers, are_dated)
{
	time_t before = time(NULL);
	struct turns t = asked(GET("/") "\r\n");
	const char *date = strstr(t.out, "\r\nDate: ");
	struct tm tm = { 0 };

	cr_assert(date);
	date = strptime(date + strlen("\r\nDate: "), "%a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	cr_assert(date);
	cr_assert(timegm(&tm) >= before && timegm(&tm) <= time(NULL) + 1);
	turns_finish(&t);
}

Test(http_answers, a_name_is_looked_up_once_and_only_to_be_told)
{
	struct turns t = asked(GET("/status/200") "\r\n");

	cr_assert_eq(t.names, 0);
	turns_feed(&t, GET("/") "\r\n" GET("/") "\r\n", 2 * strlen(GET("/") "\r\n"));
	cr_assert_eq(t.names, 1);
	has(&t, "\"peer\":{\"name\":\"127.0.0.1\",\"address\":\"127.0.0.1\",\"port\":40000}");
	turns_finish(&t);
}

Test(http_answers, a_client_of_a_unix_socket_has_no_name)
{
	struct turns t = turns_start(&service_http);

	t.peer = (struct addr){ .at.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	turns_feed(&t, GET("/") "\r\n", strlen(GET("/") "\r\n"));
	cr_assert_eq(t.names, 0);
	has(&t, "\"peer\":{\"name\":\"unix:(unnamed)\",\"address\":\"unix:(unnamed)\"}");
	turns_finish(&t);
}

Test(http_answers, trailers_are_told_apart)
{
	struct turns t = asked("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	                       "3\r\nabc\r\n2\r\nde\r\n0\r\nHost: late\r\n\r\n");

	has(&t, "\"trailers\":[{\"name\":\"Host\",\"value\":\"late\"}]");
	has(&t, "\"body\":\"abcde\",\"body_size\":5");
	turns_finish(&t);
}

Test(http_answers, what_is_not_text_is_told_all_the_same)
{
	static const struct {
		const char *body, *base64;
	} rows[] = { { "\xff", "/w==" },
		     { "\xff\xfe", "//4=" },
		     { "\xff\xfe\xfd", "//79" },
		     { "\xffman", "/21hbg==" } };
	char request[256], told[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(request, sizeof request,
		         GET("/") "X: \xe4\r\nContent-Length: %zu\r\n\r\n%s", strlen(rows[i].body),
		         rows[i].body);
		struct turns t = asked(request);
		snprintf(told, sizeof told, "\"body\":null,\"body_base64\":\"%s\"", rows[i].base64);
		has(&t, told);
		has(&t, "{\"name\":\"X\",\"value\":\"\\\\xe4\"}");
		turns_finish(&t);
	}
}

Test(http_answers, are_ascii_without_control_characters)
{
	struct turns t =
		asked(GET("/") "X: \xc2\x9b\xe2\x82\xac\r\nContent-Length: 2\r\n\r\n\x1b\x07");

	for (size_t i = 0; i < t.out_len; i++)
		cr_assert((t.out[i] >= ' ' && t.out[i] < 0x7f) || t.out[i] == '\r' ||
		          t.out[i] == '\n');
	has(&t, "\"body\":\"\\u001B\\u0007\"");
	turns_finish(&t);
}

Test(http_answers, a_browser_gets_a_page)
{
	struct turns t = turns_start(&service_http);
	const char *request = GET("/x") "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n\r\n";

	t.name = "client.example";
	turns_feed(&t, request, strlen(request));
	has(&t, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	has(&t, "\r\nContent-Security-Policy: default-src 'none'\r\n");
	has(&t, "You are coming from client.example with address 127.0.0.1<");
	has(&t, "GET /x HTTP/1.1\nHost: h\nAccept: text/html");
	turns_finish(&t);
}

Test(http_answers, accept_decides)
{
	static const struct {
		const char *accept;
		bool html;
	} rows[] = {
		{ "*/*", false },
		{ "text/*", false },
		{ "text/html", true },
		{ "TEXT/HTML;charset=utf-8", true },
		{ "text/html;q=0", false },
		{ "text/html;q=0.001", true },
		{ "text/html;q=x", false },
		{ "text/html, application/json", false },
		{ "application/json;q=0.5, text/html;q=0.6", true },
		{ "application/json;q=0.5, text/html;q=0.4", false },
		{ "x/y;a=\",text/html,\"", false },
		{ "x/y\r\nAccept: text/html", true },
	};
	char request[256];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(request, sizeof request, GET("/") "Accept: %s\r\n\r\n", rows[i].accept);
		struct turns t = asked(request);
		cr_assert_eq(strstr(t.out, "<!DOCTYPE html>") != NULL, rows[i].html, "%s",
		             rows[i].accept);
		turns_finish(&t);
	}
}

Test(http_answers, a_page_runs_nothing_that_was_sent)
{
	struct turns t = turns_start(&service_http);
	const char *request = "GET /<script>alert(1)</script>?\"onload='x'& HTTP/1.1\r\n"
			      "Host: h\r\nAccept: text/html\r\nX: <img src=x onerror=alert(2)>\r\n"
			      "Content-Length: 26\r\n\r\n</pre><script>&\x1b\xff</script>";

	t.name = "<b>evil</b>.example";
	turns_feed(&t, request, strlen(request));
	const char *page = body_of(&t);
	cr_assert_null(strstr(page, "<script"));
	cr_assert_null(strstr(page, "<img"));
	cr_assert_null(strstr(page, "<b>"));
	cr_assert_null(strchr(page, '\x1b'));
	has(&t,
	    "GET /&lt;script&gt;alert(1)&lt;/script&gt;?&quot;onload=&#39;x&#39;&amp; HTTP/1.1");
	has(&t, "X: &lt;img src=x onerror=alert(2)&gt;");
	has(&t, "<pre>&lt;/pre&gt;&lt;script&gt;&amp;\\x1b\\xff&lt;/script&gt;</pre>");
	has(&t, "coming from &lt;b&gt;evil&lt;/b&gt;.example with");
	turns_finish(&t);
}

Test(http_answers, statuses)
{
	static const struct {
		const char *request, *text;
	} rows[] = {
		{ GET("/status/404"), "HTTP/1.1 404 Not Found\r\n" },
		{ GET("/status/404?x"), "{\"status\":404,\"reason\":\"Not Found\"}\n" },
		{ GET("/status/599"), "HTTP/1.1 599 \r\n" },
		{ GET("/status/302"), "\r\nLocation: /\r\n" },
		{ GET("/status/401"), "\r\nWWW-Authenticate: Basic realm=\"sockit\"\r\n" },
		{ GET("/status/205"), "\r\nContent-Length: 0\r\n" },
		{ GET("/status/100"), "HTTP/1.1 400 Bad Request\r\n" },
		{ GET("/status/600"), "HTTP/1.1 400 Bad Request\r\n" },
		{ GET("/status/-1"), "HTTP/1.1 400 Bad Request\r\n" },
		{ GET("/status/"), "HTTP/1.1 400 Bad Request\r\n" },
		{ GET("/status"), "HTTP/1.1 400 Bad Request\r\n" },
		{ GET("/status/0000000000000000000000000000000000000000000000000000000000000000200"),
		  "HTTP/1.1 400 Bad Request\r\n" },
		{ GET("/statuses/404"), "HTTP/1.1 200 OK\r\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct turns t = asked(rows[i].request);
		turns_feed(&t, "\r\n", 2);
		has(&t, rows[i].text);
		has(&t, "\r\nConnection: keep-alive\r\n");
		turns_finish(&t);
	}
}

Test(http_answers, what_has_no_content_has_none)
{
	static const char *const requests[] = { GET("/status/204") "\r\n",
		                                GET("/status/304") "\r\n" };

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct turns t = asked(requests[i]);
		cr_assert_str_eq(body_of(&t), "");
		has_not(&t, "Content-Length");
		has_not(&t, "Content-Type");
		turns_finish(&t);
	}
}

/* The head of the answer to HEAD is that to GET, without the Date, and nothing comes behind it. */
Test(http_answers, head_is_get_without_the_content)
{
	static const char *const paths[] = { "/",     "/status/404", "/status/204", "/bytes/1M",
		                             "/drip", "/delay/1",    "/status/x" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char get[128], head[128];
		snprintf(get, sizeof get, "GET %s HTTP/1.1\r\nHost: h\r\nAccept: x\r\n\r\n",
		         paths[i]);
		snprintf(head, sizeof head, "HEAD %s HTTP/1.1\r\nHost: h\r\nAccept:\r\n\r\n",
		         paths[i]);
		struct turns t = asked(get), u = asked(head);
		const char *t_rest = strstr(t.out, "Server:"), *u_rest = strstr(u.out, "Server:");

		cr_assert_str_eq(body_of(&u), "");
		cr_assert_eq(strncmp(t_rest, u_rest, strlen(u_rest)), 0, "%s\n%s", t_rest, u_rest);
		turns_finish(&t);
		turns_finish(&u);
	}
}

Test(http_answers, a_refused_head_has_no_content_either)
{
	struct turns t = asked("HEAD / HTTP/1.1\r\n\r\n");

	has(&t, "HTTP/1.1 400 ");
	cr_assert_str_eq(body_of(&t), "");
	turns_finish(&t);
}

Test(http_answers, a_delay_is_waited_for)
{
	struct turns t = turns_start(&service_http);
	nsec_t began = t.now;

	turns_feed(&t, GET("/delay/1.5") "\r\n", strlen(GET("/delay/1.5") "\r\n"));
	cr_assert_eq(t.waits, 1);
	cr_assert_eq(t.now, began + 3 * NSEC_PER_SEC / 2);
	has(&t, "\"target\":\"/delay/1.5\"");
	turns_finish(&t);
}

Test(http_answers, a_delay_that_is_none_is_refused)
{
	static const char *const requests[] = { GET("/delay/x") "\r\n", GET("/delay/2h") "\r\n",
		                                GET("/delay/") "\r\n", GET("/delay/-1") "\r\n" };

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct turns t = asked(requests[i]);
		has(&t, "HTTP/1.1 400 ");
		cr_assert_eq(t.waits, 0);
		turns_finish(&t);
	}
}

Test(http_answers, bytes_are_the_pattern_again_and_again)
{
	for (size_t room = 1000; room <= SERVICE_ROOM; room += SERVICE_ROOM - 1000) {
		struct turns t = turns_start(&service_http);
		const char *body, *request = GET("/bytes/1M") "\r\n";

		t.room = room;
		turns_feed(&t, request, strlen(request));
		body = body_of(&t);
		has(&t, "\r\nContent-Length: 1048576\r\n");
		cr_assert_eq(t.out_len - (size_t)(body - t.out), 1 << 20);
		for (size_t i = 0; i < 1 << 20; i++)
			cr_assert_eq(body[i], http_pattern[i % 64]);
		turns_finish(&t);
	}
}

Test(http_answers, bytes_without_end_do_not_overflow)
{
	struct turns t = asked("HEAD /bytes/9223372036854775807 HTTP/1.0\r\n\r\n");
	struct turns u = asked(GET("/bytes/9223372036854775808") "\r\n");
	struct turns v = asked(GET("/bytes/99999999999G") "\r\n");
	struct turns w = asked(GET("/bytes/0") "\r\n");

	has(&t, "\r\nContent-Length: 9223372036854775807\r\n");
	has(&u, "HTTP/1.1 400 ");
	has(&v, "HTTP/1.1 400 ");
	has(&w, "\r\nContent-Length: 0\r\n");
	turns_finish(&t);
	turns_finish(&u);
	turns_finish(&v);
	turns_finish(&w);
}

Test(http_answers, a_drip_comes_byte_by_byte)
{
	struct turns t = turns_start(&service_http);
	nsec_t began = t.now;

	turns_feed(&t, GET("/drip") "\r\n", strlen(GET("/drip") "\r\n"));
	cr_assert_str_eq(body_of(&t), "ABCDEFGHIJ");
	cr_assert_eq(t.waits, 9);
	cr_assert_eq((t.now - began + 500) / 1000, 2000000);
	turns_finish(&t);
}

Test(http_answers, a_drip_is_as_its_query_says)
{
	static const struct {
		const char *request, *text;
		unsigned waits;
	} rows[] = {
		{ GET("/drip?numbytes=3&duration=1"), "\r\n\r\nABC", 2 },
		{ GET("/drip?duration=0&numbytes=5"), "\r\n\r\nABCDE", 0 },
		{ GET("/drip?numbytes=1"), "\r\n\r\nA", 0 },
		{ GET("/drip?numbytes=0"), "\r\nContent-Length: 0\r\n", 0 },
		{ GET("/drip?numbytes=2M"), "HTTP/1.1 400 ", 0 },
		{ GET("/drip?duration=2h"), "HTTP/1.1 400 ", 0 },
		{ GET("/drip?numbytes"), "HTTP/1.1 400 ", 0 },
		{ GET("/drip?other=1"), "HTTP/1.1 400 ", 0 },
		{ GET("/drip/3"), "HTTP/1.1 400 ", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct turns t = asked(rows[i].request);
		turns_feed(&t, "\r\n", 2);
		has(&t, rows[i].text);
		cr_assert_eq(t.waits, rows[i].waits, "%s", rows[i].request);
		turns_finish(&t);
	}
}

Test(http_answers, requests_that_come_together_are_answered_in_order)
{
	struct turns t = asked(GET("/status/201") "\r\n" GET("/status/202") "\r\n" GET(
		"/status/203") "Connection: close\r\n\r\n" GET("/status/404") "\r\n");
	const char *first = strstr(t.out, " 201 "), *second = strstr(t.out, " 202 ");

	cr_assert(first && second && first < second);
	cr_assert(second < strstr(t.out, " 203 "));
	has_not(&t, " 404 ");
	cr_assert_eq(t.last, SERVICE_END);
	turns_finish(&t);
}
