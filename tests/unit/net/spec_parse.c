/* net/spec_parse: PRODUCT.md, 'Endpoints', spelling by spelling. */
#include "net/spec_parse.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum role { CLIENT, SERVER };

/* What was typed and what it means: a port, or a path with port -1. */
struct good_row {
	enum role role;
	const char *first, *second;
	const char *host; /* or the path as spec's text has it */
	int port;
};

static const struct good_row good_rows[] = {
	/* Two words. */
	{ CLIENT, "db.example", "5432", "db.example", 5432 },
	{ CLIENT, "db.example", "http", "db.example", 80 },
	{ CLIENT, "db.example", "HTTP", "db.example", 80 },
	{ CLIENT, "192.0.2.1", "1", "192.0.2.1", 1 },
	{ CLIENT, "::1", "80", "::1", 80 },
	{ CLIENT, "fe80::1%eth0", "80", "fe80::1%eth0", 80 },
	{ CLIENT, "[::1]", "80", "::1", 80 },
	{ CLIENT, "[fe80::1%eth0]", "80", "fe80::1%eth0", 80 },
	{ CLIENT, "tcp:host", "53", "host", 53 },
	{ CLIENT, "tcp://host", "53", "host", 53 },
	{ CLIENT, "tcp:[::1]", "53", "::1", 53 },
	{ CLIENT, "tcp:::1", "53", "::1", 53 },
	{ CLIENT, "80", "81", "80", 81 },
	{ CLIENT, "ssh", "22", "ssh", 22 },
	{ SERVER, "*", "80", "*", 80 },
	{ SERVER, "0.0.0.0", "0", "0.0.0.0", 0 },
	{ SERVER, "::", "0", "::", 0 },
	/* HOST:PORT. */
	{ CLIENT, "host:80", NULL, "host", 80 },
	{ CLIENT, "host:https", NULL, "host", 443 },
	{ CLIENT, "a.b-c_d:65535", NULL, "a.b-c_d", 65535 },
	{ CLIENT, "127.1:80", NULL, "127.1", 80 },
	{ CLIENT, "tcp:host:80", NULL, "host", 80 },
	{ CLIENT, "tcp://host:80", NULL, "host", 80 },
	{ CLIENT, "[::1]:80", NULL, "::1", 80 },
	{ CLIENT, "[2001:db8::7]:http", NULL, "2001:db8::7", 80 },
	{ CLIENT, "[::ffff:192.0.2.1]:7", NULL, "::ffff:192.0.2.1", 7 },
	{ CLIENT, "[fe80::1%eth0]:80", NULL, "fe80::1%eth0", 80 },
	{ CLIENT, "tcp:[::1]:80", NULL, "::1", 80 },
	{ CLIENT, "tcp://[::1]:80", NULL, "::1", 80 },
	{ SERVER, "*:80", NULL, "*", 80 },
	{ SERVER, "*:0", NULL, "*", 0 },
	{ SERVER, "[::]:0", NULL, "::", 0 },
	{ SERVER, "127.0.0.1:0", NULL, "127.0.0.1", 0 },
	/* A port alone; a missing host is for whoever opens it to fill. */
	{ CLIENT, "80", NULL, "", 80 },
	{ CLIENT, ":80", NULL, "", 80 },
	{ CLIENT, ":http", NULL, "", 80 },
	{ CLIENT, "http", NULL, "", 80 },
	{ CLIENT, "Http", NULL, "", 80 },
	{ CLIENT, "tcp::80", NULL, "", 80 },
	{ CLIENT, "tcp://:80", NULL, "", 80 },
	{ CLIENT, "TCP:host:80", NULL, "host", 80 },
	{ CLIENT, "Tcp://host", "80", "host", 80 },
	{ SERVER, "80", NULL, "", 80 },
	{ SERVER, "0", NULL, "", 0 },
	{ SERVER, ":0", NULL, "", 0 },
	{ SERVER, "tcp:80", NULL, "", 80 },
	{ SERVER, "tcp::80", NULL, "", 80 },
	/* Unix. */
	{ CLIENT, "unix:/run/x", NULL, "unix:/run/x", -1 },
	{ CLIENT, "unix:///run/x", NULL, "unix:/run/x", -1 },
	{ CLIENT, "unix:x", NULL, "unix:x", -1 },
	{ CLIENT, "UNIX:/run/x", NULL, "unix:/run/x", -1 },
	{ CLIENT, "unix:@name", NULL, "unix:@name", -1 },
	{ CLIENT, "unix://@name", NULL, "unix:@name", -1 },
	{ CLIENT, "/run/x", NULL, "unix:/run/x", -1 },
	{ CLIENT, "./x", NULL, "unix:./x", -1 },
	{ CLIENT, "a/b", NULL, "unix:a/b", -1 },
	{ CLIENT, "/a:80", NULL, "unix:/a:80", -1 },
	{ CLIENT, "unix:a,b=c:80", NULL, "unix:a,b=c:80", -1 },
	{ CLIENT, "unix:/a b", NULL, "unix:/a b", -1 },
	{ CLIENT, "unix:80", NULL, "unix:80", -1 },
	{ SERVER, "unix:/run/x", NULL, "unix:/run/x", -1 },
	{ SERVER, "unix:@name", NULL, "unix:@name", -1 },
};

