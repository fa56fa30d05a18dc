/* --trace: what it shows is what happens, and what happens is the lecture. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/data.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* One client that says hello and is answered, with these options. */
static struct child serve_one(enum net net, const char *const *args, const char *const *wrap)
{
	struct plan plan = { .args = args, .wrap = wrap, .in = { END_PIPE } };
	struct session s = session_start(LISTEN, &plan, net);

	peer_send(s.fd, "hello");
	peer_shut(s.fd);
	child_feed(&s.child, "world");
	child_end_input(&s.child);
	peer_expect(s.fd, "world");
	peer_expect_end(s.fd);
	close(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "hello");
	return s.child;
}

Test(trace, of_a_server_reads_like_the_lecture)
{
	struct child child = serve_one(NET_V4, WORDS("--trace"), NULL);

	lines_in_order(child_err(&child),
	               WORDS("socket(AF_INET, SOCK_STREAM", "setsockopt(", "bind(", "listen(",
	                     "listening on 127.0.0.1", "accept4(", "getnameinfo(127.0.0.1:"));
	lines_in_order(child_err(&child),
	               WORDS("getnameinfo(", "\"world\"", "shutdown(", "close("));
	if (!line_with(child_err(&child), "getnameinfo(", "NI_NUMERICHOST"))
		child_blame(&child, "getnameinfo without NI_NUMERICHOST");
	if (!line_with(child_err(&child), "setsockopt(", "SO_REUSEADDR"))
		child_blame(&child, "SO_REUSEADDR is not named");
}

/* What the writing of a line itself calls is not told in turn. */
Test(trace, goes_where_json_goes)
{
	const char *const *const calls[] = {
		WORDS("byteorder", "--json", "--trace", "80"),
		WORDS("services", "--json", "-v", "--trace", "http"),
		WORDS("resolve", "--json", "-v", "--trace", "127.0.0.1"),
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct child child = sockit_expect(calls[i], 0);

		cr_assert_str_empty(child_err(&child));
		cr_assert(json_object_size(json_array_get(events_parse(child_out(&child)), 0)) > 0);
	}
	(void)sockit_expect(WORDS("byteorder", "--json", "--trace", "x"), 2);
}

/* Once a family. */
Test(trace, of_a_server_on_both_families_shows_two_sockets)
{
	struct child child = child_run(&(struct plan){
		.args = WORDS("listen", "0", "--trace", "--accept-timeout", "0.05") });

	child_expect(&child, 4);
	cr_assert_eq(count_of(child_err(&child), "socket(AF_INET6, "), 1);
	cr_assert_eq(count_of(child_err(&child), "socket(AF_INET, "), 1);
	cr_assert_eq(count_of(child_err(&child), "\nbind("), 2);
	cr_assert_eq(count_of(child_err(&child), "\nlisten("), 2);
	if (!line_with(child_err(&child), "setsockopt(", "IPV6_V6ONLY, [1]"))
		child_blame(&child, "IPV6_V6ONLY is not shown");
}

Test(trace, of_a_server_shows_its_backlog)
{
	struct child child = sockit_expect(WORDS("listen", "127.0.0.1:0", "--trace", "--backlog",
	                                         "7", "--accept-timeout", "0.05"),
	                                   4);

	if (!line_with(child_err(&child), "listen(", ", 7) = 0"))
		child_blame(&child, "listen() has another backlog");
}

Test(trace, of_a_client_reads_like_the_lecture)
{
	struct plan plan = { .args = WORDS("--trace"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V6);

	child_feed(&s.child, "hello");
	child_end_input(&s.child);
	peer_expect(s.fd, "hello");
	close(s.fd);
	child_expect(&s.child, 0);
	lines_in_order(child_err(&s.child), WORDS("socket(AF_INET6, SOCK_STREAM", "connect(",
	                                          "\"hello\"", "SHUT_WR", "close("));
	if (!line_with(child_err(&s.child), "connect(", s.place.word))
		child_blame(&s.child, "the address is not decoded");
}

/* `connect(4, unix:/path) = -1 ECONNREFUSED (Connection refused)  0.2ms` */
Test(trace, of_a_failure_names_the_errno_and_the_time)
{
	struct place place;
	struct child child;
	const char *line;
	double time;
	char unit[8];

	close(peer_listen(NET_UNIX, &place));
	child = sockit_expect(WORDS("connect", "--trace", place.word), 1);
	line = strstr(child_err(&child), " = -1 ECONNREFUSED (Connection refused)  ");
	if (!line || !line_with(child_err(&child), "connect(", "ECONNREFUSED (Connection refused)"))
		child_blame(&child, "the failed call is not shown");
	if (sscanf(strstr(line, ")  ") + 3, "%lf%7s", &time, unit) != 2 || strcmp(unit, "ms") != 0)
		child_blame(&child, "no time is shown");
}

/* A TCP connect is answered later, by SO_ERROR. */
Test(trace, of_a_refused_connection_names_the_errno)
{
	struct place place;
	struct child child;

	close(peer_listen(NET_V4, &place));
	child = sockit_expect(WORDS("connect", "--trace", place.word), 1);
	if (!line_with(child_err(&child), "SO_ERROR", "ECONNREFUSED") &&
	    !line_with(child_err(&child), "connect(", "ECONNREFUSED"))
		child_blame(&child, "the refusal is shown as a bare number");
}

Test(trace, explain_adds_a_phrase_to_each_call)
{
	struct child plain = serve_one(NET_V4, WORDS("--trace"), NULL);
	struct child told = serve_one(NET_V4, WORDS("--trace=explain"), NULL);
	static const char *const calls[] = { "socket(", "bind(", "listen(", "accept4(",
		                             "shutdown(" };

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		const char *line = strstr(child_err(&told), calls[i]);
		const char *same = strstr(child_err(&plain), calls[i]);

		if (!line || !same)
			child_blame(&told, "%s is not shown", calls[i]);
		if (strcspn(line, "\n") < strcspn(same, "\n") + 10)
			child_blame(&told, "%s is not explained", calls[i]);
	}
}

