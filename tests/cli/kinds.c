/* What --json says has the keys that the manual lists, which are those of the code's tables. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

#include "base/attr.h"
#include "harness/child.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/kinds.h"
#include "harness/peer.h"
#include "harness/place.h"
#include "harness/sockit.h"

/*
 * An object on standard output, or the first one of the list KEY in it, or of the list INNER in
 * that.
 */
struct result {
	const char *const *words;
	const char *page, *what;
	const char *key, *inner;
};

static const json_t *first_of(const json_t *object, const char *key)
{
	const json_t *first = json_array_get(json_object_get(object, key), 0);

	if (!first)
		fail("nothing in the list '%s' of %s", key, json_dumps(object, 0));
	return first;
}

static void try_result(const struct result *r)
{
	struct child child = sockit_expect(r->words, 0);
	json_t *lines = events_parse(child_out(&child)), *line;
	const json_t *object = NULL;
	size_t i;

	json_array_foreach(lines, i, line) if (!object && !json_object_get(line, "event")) object =
		line;
	if (!object)
		child_blame(&child, "no result");
	if (r->key)
		object = first_of(object, r->key);
	if (r->inner)
		object = first_of(object, r->inner);
	kinds_expect(object, r->page, r->what);
	json_decref(lines);
}

#define RESOLVE "man/sockit-resolve.1"
#define BYTEORDER "man/sockit-byteorder.1"
#define SERVICES "man/sockit-services.1"

Test(kinds, of_results)
{
	const struct result results[] = {
		{ WORDS("resolve", "--json", "localhost"), RESOLVE, "what was found" },
		{ WORDS("resolve", "--json", "127.1"), RESOLVE, "what was found" },
		{ WORDS("resolve", "--json", "localhost"), RESOLVE, "of results: an address",
		  "results" },
		{ WORDS("resolve", "--json", "-S", "80", "--canonname", "localhost"), RESOLVE,
		  "of results: an address", "results" },
		{ WORDS("resolve", "--json", "127.0.0.1"), RESOLVE, "of results: a name",
		  "results" },
		{ WORDS("resolve", "--json", "-l", "localhost"), RESOLVE,
		  "of results: an address with --long", "results" },
		{ WORDS("resolve", "--json", "--confirm", "127.0.0.1"), RESOLVE,
		  "of results: an address with --confirm", "results" },
		{ WORDS("resolve", "--json", "--addrinfo", "localhost"), RESOLVE,
		  "of addrinfo: a node", "addrinfo" },
		{ WORDS("resolve", "--json", "--addrinfo", "localhost"), RESOLVE,
		  "of ai_addr: a field", "addrinfo", "ai_addr" },
		{ WORDS("resolve", "--json", "--hostent", "localhost"), RESOLVE,
		  "of hostent: an entry", "hostent" },
		{ WORDS("byteorder", "--json", "80"), BYTEORDER, "a number" },
		{ WORDS("byteorder", "--json", "1.2.3.4"), BYTEORDER, "a number" },
		{ WORDS("byteorder", "--json", "--from-network", "80"), BYTEORDER, "a number" },
		{ WORDS("byteorder", "--json", "::1"), BYTEORDER, "an IPv6 address" },
		{ WORDS("byteorder", "--json", "--sockaddr", "01:00:2f:61"), BYTEORDER,
		  "a sockaddr" },
		{ WORDS("byteorder", "--json", "--sockaddr", "01:00:2f:61"), BYTEORDER,
		  "of fields: a field", "fields" },
		{ WORDS("byteorder", "--json", "--proc-net", "0100007F:0050"), BYTEORDER,
		  "a pair of /proc/net" },
		{ WORDS("services", "--json", "http"), SERVICES, "a service" },
	};

	for (size_t i = 0; i < ARRAY_LEN(results); i++)
		try_result(&results[i]);
}

Test(kinds, of_sockets_in_use)
{
	struct place place;
	int fd = peer_listen(NET_V4, &place), local = peer_listen(NET_UNIX, &(struct place){ 0 });
	struct result tcp = { WORDS("services", "--in-use", "--json", place.port), SERVICES,
		              "a socket of TCP or UDP" };
	struct result unix_one = { WORDS("services", "--in-use", "--json", "--protocol", "unix"),
		                   SERVICES, "a Unix socket" };

	cr_assert(fd >= 0 && local >= 0);
	try_result(&tcp);
	try_result(&unix_one);
}

/*
 * Each line is looked at by events_parse; the kinds that come are those of WANTED, and maybe
 * others.
 */
static void expect_kinds(const char *text, const char *const *wanted)
{
	json_t *events = events_parse(text);

	for (; *wanted; wanted++)
		if (!events_where(events, "event", *wanted))
			fail("nothing tells of '%s' in:\n%s", *wanted, text);
	json_decref(events);
}

Test(kinds, of_a_server_for_many_and_its_client)
{
	struct plan serve = { .args = WORDS("--json", "--stats", "--max-accepts", "1") };
	struct plan plan = { .args = WORDS("--json", "-vv", "--trace=explain", "--sockopt",
		                           "keepalive=on"),
		             .in = { END_PIPE } };
	struct place place;
	struct child server = sockit_listen_with("echo-serve", &serve, NET_V4, &place);
	struct child client;

	snprintf(place.word, sizeof place.word, "localhost:%s", place.port);
	client = sockit_connect(&plan, &place);
	child_feed(&client, "12345");
	child_end_input(&client);
	child_expect(&client, 0);
	child_expect(&server, 0);
	expect_kinds(child_err(&client),
	             WORDS("resolving", "resolved", "trying", "connected", "sockopt", "stdin_ended",
	                   "peer_ended", "closed", "call"));
	expect_kinds(child_err(&server), WORDS("listening", "accepted", "closed", "totals"));
}

Test(kinds, of_programs)
{
	struct plan plan = { .args = WORDS("--json", "-k", "--max-accepts", "1", "--exec", "--",
		                           "true") };
	struct place place;
	struct child server = sockit_listen(&plan, NET_V6, &place);

	peer_expect_end(peer_connect(&place));
	child_expect(&server, 0);
	expect_kinds(child_err(&server),
	             WORDS("accepted", "program_started", "program_ended", "closed"));
}

Test(kinds, of_refusals)
{
	struct plan plan = { .args = WORDS("--json", "-k", "--deny", "127.0.0.1") };
	struct place place;
	struct child server = sockit_listen(&plan, NET_V4, &place);
	struct child client;

	peer_expect_end(peer_connect(&place));
	child_await_err(&server, "\"refused\"");
	child_signal(&server, SIGTERM);
	child_expect(&server, 128 + SIGTERM);
	expect_kinds(child_err(&server), WORDS("listening", "refused"));

	client = sockit_expect(WORDS("connect", "--json", place.host, place.port), 1);
	expect_kinds(child_err(&client), WORDS("trying", "attempt_failed"));
	if (!events_with(events_parse(child_err(&client)), "error"))
		child_blame(&client, "no error");
}
