/* sockit services: names and ports, as the system's database and the built-in table have them. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
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

/* A database in which everything occurs that a database may have. */
static const char database[] = "# a comment\n"
			       "http 80/tcp www # WorldWideWeb\n"
			       "HTTP-Alt\t8080/tcp  webcache\tHttp-Proxy\n"
			       "echo 7/tcp\n"
			       "echo 7/udp\n"
			       "echo 4/ddp\n"
			       "seventeen 17/tcp quote\n"
			       "here-only 4999/udp\n"
			       "twin 5000/tcp\n"
			       "twin-two 5000/tcp twin2\n"
			       "many 6000/tcp a b c d e f g\n"
			       "bad\033[31mname 6001/tcp\n";

/* Let this test and its children see TEXT as /etc/services; NULL: no such file. */
static void set_services(const char *text)
{
	if (netns_private_mounts())
		skip("no mount namespace here: %s", strerror(errno));
	if (access("/etc/services", F_OK) == 0) {
		const char *file = text ? scratch_file("services", text) : "/dev/null";

		must(mount(file, "/etc/services", NULL, MS_BIND, NULL), "/etc/services");
	} else if (text) {
		skip("no /etc/services to cover");
	}
}

static const char *services(const char *const *words)
{
	static struct child child;

	child = child_run(&(struct plan){ .args = WORDS("services"), .more = words });
	child_expect(&child, 0);
	if (*child_err(&child))
		child_blame(&child, "something on stderr");
	return child_out(&child);
}

static void expect_failure(const char *const *words, int status, const char *says)
{
	struct child child = child_run(&(struct plan){ .args = WORDS("services"), .more = words });

	child_expect(&child, status);
	if (!strstr(child_err(&child), says) ||
	    strncmp(child_err(&child), "sockit services: ", 17) != 0)
		child_blame(&child, "does not say '%s'", says);
}

Test(services, one_line_is_name_port_protocol_aliases)
{
	set_services(database);
	cr_assert_str_eq(services(WORDS("http")), "http  80/tcp  www\n");
	cr_assert_str_eq(services(WORDS("seventeen")), "seventeen  17/tcp  quote\n");
	cr_assert_str_eq(services(WORDS("here-only")), "here-only  4999/udp\n");
	cr_assert_str_eq(services(WORDS("many")), "many  6000/tcp  a b c d e f g\n");
}

struct question {
	const char *const words[4];
	const char *answer;
};

/* As the columns are, without their padding. */
static const char *squeezed(const char *text)
{
	static char out[65536];
	char *to = out;

	for (; *text && to < out + sizeof(out) - 1; text++)
		if (*text != ' ' || (text[1] != ' ' && text[1] != '\n'))
			*to++ = *text;
	*to = '\0';
	return out;
}

static const struct question questions[] = {
	{ { "echo" }, "echo 7/tcp\necho 7/udp\necho 4/ddp\n" },
	{ { "7" }, "echo 7/tcp\necho 7/udp\n" },
	{ { "7/udp" }, "echo 7/udp\n" },
	{ { "007/UDP" }, "echo 7/udp\n" },
	{ { "echo/ddp" }, "echo 4/ddp\n" },
	{ { "ECHO/Tcp" }, "echo 7/tcp\n" },
	{ { "www" }, "http 80/tcp www\n" },
	{ { "http-proxy" }, "HTTP-Alt 8080/tcp webcache Http-Proxy\n" },
	{ { "http-alt" }, "HTTP-Alt 8080/tcp webcache Http-Proxy\n" },
	{ { "5000" }, "twin 5000/tcp\ntwin-two 5000/tcp twin2\n" },
	{ { "7-17" }, "echo 7/tcp\necho 7/udp\nseventeen 17/tcp quote\n" },
	{ { "7-17/tcp" }, "echo 7/tcp\nseventeen 17/tcp quote\n" },
	{ { "80-80" }, "http 80/tcp www\n" },
	{ { "17", "http" }, "seventeen 17/tcp quote\nhttp 80/tcp www\n" },
	{ { "--protocol", "udp" }, "echo 7/udp\nhere-only 4999/udp\n" },
	{ { "--protocol=UDP", "echo", "4999" }, "echo 7/udp\nhere-only 4999/udp\n" },
	{ { "--protocol=tcp", "echo/tcp" }, "echo 7/tcp\n" },
	{ { "--search", "TWIN" }, "twin 5000/tcp\ntwin-two 5000/tcp twin2\n" },
	{ { "--search", "cache" }, "HTTP-Alt 8080/tcp webcache Http-Proxy\n" },
	{ { "--search", "7/tcp" }, "echo 7/tcp\nseventeen 17/tcp quote\n" },
	{ { "--search=7/TCP", "--protocol=tcp", "1-10" }, "echo 7/tcp\n" },
	{ { "--search=e", "http", "17" }, NULL },
	{ { "--search=udp" }, NULL },
	{ { "--", "http" }, "http 80/tcp www\n" },
	{ { "http", "--color=never" }, "http 80/tcp www\n" },
};