/* A transfer of a file shows the calls that really move it. */
Test(trace, of_a_large_file_shows_the_calls_that_move_it)
{
	struct data data = data_binary(1, 3 << 20);
	const char *path = scratch_path("large");
	struct place place;
	struct child server, client;

	data_save(&data, path);
	server = sockit_listen(&(struct plan){ .out = { END_NULL } }, NET_V4, &place);
	client = sockit_connect(
		&(struct plan){ .args = WORDS("--trace"), .in = { END_FILE, .path = path } },
		&place);
	child_expect(&client, 0);
	child_expect(&server, 0);
	child_says(&client, "sendfile(");
}

/* The calls of a run that strace and --trace are compared by. */
static const char *const compared[] = {
	"socket",      "setsockopt",  "bind",       "listen",   "accept4", "connect",
	"getsockname", "getpeername", "getsockopt", "shutdown", "recv",    "send",
	"recvfrom",    "sendto",      "splice",     "sendfile",
};

/* The name of the call in a line of a trace: recv(2) is recvfrom to the kernel. NULL: another. */
static const char *call_in(const char *line, size_t n)
{
	const char *paren = memchr(line, '(', n), *start = paren;

	while (start && start > line && start[-1] != ' ')
		start--;
	for (size_t i = 0; paren && i < ARRAY_LEN(compared); i++)
		if (strlen(compared[i]) == (size_t)(paren - start) &&
		    strncmp(start, compared[i], (size_t)(paren - start)) == 0)
			return strcmp(compared[i], "recv") == 0   ? "recvfrom"
			       : strcmp(compared[i], "send") == 0 ? "sendto"
			                                          : compared[i];
	return NULL;
}

/* The calls of TEXT in order, "socket=3" a line; what strace tells of threads is left out. */
static const char *calls_of(const char *text)
{
	char *list = NULL;
	size_t size;
	FILE *out = open_memstream(&list, &size);

	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *name = call_in(text, n);
		const char *result = memmem(text, n, " = ", 3);
		int value;

		if (name && result && sscanf(result, " = %d", &value) == 1)
			fprintf(out, "%s=%d\n", name, value);
		text += n + (text[n] == '\n');
	}
	fclose(out);
	return list;
}

static const char *strace_of(enum net net, const char *const *args, struct child *child)
{
	const char *path = scratch_fresh();
	const char *const wrap[] = { "strace", "-f", "-qq", "-o", path, NULL };

	*child = serve_one(net, args, wrap);
	return calls_of(scratch_read(path));
}

Test(trace, shows_exactly_the_calls_that_strace_sees)
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		struct child child;
		const char *seen = strace_of(net, WORDS("--trace"), &child);

		cr_assert_str_eq(calls_of(child_err(&child)), seen, "%s:\n%s\n--- strace:\n%s",
		                 net_names[net], child_err(&child), seen);
		cr_assert(lines_count(seen) > 8, "%s", seen);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of LIST sorted, each once: who of two parties was quicker decides order and number. */
static const char *set_of(const char *list)
{
	char *copy = strdup(list), *lines[256], *set = NULL;
	size_t count = 0, size;
	FILE *out = open_memstream(&set, &size);

	for (char *line = strtok_r(copy, "\n", &copy); line && count < ARRAY_LEN(lines);
	     line = strtok_r(NULL, "\n", &copy))
		lines[count++] = line;
	qsort(lines, count, sizeof *lines, by_name);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0)
			fprintf(out, "%s\n", lines[i]);
	fclose(out);
	return set;
}

Test(trace, changes_no_call)
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		struct child child;
		const char *traced = set_of(strace_of(net, WORDS("--trace"), &child));
		const char *plain = set_of(strace_of(net, NULL, &child));

		cr_assert_str_eq(traced, plain, "%s", net_names[net]);
	}
}

Test(trace, with_json_is_an_object_a_call)
{
	struct child child = serve_one(NET_V4, WORDS("--trace", "--json"), NULL);
	json_t *events = events_parse(child_err(&child));
	json_t *call = events_where(events, "call", "bind");

	cr_assert(call && json_is_integer(json_object_get(call, "result")));
	cr_assert(json_is_number(json_object_get(call, "time_ms")));
	cr_assert(events_where(events, "call", "accept4") &&
	          events_where(events, "call", "shutdown"));
}

/* What passes is shown escaped: the trace goes to a terminal. */
Test(trace, never_shows_a_raw_control_byte)
{
	struct plan plan = {
		.args = WORDS("--trace"),
		.in = { END_PIPE },
		.err = { END_PTY },
		.env = WORDS("NO_COLOR=1"),
	};
	struct session s = session_start(CONNECT, &plan, NET_V4);

	child_feed(&s.child, "\033]0;title\007\302\233");
	child_end_input(&s.child);
	peer_expect(s.fd, "\033]0;title\007\302\233");
	close(s.fd);
	child_expect(&s.child, 0);
	cr_assert(strstr(child_tty(&s.child), "title"), "%s", child_tty(&s.child));
	cr_assert(!strpbrk(child_tty(&s.child), "\033\007"), "a raw control byte");
	cr_assert(!strstr(child_tty(&s.child), "\302\233"), "a raw C1 control");
}
