/* out/report: one call, told as text or as JSON, to the right place. */
#include "out/report.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/events.h"
#include "harness/fail.h"
#include "harness/scratch.h"

/* What was written to stderr since the last look; it goes to a file for the rest of the test. */
static const char *said(void)
{
	static const char *path;
	static char text[65536];

	if (!path) {
		path = scratch_path("stderr");
		int fd = must(open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600), path);
		must(dup2(fd, 2), "dup2");
		close(fd);
	}
	snprintf(text, sizeof text, "%s", scratch_read(path));
	must(truncate(path, 0), path);
	return text;
}

static struct report *report_with(struct report_config config)
{
	struct report *r = report_new();
	struct err err;

	said();
	cr_assert_not_null(r);
	config.command = "connect";
	cr_assert_eq(report_configure(r, &config, &err), 0);
	return r;
}

static void end(struct report *r)
{
	struct err err;

	cr_assert_eq(report_close(r, &err), 0);
}

static void tell_something(struct report *r)
{
	struct addr a = addr_loopback(AF_INET, 80), b = addr_loopback(AF_INET6, 1234);

	REPORT(r, REPORT_CONNECTED, FIELD_ADDR("peer", &a), FIELD_ADDR("local", &b),
	       FIELD_TIME("time", 1500 * NSEC_PER_USEC));
}

Test(report, says_nothing_that_nobody_asked_for)
{
	struct report *r = report_with((struct report_config){ 0 });

	tell_something(r);
	cr_assert(!report_is_heard(r));
	cr_assert_str_eq(said(), "");
	end(r);
	cr_assert_str_eq(said(), "");
}

Test(report, before_it_is_configured_errors_are_told)
{
	struct report *r = report_new();
	struct err e, none;

	said();
	(void)err_usage(&e, "no command '%s'", "conect");
	err_hint(&e, "did you mean 'connect'?");
	report_failure(r, &e);
	cr_assert_str_eq(said(), "sockit: no command 'conect'\nhint: did you mean 'connect'?\n");
	cr_assert_eq(report_close(r, &none), 0);
}

Test(report, events_as_text)
{
	struct report *r = report_with((struct report_config){ .verbose = 1 });

	tell_something(r);
	cr_assert(report_is_heard(r));
	cr_assert_str_eq(said(), "connected to 127.0.0.1 port 80 from ::1 port 1234 in 1.5 ms\n");
	REPORT(r, REPORT_CLOSED, FIELD_STR("reason", "x"), FIELD_INT("sent_bytes", UINT32_MAX),
	       FIELD_INT("received_bytes", 0), FIELD_TIME("time", 2500 * NSEC_PER_MSEC));
	cr_assert_str_eq(said(),
	                 "closed (x): sent 4294967295 bytes, received 0 bytes, in 2.50 s\n");
	end(r);
}

static void tell_detail(struct report *r)
{
	struct addr a = addr_loopback(AF_INET, 80);

	REPORT(r, REPORT_SOCKOPT, FIELD_STR("name", "keepalive"), FIELD_ADDR("socket", &a),
	       FIELD_BOOL("value", true), FIELD_WORDS("on (asked for x)"));
}

/* Who tells details asks first whether anybody hears them: with -vv alone. */
Test(report, details)
{
	struct report *r = report_with((struct report_config){ .verbose = 2 });

	cr_assert(report_is_heard(r) && report_hears_details(r));
	tell_detail(r);
	cr_assert_str_eq(said(),
	                 "socket option keepalive for 127.0.0.1 port 80: on (asked for x)\n");
	end(r);
	r = report_with((struct report_config){ .verbose = 1, .json = true });
	cr_assert(report_is_heard(r) && !report_hears_details(r));
	tell_detail(r);
	cr_assert_str_eq(said(), "{\"event\":\"sockopt\",\"name\":\"keepalive\",\"socket_addr\":"
	                         "\"127.0.0.1\",\"socket_port\":80,\"value\":true}\n");
	end(r);
}

Test(report, bytes_from_outside_are_escaped_in_text)
{
	struct report *r = report_with((struct report_config){ .verbose = 1 });

	REPORT(r, REPORT_RESOLVING, FIELD_STR("host", "a\x1b[2J\nb"));
	cr_assert_str_eq(said(), "looking up a\\x1b[2J\\x0ab\n");
	end(r);
}

Test(report, urgent_events_need_no_v)
{
	struct report *r = report_with((struct report_config){ 0 });
	struct addr a = addr_wildcard(AF_INET, 4711);

	REPORT_WITH(r, REPORT_LISTENING, true, FIELD_ADDR("local", &a));
	cr_assert_str_eq(said(), "listening on 0.0.0.0 4711\n");
	REPORT_WITH(r, REPORT_LISTENING, false, FIELD_ADDR("local", &a));
	cr_assert_str_eq(said(), "");
	end(r);
}

