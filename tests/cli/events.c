/* -v, --json and --report: what happened, for people and for programs. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* A session that sends 5 bytes and receives 7. */
static struct session talk(enum role role, enum net net, const char *const *args)
{
	struct plan plan = { .args = args, .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	child_feed(&s.child, "12345");
	child_end_input(&s.child);
	peer_expect(s.fd, "12345");
	peer_expect_end(s.fd);
	peer_send(s.fd, "1234567");
	close(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "1234567");
	return s;
}

static void tells_what_happens(enum role role, enum net net)
{
	struct session s = talk(role, net, WORDS("-v"));
	const char *text = child_err(&s.child);

	if (net == NET_UNIX)
		child_says(&s.child, s.place.host);
	else
		child_says(&s.child, s.place.port);
	if (role == CONNECT)
		lines_in_order(text, WORDS("connected", "closed"));
	else
		lines_in_order(text, WORDS("listening", "connection from", "closed"));
	if (!line_with(text, "closed", "5 bytes") || !line_with(text, "closed", "7 bytes") ||
	    !line_with(text, "closed", "ms"))
		child_blame(&s.child, "the end does not tell bytes each way and time");
	cr_assert(lines_count(text) < 10, "%s", text);
}

Test(events, verbose_tells_a_line_an_event)
{
	session_each(tells_what_happens);
}

Test(events, verbose_tells_each_address_that_is_tried)
{
	struct place place;
	struct child child;

	close(peer_listen(NET_V4, &place));
	child = sockit_expect(WORDS("connect", "-v", place.word), 1);
	lines_in_order(child_err(&child),
	               WORDS("127.0.0.1", "Connection refused", "sockit connect: "));
}

Test(events, nothing_is_said_without_verbose)
{
	struct session s = talk(CONNECT, NET_V4, NULL);

	cr_assert_str_eq(child_err(&s.child), "");
}

static void expect_key(const char *key, json_t *value)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < n; i++)
		if (!islower((unsigned char)key[i]) && !isdigit((unsigned char)key[i]) &&
		    key[i] != '_')
			fail("'%s' is not snake_case", key);
	if (n > 3 && strcmp(key + n - 3, "_ms") == 0 && !json_is_number(value))
		fail("'%s' is not a number", key);
	if (n > 6 && strcmp(key + n - 6, "_bytes") == 0 && !json_is_integer(value))
		fail("'%s' is not an integer", key);
	if (n > 5 && strcmp(key + n - 5, "_port") == 0 && !json_is_integer(value))
		fail("'%s' is not an integer", key);
}

static void expect_keys(json_t *events)
{
	json_t *event, *value;
	const char *key;
	size_t i;

	json_array_foreach(events, i, event) json_object_foreach(event, key, value)
		expect_key(key, value);
}

static long long number(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		fail("no integer '%s'", key);
	return json_integer_value(value);
}

static void speaks_json(enum role role, enum net net)
{
	struct session s = talk(role, net, WORDS("--json"));
	const char *text = child_err(&s.child);
	json_t *events, *closed;

	events = events_parse(text);
	expect_keys(events);
	closed = events_where(events, "event", "closed");
	cr_assert(closed, "%s", text);
	cr_assert_eq(number(closed, "sent_bytes"), 5);
	cr_assert_eq(number(closed, "received_bytes"), 7);
	cr_assert(events_where(events, "event", role == CONNECT ? "connected" : "accepted"), "%s",
	          text);
}

Test(events, json_is_an_object_a_line)
{
	session_each(speaks_json);
}

Test(events, json_tells_where_it_listens)
{
	struct child child =
		child_start(&(struct plan){ .args = WORDS("listen", "--json", "127.0.0.1:0") });
	struct place place;
	json_t *event;

	child_await_err(&child, "\n");
	event = events_where(events_parse(child_err(&child)), "event", "listening");
	cr_assert(event, "%s", child_err(&child));
	place = place_tcp(NET_V4, "127.0.0.1", (unsigned)number(event, "local_port"));
	close(peer_connect(&place));
	child_expect(&child, 0);
	events_parse(child_err(&child));
}