Test(spec, good_spellings)
{
	for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
		const struct good_row *row = &good_rows[i];
		const char *words[] = { row->first, row->second };
		struct spec_rules rules = { .server = row->role == SERVER };
		struct spec spec;
		struct err err;

		cr_assert_eq(spec_parse(&spec, words, row->second ? 2 : 1, &rules, &err), 0,
		             "%s %s: %s", row->first, row->second ? row->second : "", err.detail);
		cr_assert_eq(spec.kind, row->port < 0 ? SPEC_UNIX : SPEC_TCP, "%s", row->first);
		if (row->port < 0) {
			cr_assert_str_eq(spec.text, row->host);
		} else {
			cr_assert_str_eq(spec.host, row->host);
			cr_assert_eq(spec.port, row->port, "%s: port %u", row->first, spec.port);
		}
	}
}

struct bad_row {
	enum role role;
	const char *first, *second;
	const char *detail; /* a part of the sentence */
	const char *hint;   /* a part of it; NULL: none */
};

static const struct bad_row bad_rows[] = {
	/* Ports. */
	{ CLIENT, "host:0", NULL, "port 0", NULL },
	{ CLIENT, "host", "0", "port 0", NULL },
	{ CLIENT, "0", NULL, "port 0", NULL },
	{ CLIENT, ":0", NULL, "port 0", NULL },
	{ CLIENT, "host:65536", NULL, "65536", NULL },
	{ SERVER, "65536", NULL, "65536", NULL },
	{ CLIENT, "host", "-1", "-1", NULL },
	{ CLIENT, "host:-1", NULL, "-1", NULL },
	{ CLIENT, "host", "no-such-service", "no-such-service", NULL },
	{ CLIENT, "host:no-such-service", NULL, "no-such-service", NULL },
	{ CLIENT, "host", "80 ", "80 ", NULL },
	{ CLIENT, "host:80 ", NULL, "80 ", NULL },
	{ CLIENT, "host", " 80", " 80", NULL },
	{ CLIENT, "host", "", "port is empty", NULL },
	{ CLIENT, "host", "1e3", "1e3", NULL },
	{ CLIENT, "host:1e3", NULL, "1e3", NULL },
	{ CLIENT, "host", "0x50", "0x50", NULL },
	{ CLIENT, "host", "+80", "+80", NULL },
	{ CLIENT, "host", "80.0", "80.0", NULL },
	{ CLIENT, "host:", NULL, "no port given", "HOST:PORT" },
	{ CLIENT, "[::1]:", NULL, "port is empty", NULL },
	/* No port. */
	{ CLIENT, "host", NULL, "no port given", "HOST:PORT" },
	{ CLIENT, "host.example", NULL, "no port given", "HOST:PORT" },
	{ CLIENT, "127.0.0.1", NULL, "no port given", "HOST:PORT" },
	{ SERVER, "host.example", NULL, "no port given", "HOST:PORT" },
	{ CLIENT, "[::1]", NULL, "no port given", "[ADDRESS]:PORT" },
	{ CLIENT, "", NULL, "empty", NULL },
	{ CLIENT, "tcp:", NULL, "no port", NULL },
	{ CLIENT, "tcp://", NULL, "no port", NULL },
	{ CLIENT, "tcp:host", NULL, "no port given", "HOST:PORT" },
	{ CLIENT, "tcp:80", NULL, "a host or a port?", "tcp::80" },
	{ CLIENT, "*", NULL, "no port given", "HOST:PORT" },
	/* Schemes of others. */
	{ CLIENT, "http://localhost/x", NULL, "no 'http' endpoints", "no scheme" },
	{ CLIENT, "HTTP://localhost", NULL, "no 'HTTP' endpoints", "no scheme" },
	{ SERVER, "svn+ssh://h", NULL, "no 'svn+ssh' endpoints", "'./' begins a path" },
	/* IPv6 and brackets. */
	{ CLIENT, "::1:80", NULL, "needs brackets", "[::1]:80" },
	{ CLIENT, "2001:db8::1:80", NULL, "needs brackets", "[2001:db8::1]:80" },
	{ CLIENT, "::1", NULL, "needs brackets", "ADDRESS" },
	{ CLIENT, "::1]:80", NULL, "needs brackets", "[::1]:80" },
	{ CLIENT, "[::1", NULL, "not closed", NULL },
	{ CLIENT, "[::1:80", NULL, "not closed", NULL },
	{ CLIENT, "[", NULL, "not closed", NULL },
	{ CLIENT, "[]:80", NULL, "no IPv6 address", NULL },
	{ CLIENT, "[host]:80", NULL, "no IPv6 address", NULL },
	{ CLIENT, "[127.0.0.1]:80", NULL, "no IPv6 address", NULL },
	{ CLIENT, "[::1]80", NULL, "after|follow", NULL },
	{ CLIENT, "[::1]x:80", NULL, "after|follow", NULL },
	{ CLIENT, "[[::1]]:80", NULL, "no IPv6 address", NULL },
	{ CLIENT, "a:b:80", NULL, "needs brackets", "ADDRESS" },
	{ CLIENT, "::1:http", NULL, "needs brackets", "[::1]:http" },
	{ CLIENT, "fe80::1%lan:80", NULL, "needs brackets", "[fe80::1%lan]:80" },
	/* What can be none. */
	{ CLIENT, "localhost:http:80", NULL, "more than one ':'", "HOST:PORT" },
	{ CLIENT, "sctp:localhost:1", NULL, "more than one ':'", "udp:HOST:PORT" },
	/* Two words with a port too many, or an empty host. */
	{ CLIENT, "host:80", "80", "'host:80': a port in it", NULL },
	{ CLIENT, "host:", "80", "'host:': a ':' in it", NULL },
	{ CLIENT, "[::1]:", "80", "'[::1]:': a ':' in it", NULL },
	{ CLIENT, "[::1]:80", "80", "[::1]:80", NULL },
	{ CLIENT, "tcp:host:80", "80", "tcp:host:80", NULL },
	{ CLIENT, "", "80", "host is empty", NULL },
	{ CLIENT, "::1]", "80", "::1]", NULL },
	{ CLIENT, ":80", "80", ":80", NULL },
	/* Every address is for servers. */
	{ CLIENT, "*:80", NULL, "only a server", NULL },
	{ CLIENT, "*", "80", "only a server", NULL },
	/* Characters that no host has. */
	{ CLIENT, "ho st:80", NULL, "control character", NULL },
	{ CLIENT, "ho\x1b[2Jst:80", NULL, "control character", NULL },
	{ CLIENT, "ho\nst", "80", "control character", NULL },
	{ CLIENT, "ho\x7fst:80", NULL, "control character", NULL },
	/* Unix. */
	{ CLIENT, "unix:", NULL, "path is empty", NULL },
	{ CLIENT, "unix://", NULL, "path is empty", NULL },
	{ CLIENT, "unix:@", NULL, "path is empty", NULL },
	{ CLIENT, "unix:/x", "80", "no port", NULL },
	{ CLIENT, "/x", "80", "no port", NULL },
	/* Schemes of later versions: their names are taken. */
	{ CLIENT, "tls:host:443", NULL, "tls", NULL },
	{ CLIENT, "vsock:", NULL, "no port", "vsock:CID:PORT" },
	{ CLIENT, "vsock:2", NULL, "no port", "vsock:CID:PORT" },
	{ CLIENT, "vsock:2:", NULL, "no port", "vsock:CID:PORT" },
	{ CLIENT, "vsock:2:80", "90", "a port in it", NULL },
	{ CLIENT, "vsock:2:", "90", "a ':' in it", NULL },
	{ CLIENT, "vsock:2", "", "no port", "vsock:CID:PORT" },
	{ CLIENT, "vsock:2:3:4", NULL, "CID '2:3'", NULL },
	{ CLIENT, "vsock:12345678901234567890:4", NULL, "no CID", NULL },
	{ CLIENT, "vsock:*:4", NULL, "only a server", NULL },
	{ SERVER, "vsock:any", NULL, "port 'any'", NULL },
	{ CLIENT, "udp:53", NULL, "a host or a port", "udp::53" },
	{ CLIENT, "udp:host:0", NULL, "port 0", NULL },
	{ CLIENT, "unix-dgram:", NULL, "path is empty", NULL },
	{ CLIENT, "unix-seqpacket:/x", "80", "no port", NULL },
};

