/*
 * `echo-serve --service http` for the programs that speak HTTP, over every net and in every model.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "harness/data.h"
#include "harness/dns.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "harness/web.h"

static json_t *json_in(const struct child *child, const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);

	if (!json)
		child_blame(child, "no JSON: %s", error.text);
	return json;
}

static const char *str(json_t *json, const char *key)
{
	const char *value = json_string_value(json_object_get(json, key));

	return value ? value : "";
}

static void check_telling(const struct web *web)
{
	struct child child = curl(web, WORDS("@/a?b=c", "-H", "X-One: 1", "-d", "h\xc3\xa4llo"));
	json_t *json = json_in(&child, child_out(&child)), *peer = json_object_get(json, "peer");
	char name[NI_MAXHOST];

	cr_assert_str_eq(str(json, "method"), "POST");
	cr_assert_str_eq(str(json, "target"), "/a?b=c");
	cr_assert_str_eq(str(json, "body"), "h\xc3\xa4llo");
	child_says(&child, "{\"name\":\"X-One\",\"value\":\"1\"}");
	if (web->place.net == NET_UNIX) {
		cr_assert_str_eq(str(peer, "address"), "unix:(unnamed)");
	} else {
		bool named = getnameinfo((const struct sockaddr *)&web->place.address,
		                         web->place.address_size, name, sizeof(name), NULL, 0,
		                         NI_NAMEREQD) == 0;
		cr_assert_str_eq(str(peer, "address"), web->place.host);
		cr_assert_str_eq(str(peer, "name"), named ? name : web->place.host);
		cr_assert(json_integer_value(json_object_get(peer, "port")) > 0);
	}
	json_decref(json);
}

Test(http, tells_what_was_asked_and_by_whom)
{
	web_each(check_telling);
}

static void check_names(const struct web *web)
{
	if (web->place.net != NET_V4)
		return;
	struct child child = curl(web, WORDS("@/"));
	child_says(&child, "\"peer\":{\"name\":\"client.example\",\"address\":\"127.0.0.1\"");
	/* The server of names never answers for this one; the C library would wait for 10 s. */
	child = curl(web, WORDS("--interface", "127.0.0.2", "-w", " %{time_total}", "@/"));
	child_says(&child, "\"peer\":{\"name\":\"127.0.0.2\",\"address\":\"127.0.0.2\"");
	double seconds = strtod(strrchr(child_out(&child), ' '), NULL);
	cr_assert(seconds > 0.9 && seconds < 9, "%f", seconds);
}

Test(http, the_name_of_a_client_is_waited_for_a_second)
{
	netns_enter();
	netns_set_resolver("127.0.0.1 client.example\n", "nameserver 127.0.0.1\n");
	dns_serve(DNS_SILENT);
	web_each(check_names);
}

static void check_keeping(const struct web *web)
{
	struct child child =
		curl(web, WORDS("-w", "%{num_connects} ", "-o", "/dev/null", "@/", "-o",
	                        "/dev/null", "@/status/404", "-o", "/dev/null", "@/"));

	cr_assert_str_eq(child_out(&child), "1 0 0 ");
	child = curl(web, WORDS("--http1.0", "-i", "@/status/200"));
	child_says(&child, "\r\nConnection: close\r\n");
}

Test(http, keeps_a_connection_for_the_next_request)
{
	web_each(check_keeping);
}

static void check_upload(const struct web *web)
{
	struct data data = data_lines(1, 300000);
	const char *path = scratch_path("upload");
	char *bytes = malloc(data.size);

	data_save(&data, path);
	data_fill(&data, 0, bytes, data.size);
	static const char *const codings[] = { "Transfer-Encoding: chunked", "X: sized" };
	for (size_t i = 0; i < ARRAY_LEN(codings); i++) {
		struct child child = curl(web, WORDS("-v", "-T", path, "-H", codings[i], "-H",
		                                     "Expect: 100-continue", "@/up"));
		json_t *json = json_in(&child, child_out(&child));
		json_t *body = json_object_get(json, "body");

		child_says(&child, "< HTTP/1.1 100 Continue");
		cr_assert_eq(json_string_length(body), data.size);
		cr_assert_eq(memcmp(json_string_value(body), bytes, data.size), 0);
		json_decref(json);
	}
	free(bytes);
}

Test(http, takes_bodies_in_chunks_and_in_one)
{
	web_each(check_upload);
}

/* It still sends when it is refused: that must not destroy the answer. */
static void check_refusal(const struct web *web)
{
	struct data data = data_lines(2, 4 << 20);
	const char *path = scratch_path("large");

	data_save(&data, path);
	struct child child = curl(web, WORDS("-T", path, "-H", "Expect:", "-o", "/dev/null", "-w",
	                                     "%{http_code}", "@/"));
	cr_assert_str_eq(child_out(&child), "413");
	child = curl(web, WORDS("-T", path, "-H", "Expect:", "-H", "Transfer-Encoding: chunked",
	                        "-o", "/dev/null", "-w", "%{http_code}", "@/"));
	cr_assert_str_eq(child_out(&child), "413");
}

Test(http, a_body_that_is_too_large_is_refused_in_words)
{
	web_each(check_refusal);
}

static void check_head(const struct web *web)
{
	struct child child = curl(web, WORDS("-I", "@/bytes/1M", "@/status/204", "@/"));

	child_says(&child, "HTTP/1.1 200 OK\r\n");
	child_says(&child, "\r\nContent-Length: 1048576\r\n");
	child_says(&child, "HTTP/1.1 204 No Content\r\n");
	child_silent_about(&child, "{\"method\"");
}

Test(http, head_gets_the_header_alone)
{
	web_each(check_head);
}

static void check_bytes(const struct web *web)
{
	static const char row[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+\n";
	const char *path = scratch_path("bytes");

	curl(web, WORDS("-o", path, "@/bytes/1M"));
	FILE *file = fopen(path, "r");
	char line[sizeof row];
	size_t lines = 0;

	for (; fread(line, sizeof row - 1, 1, file) == 1; lines++)
		cr_assert_eq(memcmp(line, row, sizeof row - 1), 0, "line %zu", lines);
	cr_assert_eq(lines, (1 << 20) / (sizeof row - 1));
	fclose(file);
}

Test(http, gives_as_many_bytes_as_are_wanted)
{
	web_each(check_bytes);
}

static void check_times(const struct web *web)
{
	struct child child = curl(web, WORDS("-w", " %{time_total}", "@/delay/300ms"));

	child_says(&child, "\"target\":\"/delay/300ms\"");
	cr_assert(strtod(strrchr(child_out(&child), ' '), NULL) >= 0.3, "%s", child_out(&child));
	child = curl(web, WORDS("-w", " %{time_total}", "@/drip?numbytes=4&duration=300ms"));
	child_says(&child, "ABCD ");
	cr_assert(strtod(strrchr(child_out(&child), ' '), NULL) >= 0.3, "%s", child_out(&child));
}

Test(http, waits_as_long_as_it_is_told)
{
	web_each(check_times);
}

static void check_page(const struct web *web)
{
	struct child child =
		curl(web, WORDS("-i", "-H", "Accept: text/html", "-H", "X: <script>", "@/"));

	child_says(&child, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	child_says(&child, "You are coming from ");
	child_says(&child,
	           web->place.net == NET_UNIX ? " with address unix:(unnamed)<" : " with address ");
	child_says(&child, "X: &lt;script&gt;");
	child_silent_about(&child, "<script>");
}

Test(http, a_browser_gets_a_page)
{
	web_each(check_page);
}