Test(services, every_way_to_ask)
{
	set_services(database);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const struct question *q = &questions[i];

		if (q->answer)
			cr_expect_str_eq(squeezed(services(q->words)), q->answer, "row %zu: %s", i,
			                 squeezed(services(q->words)));
	}
	/* The text is looked for in aliases and names; in the protocol only behind a slash. */
	expect_failure(WORDS("--search=udp"), 3, "no service with 'udp' in its name");
	expect_failure(WORDS("--search=e", "http", "17"), 8, "no service 'http' with 'e'");
}

Test(services, columns_are_aligned)
{
	set_services(database);
	cr_assert_str_eq(services(WORDS("echo", "www", "twin2")), "echo      7/tcp\n"
	                                                          "echo      7/udp\n"
	                                                          "echo      4/ddp\n"
	                                                          "http      80/tcp    www\n"
	                                                          "twin-two  5000/tcp  twin2\n");
}

Test(services, names_from_a_file_are_escaped)
{
	set_services(database);
	cr_assert_str_eq(services(WORDS("6001")), "bad\\x1b[31mname  6001/tcp\n");
}

/* What getent prints, without its padding. */
static const char *getent(void)
{
	static struct child child;

	child = child_run(&(struct plan){ .program = "getent", .args = WORDS("services") });
	return squeezed(child_out(&child));
}

Test(services, all_of_them_are_what_getent_says)
{
	char *want;

	if (access("/etc/services", R_OK) != 0)
		skip("no /etc/services");
	want = strdup(getent());
	cr_assert(lines_count(want) > 100);
	cr_assert_str_eq(squeezed(services(WORDS(NULL))), want);
	cr_assert_str_eq(squeezed(services(WORDS("0-65535"))), want);
	free(want);
}

/* The entries in the lines from *AT on, some at a time, asked for by name and protocol or by
 * port. */
static void expect_entries(const char **at, bool by_port)
{
	enum { MOST = 20 };
	char words[MOST][160];
	const char *asked[MOST + 1] = { NULL }, *line = *at, *answer;
	size_t count = 0;

	for (; *line && count < MOST; line = strchr(line, '\n') + 1, count++) {
		char name[64], port[64];

		cr_assert_eq(sscanf(line, "%63s %63s", name, port), 2);
		snprintf(words[count], sizeof(words[0]), "%s%s", by_port ? "" : name,
		         by_port ? port : strchr(port, '/'));
		asked[count] = words[count];
	}
	answer = squeezed(services(asked));
	cr_assert(lines_count(answer) >= count);
	for (; *at < line; *at = strchr(*at, '\n') + 1) {
		char entry[256];

		snprintf(entry, sizeof(entry), "%.*s\n", (int)strcspn(*at, "\n"), *at);
		cr_expect(strstr(answer, entry), "not found: %s", entry);
	}
}

Test(services, each_of_them_is_found_by_name_and_by_port)
{
	char *all;

	if (access("/etc/services", R_OK) != 0)
		skip("no /etc/services");
	all = strdup(getent());
	for (const char *at = all; *at;)
		expect_entries(&at, false);
	for (const char *at = all; *at;)
		expect_entries(&at, true);
	free(all);
}

Test(services, are_known_without_the_file)
{
	struct place place = place_tcp(NET_V4, "127.0.0.1", 80);
	struct child child;
	int listener;

	set_services(NULL);
	cr_assert_str_eq(services(WORDS("http")), "http  80/tcp  www\n");
	cr_assert_str_eq(services(WORDS("80/tcp")), "http  80/tcp  www\n");
	cr_assert(lines_count(services(WORDS(NULL))) >= 300);
	cr_assert_not_null(strstr(services(WORDS("--search=7/tcp")), "echo"));
	netns_enter();
	listener = peer_listen_at(&place);
	child = child_start(&(struct plan){ .args = WORDS("connect", "127.0.0.1", "http") });
	close(sockit_accept(&child, listener));
	child_expect(&child, 0);
	close(listener);
	child = child_start(&(struct plan){ .args = WORDS("listen", "127.0.0.1:http") });
	close(peer_connect(&place));
	child_expect(&child, 0);
}