static void expect_error(json_t *events, const char *op, const char *code, const char *reason)
{
	json_t *event = events_with(events, "error");
	json_t *error = event ? json_object_get(event, "error") : NULL;
	const char *message;

	cr_assert(error, "no error object");
	cr_assert_str_eq(json_string_value(json_object_get(error, "op")), op);
	cr_assert_str_eq(json_string_value(json_object_get(error, "code")), code);
	cr_assert(json_is_integer(json_object_get(error, "errno")));
	message = json_string_value(json_object_get(error, "message"));
	cr_assert(message && strstr(message, reason), "%s", message ? message : "no message");
}

Test(events, json_errors_are_objects)
{
	struct place place;
	struct child child;

	close(peer_listen(NET_V4, &place));
	child = sockit_expect(WORDS("connect", "--json", place.word), 1);
	expect_error(events_parse(child_err(&child)), "connect", "ECONNREFUSED",
	             "Connection refused");
}

/* Not the peer's bytes, nor the name's, may break a line of JSON. */
Test(events, json_escapes_what_it_is_given)
{
	struct child child =
		sockit_expect(WORDS("connect", "--json", "unix:/nowhere/\"\n\033\377\\"), 1);

	cr_assert(events_with(events_parse(child_err(&child)), "error"));
	cr_assert(!strchr(child_err(&child), '\033'));
}

Test(events, report_gets_the_events_and_stderr_the_error)
{
	const char *path = scratch_path("report");
	struct place place;
	struct child child;
	struct stat info;

	close(peer_listen(NET_V4, &place));
	child = child_run(&(struct plan){
		.args = WORDS("connect", "--report", path, place.word),
		.umask = 01, /* as good as none */
	});
	child_expect(&child, 1);
	expect_error(events_parse(scratch_read(path)), "connect", "ECONNREFUSED",
	             "Connection refused");
	cr_assert_eq(strncmp(child_err(&child), "sockit connect: ", 16), 0, "%s",
	             child_err(&child));
	must(stat(path, &info), path);
	cr_assert_eq(info.st_mode & 07777, 0600, "%o", info.st_mode & 07777);
}

Test(events, report_of_a_session_leaves_stderr_alone)
{
	const char *path = scratch_path("report");
	struct session s = talk(CONNECT, NET_V4, WORDS("--report", path));
	json_t *events = events_parse(scratch_read(path));

	cr_assert_str_eq(child_err(&s.child), "");
	cr_assert(events_where(events, "event", "closed"));
}

Test(events, report_that_cannot_be_written_gives_7)
{
	struct child child = sockit_expect(
		WORDS("connect", "--report", "/nonexistent/report", "127.0.0.1:9"), 7);

	child_says(&child, "/nonexistent/report");
	child_says(&child, "No such file or directory");
}

Test(events, report_to_a_full_disk_gives_7)
{
	struct plan plan = { .args = WORDS("--report", "/dev/full") };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	close(s.fd);
	child_expect(&s.child, 7);
	child_says(&s.child, "No space left on device");
}

/* As JSON it is tried for the failure as well, on the same stream. */
Test(events, results_that_are_lost_are_told_once)
{
	static const char *const commands[][2] = {
		{ "resolve", "127.0.0.1" },
		{ "byteorder", "80" },
		{ "services", "http" },
	};
	static const enum end_kind ends[] = { END_FULL, END_CLOSED };

	for (size_t i = 0; i < 2 * ARRAY_LEN(commands); i++) {
		const char *const *command = commands[i / 2];
		struct child child = child_run(&(struct plan){
			.args = WORDS(command[0], "--json", command[1]),
			.out = { ends[i % 2] },
		});

		child_expect(&child, 7);
		cr_expect_eq(lines_count(child_err(&child)), 1, "%s: %s", command[0],
		             child_err(&child));
	}
}

/* Names that come from outside reach a terminal escaped. */
Test(events, verbose_never_shows_a_raw_control_byte)
{
	struct child child = child_run(&(struct plan){
		.args = WORDS("connect", "-v", "unix:/nowhere/\033]0;title\007\302\233\n"),
		.err = { END_PTY },
		.env = WORDS("NO_COLOR=1"),
	});

	child_expect(&child, 1);
	cr_assert(strstr(child_tty(&child), "title"));
	cr_assert(!strpbrk(child_tty(&child), "\033\007"), "a raw control byte");
	cr_assert(!strstr(child_tty(&child), "\302\233"), "a raw C1 control");
}