/* ONE of the words between bars is in TEXT. */
static bool has_one_of(const char *text, const char *words)
{
	char word[64];

	for (const char *at = words; *at; at += strspn(at, "|")) {
		size_t len = strcspn(at, "|");

		snprintf(word, sizeof word, "%.*s", (int)len, at);
		if (strstr(text, word))
			return true;
		at += len;
	}
	return false;
}

Test(spec, bad_spellings)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		const struct bad_row *row = &bad_rows[i];
		const char *words[] = { row->first, row->second };
		struct spec_rules rules = { .server = row->role == SERVER };
		struct spec spec = { .port = 7777 };
		struct err err;

		cr_assert_eq(spec_parse(&spec, words, row->second ? 2 : 1, &rules, &err), -1,
		             "'%s' '%s' was taken for '%s'", row->first,
		             row->second ? row->second : "", spec.text);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert_eq(spec.port, 7777, "%s: written although it failed", row->first);
		cr_assert(has_one_of(err.detail, row->detail), "'%s': '%s' has no '%s'", row->first,
		          err.detail, row->detail);
		if (row->hint)
			cr_assert(strstr(err.hint, row->hint), "'%s': the hint '%s' has no '%s'",
			          row->first, err.hint, row->hint);
		else
			cr_assert_str_eq(err.hint, "", "'%s': hint '%s'", row->first, err.hint);
	}
}