Test(report, events_as_json_are_one_object_a_line)
{
	struct report *r = report_with((struct report_config){ .json = true });
	struct addr local;
	struct err err;

	cr_assert_eq(addr_local(&local, "/x\n\xff", false, &err), 0);
	tell_something(r);
	REPORT(r, REPORT_RESOLVING, FIELD_STR("host", "a\x1b\n\"\\\xff\xe2\x82\xac"));
	REPORT(r, REPORT_LISTENING_LOCAL, FIELD_ADDR("local", &local));
	REPORT(r, REPORT_JOINED, FIELD_STR("group", "ff02::1"), FIELD_STR("source", NULL),
	       FIELD_WORDS("text alone"));
	const char *text = said();
	json_t *events = events_parse(text);
	cr_assert_eq(json_array_size(events), 4);
	json_t *first = json_array_get(events, 0);
	cr_assert_str_eq(json_string_value(json_object_get(first, "event")), "connected");
	cr_assert_str_eq(json_string_value(json_object_get(first, "peer_addr")), "127.0.0.1");
	cr_assert_eq(json_integer_value(json_object_get(first, "peer_port")), 80);
	cr_assert(json_is_integer(json_object_get(first, "peer_port")));
	cr_assert_str_eq(json_string_value(json_object_get(first, "local_addr")), "::1");
	cr_assert(json_is_real(json_object_get(first, "time_ms")));
	cr_assert_eq(json_real_value(json_object_get(first, "time_ms")), 1.5);
	/* Not valid UTF-8, so escaped first; nothing but ASCII in any case. */
	cr_assert_str_eq(json_string_value(json_object_get(json_array_get(events, 1), "host")),
	                 "a\\x1b\\x0a\"\\\\xff\xe2\x82\xac");
	cr_assert(strstr(
		json_string_value(json_object_get(json_array_get(events, 2), "local_path")), "/x"));
	cr_assert_null(json_object_get(json_array_get(events, 3), "source"));
	cr_assert_null(json_object_get(json_array_get(events, 3), "words"));
	for (const char *at = text; *at; at++)
		cr_assert((*at >= ' ' && *at < 0x7f) || *at == '\n', "byte %02x",
		          (unsigned char)*at);
	json_decref(events);
	end(r);
}

Test(report, a_failure_as_json)
{
	struct report *r = report_with((struct report_config){ .json = true });
	struct err e;

	(void)err_set(&e, ERR_NETWORK, ECONNREFUSED, "connect", "h port 1");
	err_hint(&e, "is it on?");
	report_failure(r, &e);
	json_t *events = events_parse(said());
	json_t *error = json_object_get(json_array_get(events, 0), "error");
	cr_assert_str_eq(json_string_value(json_object_get(error, "op")), "connect");
	cr_assert_str_eq(json_string_value(json_object_get(error, "code")), "ECONNREFUSED");
	cr_assert_eq(json_integer_value(json_object_get(error, "errno")), ECONNREFUSED);
	cr_assert_not_null(json_object_get(error, "subject"));
	cr_assert_str_eq(json_string_value(json_object_get(error, "message")),
	                 "cannot connect to h port 1: Connection refused");
	json_decref(events);
	end(r);
}

Test(report, a_failure_without_an_errno_has_null)
{
	struct report *r = report_with((struct report_config){ .json = true });
	struct err e;

	(void)err_set(&e, ERR_TIME, 0, "connect", "h port 1");
	err_detail(&e, "no answer within 1 s");
	report_failure(r, &e);
	json_t *events = events_parse(said());
	json_t *error = json_object_get(json_array_get(events, 0), "error");
	cr_assert(json_is_null(json_object_get(error, "errno")));
	cr_assert_str_eq(json_string_value(json_object_get(error, "code")), "TIMEOUT");
	json_decref(events);
	end(r);
}

Test(report, a_failure_as_text_has_colour_only_where_asked)
{
	struct report *r = report_with((struct report_config){ .style = { .color = true } });
	struct err e;

	(void)err_usage(&e, "x");
	report_failure(r, &e);
	cr_assert_str_eq(said(), "\033[31msockit connect:\033[0m x\n");
	end(r);
}