/* The built-in table answers for what the file lacks, but adds nothing to what it has. */
Test(services, the_built_in_table_fills_gaps)
{
	set_services(database);
	cr_assert_str_eq(services(WORDS("ssh")), "ssh  22/tcp\n");
	cr_assert_str_eq(services(WORDS("22")), "ssh  22/tcp\n");
	cr_assert_eq(lines_count(services(WORDS(NULL))), 11);
}

Test(services, verbose_names_the_source)
{
	struct child child;

	set_services(database);
	child = sockit_expect(WORDS("services", "-v", "http", "echo", "ssh"), 0);
	cr_assert_str_eq(child_err(&child), "the system's database: 4 found\n"
	                                    "the built-in table: 1 found\n");
	cr_assert_eq(lines_count(child_out(&child)), 5);
	child = sockit_expect(WORDS("services", "--verbose", "ssh"), 0);
	cr_assert_str_eq(child_err(&child), "the built-in table: 1 found\n");
}

Test(services, unknown_ones)
{
	struct child child;

	set_services(database);
	expect_failure(WORDS("nosuch"), 3, "no service 'nosuch' is known");
	expect_failure(WORDS("http/udp"), 3, "no service 'http/udp' is known");
	expect_failure(WORDS("64999"), 3, "no service on port 64999 is known");
	expect_failure(WORDS("64998-64999/udp"), 3, "no service on port 64998-64999/udp is known");
	expect_failure(WORDS("echo", "--protocol", "sctp"), 3,
	               "no service 'echo' of protocol sctp is known");
	expect_failure(WORDS("--protocol", "none"), 3, "no service of protocol none is known");
	expect_failure(WORDS("--search", "zzzz"), 3,
	               "no service with 'zzzz' in its name or an alias");
	expect_failure(WORDS("htpt"), 3, "hint: did you mean 'http'?");
	child = sockit_expect(WORDS("services", "none1", "http", "none2", "17"), 8);
	cr_assert_str_eq(squeezed(child_out(&child)), "http 80/tcp www\nseventeen 17/tcp quote\n");
	cr_assert_str_eq(child_err(&child), "sockit services: no service 'none1' is known\n"
	                                    "sockit services: no service 'none2' is known\n");
	child = sockit_expect(WORDS("services", "none1", "none2"), 3);
	cr_assert_eq(lines_count(child_err(&child)), 2);
	cr_assert_str_empty(child_out(&child));
}

Test(services, words_that_are_none_are_usage)
{
	static const char *const words[] = {
		"",        "65536",    "99999999999999999999999",
		"-1-2",    "80-",      "5-4",
		"1-2-3",   "0-65536",  "80/",
		"/tcp",    "http/",    "http/tcp/x",
		"a b",     "http\n",   "80,443",
		"+80",     "http/t p", "\033[m",
		"8o/\xff", "-_+.",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct child child = sockit_expect(WORDS("services", "--", words[i]), 2);

		cr_expect_eq(lines_count(child_err(&child)), 1, "%s", child_err(&child));
		cr_expect_null(strchr(child_err(&child), '\033'));
		cr_expect_str_empty(child_out(&child), "'%s'", words[i]);
	}
	/* Nothing is told when one of the words is wrong. */
	cr_assert_str_empty(child_out(
		&(struct child[]){ sockit_expect(WORDS("services", "http", "5-4"), 2) }[0]));
}