/* Each sentence is one line of its own, whatever was typed. */
Test(spec, sentences_have_no_newline_of_ours)
{
	cr_assert(ARRAY_LEN(good_rows) + ARRAY_LEN(bad_rows) >= 80);
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		const char *words[] = { bad_rows[i].first, bad_rows[i].second };
		struct spec_rules rules = { .server = bad_rows[i].role == SERVER };
		struct spec spec;
		struct err err;

		cr_assert_eq(spec_parse(&spec, words, bad_rows[i].second ? 2 : 1, &rules, &err),
		             -1);
		cr_assert(strchr(err.hint, '\n') == NULL);
		if (!strchr(words[0], '\n'))
			cr_assert(strchr(err.detail, '\n') == NULL);
	}
}

static int parse(struct spec *spec, const struct spec_rules *rules, const char *first,
                 const char *second, struct err *err)
{
	const char *words[] = { first, second };

	return spec_parse(spec, words, second ? 2 : first ? 1 : 0, rules, err);
}

Test(spec, with_unix_the_word_is_a_path_whatever_it_looks_like)
{
	static const char *const paths[] = { "80", "http",   "host:80", "[::1]:80",
		                             "@x", "unix:x", "udp:x" };
	struct spec_rules rules = { .path = true };
	struct spec spec;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		cr_assert_eq(parse(&spec, &rules, paths[i], NULL, &err), 0, "%s: %s", paths[i],
		             err.detail);
		cr_assert_eq(spec.kind, SPEC_UNIX);
		cr_assert_str_eq(spec.address.at.local.sun_path, paths[i]);
	}
	cr_assert_eq(parse(&spec, &rules, "", NULL, &err), -1);
	cr_assert_eq(parse(&spec, &rules, "x", "80", &err), -1);
}

Test(spec, a_path_of_200_characters_is_refused)
{
	char path[201];
	struct spec_rules rules = { 0 };
	struct spec spec;
	struct err err;

	memset(path, 'p', sizeof path - 1);
	memcpy(path, "unix:", 5);
	path[sizeof path - 1] = '\0';
	cr_assert_eq(parse(&spec, &rules, path, NULL, &err), -1);
	cr_assert(strstr(err.detail, "195 bytes long"), "%s", err.detail);
}

