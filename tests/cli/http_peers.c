/* `echo-serve --service http` and clients that write HTTP themselves, or very much of it. */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/echo_serve.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "harness/sockit.h"
#include "harness/tool.h"
#include "harness/web.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n"

/* All that comes on FD until its end, in a string that the next call overwrites. */
static const char *rest_of(int fd)
{
	static char text[65536];
	size_t len = 0;
	ssize_t n;

	do {
		cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)), "nothing more comes");
		n = read(fd, text + len, sizeof(text) - 1 - len);
		cr_assert(n >= 0, "the connection was reset");
		len += (size_t)n;
	} while (n > 0);
	text[len] = '\0';
	return text;
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void check_pipeline(const struct web *web)
{
	static const char requests[] =
		"GET /status/201 HTTP/1.1\r\nHost: h\r\n\r\n"
		"GET /bytes/20000 HTTP/1.1\r\nHost: h\r\n\r\n"
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
		"GET /status/203 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
		"GET /status/500 HTTP/1.1\r\nHost: h\r\n\r\n";
	int fd = peer_connect(&web->place);

	peer_send(fd, requests);
	const char *said = rest_of(fd), *first = strstr(said, "HTTP/1.1 201 Created\r\n");
	const char *told = strstr(said, "\"body\":\"hello\""),
		   *last = strstr(said, "HTTP/1.1 203 ");

	cr_assert_eq(first, said);
	cr_assert(told && last && told < last);
	cr_assert_eq(count(said, "HTTP/1.1 "), 4);
	cr_assert_eq(count(said, "+\n"), 20000 / 64);
	close(fd);
}

Test(http_peers, requests_in_one_piece_are_answered_in_order)
{
	web_each(check_pipeline);
}

static void check_pieces(const struct web *web)
{
	int fd = peer_connect(&web->place);

	peer_send(fd, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Enc");
	peer_send(fd, "oding: chunked\r\n\r\n");
	peer_expect(fd, "HTTP/1.1 100 Continue\r\n\r\n");
	peer_send(fd, "3\r\nab");
	peer_send(fd, "c\r\n0\r\nLate: y");
	peer_send(fd, "es\r\n\r\n");
	peer_shut(fd);
	const char *said = rest_of(fd);
	cr_assert(strstr(said,
	                 "\"trailers\":[{\"name\":\"Late\",\"value\":\"yes\"}],\"body\":\"abc\""),
	          "%s", said);
	close(fd);
}

Test(http_peers, a_request_in_pieces_is_one_request)
{
	web_each(check_pieces);
}

static void check_ends(const struct web *web)
{
	static const struct {
		const char *sent, *said;
	} rows[] = {
		{ GET("/"), "HTTP/1.1 400 Bad Request\r\n" },
		{ "\x16\x03\x01", "HTTP/1.1 400 Bad Request\r\n" },
		{ GET("/status/200") "\r\n", "HTTP/1.1 200 OK\r\n" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fd = peer_connect(&web->place);

		peer_send(fd, rows[i].sent);
		peer_shut(fd);
		const char *said = rest_of(fd);
		cr_assert_eq(strncmp(said, rows[i].said, strlen(rows[i].said)), 0, "%s", said);
		cr_assert(*rows[i].said || !*said);
		close(fd);
	}
}

Test(http_peers, the_end_of_a_client_ends_what_it_is_told)
{
	web_each(check_ends);
}

/* One that leaves in the middle of its answer, or before it, harms nobody. */
static void check_leaving(const struct web *web)
{
	static const char *const requests[] = { GET("/bytes/1G") "\r\n", GET("/delay/1h") "\r\n",
		                                GET("/drip?duration=1h") "\r\n" };

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int fd = peer_connect(&web->place);

		peer_send(fd, requests[i]);
		if (i != 1)
			peer_await_unread(fd, 1);
		peer_reset(fd);
		curl(web, WORDS("@/"));
	}
}

Test(http_peers, a_client_that_leaves_harms_nobody)
{
	web_each(check_leaving);
}

/* Under a sanitizer the server's own end says whether that is so. */
Test(http_peers, nothing_is_left_of_clients_that_leave_in_the_middle)
{
	static const char *const requests[] = {
		GET("/") "\r\n",
		GET("/") "Content-Length: 9\r\n\r\nabc",
		GET("/bytes/1G") "\r\n",
		GET("/delay/1h") "\r\n",
		GET("/drip?duration=1h") "\r\n" GET("/"),
	};
	struct place place;
	struct child server =
		echo_serve("http", NET_V4, false, WORDS("--max-accepts", "5"), &place);

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int fd = peer_connect(&place);

		peer_send(fd, requests[i]);
		if (i % 2 == 0)
			peer_await_unread(fd, 1);
		peer_await_acknowledged(fd);
		peer_reset(fd);
	}
	child_expect(&server, 0);
}