Test(services, options_without_meaning_together_are_usage)
{
	expect_failure(WORDS("--search=x", "--in-use"), 2, "--search and --in-use exclude");
	expect_failure(WORDS("--in-use", "--search=x"), 2, "--search and --in-use exclude");
	expect_failure(WORDS("22/"), 2, "22/: '' is not the name of a protocol");
	expect_failure(WORDS("--in-use", "--protocol=tcp", "--state=LISTENING"), 2,
	               "--state LISTENING and --protocol tcp exclude");
	expect_failure(WORDS("--in-use", "--protocol=UDP", "--state=listen"), 2,
	               "--state LISTEN and --protocol UDP exclude");
	expect_failure(WORDS("--in-use", "--protocol=unix", "--state=ESTABLISHED"), 2,
	               "--state ESTABLISHED and --protocol unix exclude");
	expect_failure(WORDS("--state=LISTEN"), 2, "--state needs --in-use");
	expect_failure(WORDS("http", "--state=LISTEN"), 2, "--state needs --in-use");
	expect_failure(WORDS("http/tcp", "--protocol=udp"), 2, "'http/tcp' and --protocol udp");
	expect_failure(WORDS("--protocol="), 2, "--protocol");
	expect_failure(WORDS("--protocol=a b"), 2, "'a b'");
	expect_failure(WORDS("--search="), 2, "--search");
	expect_failure(WORDS("--report=x", "http"), 2, "--report");
}

static void expect_object(json_t *o, const char *name, int port, const char *protocol,
                          const char *alias, const char *source)
{
	cr_assert_str_eq(json_string_value(json_object_get(o, "name")), name);
	cr_assert_eq(json_integer_value(json_object_get(o, "port")), port);
	cr_assert_str_eq(json_string_value(json_object_get(o, "protocol")), protocol);
	cr_assert(json_is_array(json_object_get(o, "aliases")));
	if (alias)
		cr_assert_str_eq(
			json_string_value(json_array_get(json_object_get(o, "aliases"), 0)), alias);
	else
		cr_assert_eq(json_array_size(json_object_get(o, "aliases")), 0);
	cr_assert_str_eq(json_string_value(json_object_get(o, "source")), source);
}

Test(services, as_json)
{
	struct child child;
	json_t *lines;

	set_services(database);
	lines = events_parse(services(WORDS("--json", "http", "ssh", "6001")));
	cr_assert_eq(json_array_size(lines), 3);
	expect_object(json_array_get(lines, 0), "http", 80, "tcp", "www", "system");
	expect_object(json_array_get(lines, 1), "ssh", 22, "tcp", NULL, "built-in");
	expect_object(json_array_get(lines, 2), "bad\033[31mname", 6001, "tcp", NULL, "system");
	child = sockit_expect(WORDS("services", "--json", "http", "no1", "17", "no2"), 8);
	lines = events_parse(child_out(&child));
	cr_assert_eq(json_array_size(lines), 4);
	expect_object(json_array_get(lines, 0), "http", 80, "tcp", "www", "system");
	for (int i = 0; i < 2; i++) {
		json_t *error = json_object_get(json_array_get(lines, i ? 3 : 2), "error");
		char message[64];

		snprintf(message, sizeof(message), "no service 'no%d' is known", i + 1);
		cr_assert_str_eq(json_string_value(json_object_get(error, "message")), message);
		child_says(&child, message);
	}
}

Test(services, trace_shows_the_calls)
{
	struct child child;

	set_services(database);
	child = sockit_expect(WORDS("services", "--trace", "http/tcp", "7", "nosuch"), 8);
	lines_in_order(child_err(&child),
	               WORDS("getservent_r() = 11",
	                     "getservbyname_r(\"http\", \"tcp\") = {s_port=htons(80)}",
	                     "getservbyport_r(htons(7), NULL) = {s_port=htons(7)}",
	                     "getservbyname_r(\"nosuch\", NULL) = NULL"));
	child = sockit_expect(WORDS("services", "--trace=explain", "HTTP"), 0);
	cr_assert(line_with(child_err(&child), "getservbyname_r(\"http\", NULL)", "# look"));
}

Test(services, that_cannot_be_written)
{
	static const enum end_kind ends[] = { END_FULL, END_CLOSED };
	struct child child;
	char line[256];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		child = child_run(&(struct plan){ .args = WORDS("services"), .out = { ends[i] } });
		child_expect(&child, 7);
		child_says(&child, "standard output");
	}
	/* Whoever reads only the beginning hears no complaint. */
	snprintf(line, sizeof(line), "test \"$(%s services 2>&1 | head -n 1 | wc -l)\" = 1",
	         getenv("SOCKIT"));
	child_sh(line);
}

Test(services, a_list_that_is_cut_is_a_failure)
{
	struct child child = child_run(&(struct plan){
		.args = WORDS("services"),
		.wrap = WORDS("strace", "-qqo", "/dev/null", "-P", "/etc/services", "-e",
	                      "inject=read:error=EIO:when=2"),
	});

	child_expect(&child, 7);
	child_says(&child, "cannot read from the list of services: Input/output error");
}