Test(spec, a_host_of_300_characters_is_refused)
{
	char host[301], word[310];
	struct spec_rules rules = { 0 };
	struct spec spec;
	struct err err;

	memset(host, 'h', sizeof host - 1);
	host[sizeof host - 1] = '\0';
	snprintf(word, sizeof word, "%s:80", host);
	cr_assert_eq(parse(&spec, &rules, word, NULL, &err), -1);
	cr_assert(strstr(err.detail, "300 characters long"), "%s", err.detail);
	cr_assert_eq(parse(&spec, &rules, host, "80", &err), -1);
	host[SPEC_HOST_MAX] = '\0';
	cr_assert_eq(parse(&spec, &rules, host, "80", &err), 0, "%s", err.detail);
	cr_assert_eq(strlen(spec.host), SPEC_HOST_MAX);
}

Test(spec, port_and_source_of_a_server_for_the_habits_of_nc)
{
	struct spec_rules port = { .server = true, .port = "8080" };
	struct spec_rules source = { .server = true, .host = "127.0.0.1" };
	struct spec_rules both = { .server = true, .port = "8080", .host = "127.0.0.1" };
	struct spec spec;
	struct err err;

	cr_assert_eq(parse(&spec, &port, NULL, NULL, &err), 0);
	cr_assert_str_eq(spec.host, "");
	cr_assert_eq(spec.port, 8080);
	cr_assert_eq(parse(&spec, &port, "::1", NULL, &err), 0, "%s", err.detail);
	cr_assert_str_eq(spec.host, "::1");
	cr_assert_eq(parse(&spec, &source, "80", NULL, &err), 0, "%s", err.detail);
	cr_assert_str_eq(spec.host, "127.0.0.1");
	cr_assert_eq(spec.port, 80);
	cr_assert_eq(parse(&spec, &both, NULL, NULL, &err), 0, "%s", err.detail);
	cr_assert_str_eq(spec.text, "127.0.0.1 port 8080");

	cr_assert_eq(parse(&spec, &port, "81", NULL, &err), -1, "taken for '%s'", spec.text);
	cr_assert_eq(parse(&spec, &port, "host", "80", &err), -1);
	cr_assert_eq(parse(&spec, &port, "host:80", NULL, &err), -1);
	cr_assert_eq(parse(&spec, &source, "host:80", NULL, &err), -1);
	cr_assert_eq(parse(&spec, &source, "host", NULL, &err), -1);
	cr_assert_eq(parse(&spec, &port, "unix:/x", NULL, &err), -1);
	cr_assert_eq(parse(&spec, &source, "unix:/x", NULL, &err), -1);
	cr_assert_eq(parse(&spec, &(struct spec_rules){ .server = true }, NULL, NULL, &err), -1);
	cr_assert_eq(err.domain, ERR_USAGE);
}

/* A source that names the host leaves no room for a second host. */
Test(spec, source_with_two_words_is_refused)
{
	struct spec_rules source = { .server = true, .host = "127.0.0.1" };
	struct spec spec;
	struct err err;

	cr_assert_eq(parse(&spec, &source, "localhost", "80", &err), -1);
	/* A word that happens to be a port is no host either. */
	cr_assert_eq(parse(&spec, &source, "80", "81", &err), -1, "taken for '%s'", spec.text);
}

Test(spec, source_and_port_leave_nothing_to_say)
{
	struct spec_rules both = { .server = true, .port = "8080", .host = "127.0.0.1" };
	struct spec spec;
	struct err err;

	cr_assert_eq(parse(&spec, &both, "localhost", NULL, &err), -1, "taken for '%s'", spec.text);
	cr_assert_eq(parse(&spec, &both, "81", NULL, &err), -1, "taken for '%s'", spec.text);
}

Test(spec, texts_for_messages)
{
	static const struct {
		enum role role;
		const char *word, *text;
	} rows[] = {
		{ CLIENT, "db.example:5432", "db.example port 5432" },
		{ CLIENT, ":80", "localhost port 80" },
		{ SERVER, ":80", "* port 80" },
		{ CLIENT, "[::1]:http", "::1 port 80" },
		{ CLIENT, "unix:@x", "unix:@x" },
	};
	struct spec spec;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct spec_rules rules = { .server = rows[i].role == SERVER };

		cr_assert_eq(parse(&spec, &rules, rows[i].word, NULL, &err), 0);
		cr_assert_str_eq(spec.text, rows[i].text);
	}
}