static void check_tools(const struct web *web)
{
	const char *request = scratch_file("request", GET("/tool") "Connection: close\r\n\r\n");

	for (enum tool tool = 0; tool < TOOL_COUNT; tool++) {
		struct child child = tool_connect(
			tool, &(struct plan){ .in = { END_FILE, .path = request } }, &web->place);

		child_finish(&child);
		child_says(&child, "HTTP/1.1 200 OK\r\n");
		child_says(&child, "\"target\":\"/tool\"");
	}
	struct child child =
		sockit_connect(&(struct plan){ .in = { END_FILE, .path = request } }, &web->place);
	child_expect(&child, 0);
	child_says(&child, "\"target\":\"/tool\"");
}

Test(http_peers, tools_that_know_no_http)
{
	web_each(check_tools);
}

static const char python_program[] =
	"import http.client, json, socket, sys\n"
	"host, port = sys.argv[1], sys.argv[2]\n"
	"c = http.client.HTTPConnection('localhost', timeout=60)\n"
	"if port:\n"
	"  c.sock = socket.create_connection((host, int(port)))\n"
	"else:\n"
	"  c.sock = socket.socket(socket.AF_UNIX); c.sock.connect(host)\n"
	"s = c.sock\n"
	"c.request('POST', '/x', body=iter([b'ab', b'\\xff']), encode_chunked=True,\n"
	"  headers={'Transfer-Encoding': 'chunked'})\n"
	"r = c.getresponse(); j = json.loads(r.read())\n"
	"assert (r.status, j['body'], j['body_base64'], j['body_size']) == (200, None, 'YWL/', 3), j\n"
	"c.request('HEAD', '/bytes/5'); r = c.getresponse()\n"
	"assert r.read() == b'' and r.getheader('Content-Length') == '5'\n"
	"c.request('GET', '/status/204'); r = c.getresponse()\n"
	"assert (r.status, r.read()) == (204, b'')\n"
	"c.request('GET', '/bytes/65'); assert c.getresponse().read()[-2:] == b'\\nA'\n"
	"assert c.sock is s\n";

static void check_python(const struct web *web)
{
	struct child child = child_run(&(struct plan){
		.program = "python3",
		.args = WORDS("-c", python_program, web->place.host, web->place.port) });

	child_expect(&child, 0);
}

Test(http_peers, python)
{
	web_each(check_python);
}

/* As many clients at once as the model serves. */
static void check_wrk(const struct web *web)
{
	static const char *const paths[] = { "/", "/status/200", "/bytes/100K" };
	bool one = strcmp(web->model, "iterative") == 0;
	bool all = strcmp(web->model, "event") == 0;

	if (web->place.net != NET_V4)
		return;
	for (size_t i = 0; i < (all ? ARRAY_LEN(paths) : 1); i++) {
		char url[256];

		snprintf(url, sizeof(url), "%s%s", web->base, paths[i]);
		struct child child = child_run(
			&(struct plan){ .program = "wrk",
		                        .args = WORDS("-t1", one ? "-c1" : "-c50", "-d1s", url) });
		child_expect(&child, 0);
		child_says(&child, "Requests/sec:");
		child_silent_about(&child, "Requests/sec:      0.00");
		child_silent_about(&child, "Socket errors");
		child_silent_about(&child, "Non-2xx");
	}
}

Test(http_peers, wrk_meets_no_error)
{
	web_each(check_wrk);
}