/* In a file: JSON there, errors and what cannot wait on stderr as well. */
Test(report, a_file_of_its_own)
{
	const char *path = scratch_path("report");
	struct report *r = report_with((struct report_config){ .json = true, .file = path });
	struct addr a = addr_wildcard(AF_INET, 4711);
	struct stat st;
	struct err e;

	tell_something(r);
	cr_assert_str_eq(said(), "");
	REPORT_WITH(r, REPORT_LISTENING, true, FIELD_ADDR("local", &a));
	cr_assert_str_eq(said(), "listening on 0.0.0.0 4711\n");
	(void)err_set(&e, ERR_LOCAL, ENOSPC, "write", "x");
	report_failure(r, &e);
	cr_assert_str_eq(said(), "sockit connect: cannot write to x: No space left on device\n");
	end(r);
	json_t *events = events_parse(scratch_read(path));
	cr_assert_eq(json_array_size(events), 3);
	cr_assert_not_null(events_with(events, "error"));
	json_decref(events);
	/* Nobody else's business. */
	must(stat(path, &st), path);
	cr_assert_eq(st.st_mode & 0777, 0600);
}

Test(report, a_file_that_cannot_be_opened)
{
	struct report *r = report_new();
	struct report_config config = { .json = true, .file = "/no/such/directory/report" };
	struct err e, none;

	cr_assert_eq(report_configure(r, &config, &e), -1);
	cr_assert_eq(e.domain, ERR_LOCAL);
	cr_assert_eq(e.code, ENOENT);
	cr_assert_eq(report_close(r, &none), 0);
}

Test(report, a_file_that_is_full_is_told_at_the_end)
{
	struct report *r = report_with((struct report_config){ .json = true, .file = "/dev/full" });
	struct err e;

	tell_something(r);
	cr_assert_eq(report_close(r, &e), -1);
	cr_assert_eq(e.domain, ERR_LOCAL);
	cr_assert_eq(e.code, ENOSPC);
	cr_assert_str_eq(e.subject, "/dev/full");
}

/*
 * What was asked for is owed; what is told anyhow, and what a reader that left did not want, is
 * not.
 */
Test(report, standard_error_that_takes_nothing)
{
	static const struct {
		const char *path; /* or NULL: a pipe that nobody reads */
		struct report_config config;
		int code;
	} rows[] = {
		{ "/dev/full", { .verbose = 1 }, ENOSPC },
		{ "/dev/full", { .json = true }, ENOSPC },
		{ "/dev/full", { .verbose = 0 }, 0 },
		{ NULL, { .verbose = 1 }, 0 },
		{ NULL, { .json = true }, 0 },
	};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct report *r = report_with(rows[i].config);
		struct err e = { .domain = ERR_USAGE };
		int ends[2] = { -1, -1 };

		must(pipe2(ends, O_CLOEXEC), "pipe");
		close(ends[0]);
		int fd = rows[i].path ? must(open(rows[i].path, O_WRONLY | O_CLOEXEC), rows[i].path)
		                      : ends[1];
		must(dup2(fd, 2), "dup2");
		tell_something(r);
		REPORT_WITH(r, REPORT_LISTENING, true, FIELD_INT("id", 1));
		cr_assert_eq(report_close(r, &e), rows[i].code ? -1 : 0, "row %zu", i);
		if (rows[i].code) {
			cr_assert_eq(e.code, rows[i].code);
			cr_assert_str_eq(e.subject, "standard error");
		}
		cr_assert_not(report_results_are_lost(r));
	}
}

Test(report, what_is_too_long_is_still_one_line)
{
	struct report *r = report_with((struct report_config){ .verbose = 1 });
	static char host[10000];

	memset(host, 'h', sizeof host - 1);
	REPORT(r, REPORT_RESOLVING, FIELD_STR("host", host));
	const char *text = said();
	cr_assert(strlen(text) > 1000);
	cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1);
	end(r);
}

/* Whether KEY, an address by its name alone, is one of FIELDS. */
static bool fields_have(const char *fields, const char *key, size_t len)
{
	static const char *const ends[] = { "", "_*", "_ms" };

	for (; *fields; fields += strspn(fields, " ")) {
		size_t n = strcspn(fields, " ?");

		for (size_t i = 0; i < ARRAY_LEN(ends); i++)
			if (n == len + strlen(ends[i]) && memcmp(fields, key, len) == 0 &&
			    memcmp(fields + len, ends[i], strlen(ends[i])) == 0)
				return true;
		fields += strcspn(fields, " ");
	}
	return false;
}

Test(report, what_people_read_is_in_json_too)
{
	for (int i = 0; i < REPORT_KIND_COUNT; i++) {
		const struct report_row *row = &report_kinds[i];

		cr_assert(row->name && row->text && row->fields, "kind %d", i);
		for (const char *at = row->text; (at = strchr(at, '{')); at++) {
			size_t len = strcspn(at, "}") - 1;

			if (strncmp(at, "{words}", 7) == 0)
				continue;
			if (len > 5 && (memcmp(at + len - 4, "_addr", 5) == 0 ||
			                memcmp(at + len - 4, "_port", 5) == 0))
				len -= 5;
			cr_assert(fields_have(row->fields, at + 1, len), "%s: %.*s", row->name,
			          (int)len, at + 1);
		}
	}
}