struct kind_row {
	struct spec_rules rules;
	const char *first, *second;
	enum spec_kind kind;
	const char *text;
};

static const struct kind_row kind_rows[] = {
	{ { 0 }, "udp:host:53", NULL, SPEC_UDP, "host port 53 over UDP" },
	{ { 0 }, "udp://host", "53", SPEC_UDP, "host port 53 over UDP" },
	{ { 0 }, "udp:[::1]:tftp", NULL, SPEC_UDP, "::1 port 69 over UDP" },
	{ { .udp = true }, "host", "53", SPEC_UDP, "host port 53 over UDP" },
	{ { .udp = true }, "tftp", NULL, SPEC_UDP, "localhost port 69 over UDP" },
	{ { .udp = true }, "udp:host:53", NULL, SPEC_UDP, "host port 53 over UDP" },
	{ { 0 }, "unix-dgram:/x", NULL, SPEC_UNIX_DGRAM, "unix-dgram:/x" },
	{ { 0 }, "unix-dgram://@x", NULL, SPEC_UNIX_DGRAM, "unix-dgram:@x" },
	{ { .udp = true }, "unix-dgram:/x", NULL, SPEC_UNIX_DGRAM, "unix-dgram:/x" },
	{ { .udp = true }, "/x", NULL, SPEC_UNIX_DGRAM, "unix-dgram:/x" },
	{ { .udp = true, .path = true }, "80", NULL, SPEC_UNIX_DGRAM, "unix-dgram:80" },
	{ { 0 }, "unix-seqpacket:@x", NULL, SPEC_UNIX_SEQPACKET, "unix-seqpacket:@x" },
	{ { 0 }, "unix:/x", NULL, SPEC_UNIX, "unix:/x" },
	{ { 0 }, "host:53", NULL, SPEC_TCP, "host port 53" },
	{ { 0 }, "vsock:2:80", NULL, SPEC_VSOCK, "vsock:2 port 80" },
	{ { 0 }, "vsock://host", "80", SPEC_VSOCK, "vsock:2 port 80" },
	{ { 0 }, "vsock::80", NULL, SPEC_VSOCK, "vsock:1 port 80" },
	{ { .server = true }, "vsock:80", NULL, SPEC_VSOCK, "vsock:* port 80" },
	{ { .server = true }, "vsock::0", NULL, SPEC_VSOCK, "vsock:* port 0" },
	{ { .server = true }, "vsock:local:80", NULL, SPEC_VSOCK, "vsock:1 port 80" },
	{ { .server = true }, "udp:53", NULL, SPEC_UDP, "* port 53 over UDP" },
	{ { .server = true, .udp = true }, "0", NULL, SPEC_UDP, "* port 0 over UDP" },
	{ { .server = true }, "unix-dgram:/x", NULL, SPEC_UNIX_DGRAM, "unix-dgram:/x" },
	{ { .server = true }, "unix-seqpacket:@x", NULL, SPEC_UNIX_SEQPACKET, "unix-seqpacket:@x" },
};

Test(spec, what_makes_an_endpoint_one_of_datagrams)
{
	struct spec spec;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(kind_rows); i++) {
		const struct kind_row *row = &kind_rows[i];

		cr_assert_eq(parse(&spec, &row->rules, row->first, row->second, &err), 0, "%s: %s",
		             row->first, err.detail);
		cr_assert_eq(spec.kind, row->kind, "%s", row->first);
		cr_assert_str_eq(spec.text, row->text);
	}
}

Test(spec, a_scheme_that_contradicts_udp_is_named_beside_it)
{
	static const char *const words[] = { "tcp:host:53", "unix:/x", "unix-seqpacket:/x",
		                             "vsock:2:3" };
	struct spec_rules rules = { .udp = true };
	struct spec spec;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		cr_assert_eq(parse(&spec, &rules, words[i], NULL, &err), -1, "%s", words[i]);
		cr_assert_not_null(strstr(err.detail, "--udp"));
		cr_assert_not_null(strstr(err.detail, words[i]));
	}
}
