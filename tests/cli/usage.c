/*
 * Bad input: status 2, one sentence on stderr and at most a line with a hint, nothing on stdout,
 * before any socket is opened, and never a control byte on a terminal.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/child.h"
#include "harness/events.h"
#include "harness/sockit.h"

/* A word of 300 bytes, and a path of 200. */
#define TEN(s) s s s s s s s s s s
#define LONG_HOST TEN("abcdefghijklmnopqrstuvwxyz.abc")
#define LONG_PATH "/" TEN("abcdefghijklmnopqrst")

struct bad {
	const char *const words[6];
	const char *says[3]; /* each must be in the sentence */
	const char *hint;    /* must be there; NULL: not asked */
};

/* What each must say are the parts that tell the user what was wrong, not the wording. */
static const struct bad bad_ports[] = {
	{ { "connect", "localhost", "0" }, { "0" }, NULL },
	{ { "connect", "localhost:0" }, { "0" }, NULL },
	{ { "connect", "[::1]:0" }, { "0" }, NULL },
	{ { "connect", "0" }, { "0" }, NULL },
	{ { "connect", "localhost", "65536" }, { "65536" }, NULL },
	{ { "connect", "localhost:65536" }, { "65536" }, NULL },
	{ { "connect", "localhost", "-1" }, { "-1" }, NULL },
	{ { "connect", "localhost:-1" }, { "-1" }, NULL },
	{ { "connect", "localhost", "--", "-1" }, { "-1" }, NULL },
	{ { "connect", "localhost", "abc" }, { "abc" }, NULL },
	{ { "connect", "localhost:abc" }, { "abc" }, NULL },
	{ { "connect", "localhost", "80 " }, { "80 " }, NULL },
	{ { "connect", "localhost", " 80" }, { " 80" }, NULL },
	{ { "connect", "localhost", "+80" }, { "+80" }, NULL },
	{ { "connect", "localhost", "0x50" }, { "0x50" }, NULL },
	{ { "connect", "localhost", "8\n" }, { "8" }, NULL },
	{ { "connect", "localhost", "" }, { "port" }, NULL },
	{ { "connect", "localhost:" }, { "port" }, NULL },
	{ { "connect", "localhost", "1e3" }, { "1e3" }, NULL },
	{ { "connect", "localhost", "99999999999999999999" }, { "99999999999999999999" }, NULL },
	{ { "connect", "localhost", "80,81" }, { "80,81" }, NULL },
	{ { "listen", "localhost", "65536" }, { "65536" }, NULL },
	{ { "listen", "-1" }, { "-1" }, NULL },
	{ { "listen", "-p", "65536" }, { "65536" }, NULL },
	{ { "listen", "-p", "abc" }, { "abc" }, NULL },
	{ { "connect", "-p", "65536", "localhost:80" }, { "65536" }, NULL },
	{ { "connect", "-p", "", "localhost:80" }, { "-p" }, NULL },
};

static const struct bad bad_hosts[] = {
	{ { "connect", "evil\033[31mhost", "80" }, { "evil" }, NULL },
	{ { "connect", "evil\033]0;title\007host:80" }, { "evil" }, NULL },
	{ { "connect", "two\nlines", "80" }, { "two" }, NULL },
	{ { "connect", "with space", "80" }, { "with space" }, NULL },
	{ { "listen", "evil\033[31mhost", "80" }, { "evil" }, NULL },
	{ { "connect", LONG_HOST, "80" }, { "host", "300" }, NULL },
	{ { "connect", LONG_HOST ":80" }, { "host", "300" }, NULL },
	{ { "listen", LONG_HOST, "80" }, { "host", "300" }, NULL },
	{ { "connect", "h", LONG_HOST LONG_HOST }, { "port", "...", "service" }, NULL },
	{ { "connect", "[::1" }, { "[::1" }, NULL },
	{ { "connect", "[::1", "80" }, { "[::1" }, NULL },
	{ { "connect", "::1]:80" }, { "::1]:80" }, NULL },
	{ { "connect", "[::1]" }, { "port" }, NULL },
	{ { "connect", "[::1]80" }, { "[::1]80" }, NULL },
	{ { "connect", "[localhost]:80" }, { "localhost" }, NULL },
	{ { "connect", "::1:80" }, { "::1:80" }, "[::1]:80" },
	{ { "listen", "::1:80" }, { "::1:80" }, "[::1]:80" },
	{ { "connect", "fe80::1:80" }, { "fe80::1:80" }, "[fe80::1]:80" },
	{ { "connect", "-s", "evil\033[31m", "localhost:80" }, { "evil" }, NULL },
};

static const struct bad bad_endpoints[] = {
	{ { "connect" }, { "given" }, NULL },
	{ { "listen" }, { "no ENDPOINT given" }, "usage: sockit listen" },
	{ { "listen", "-s", "127.0.0.1" }, { "no ENDPOINT given" }, "usage: sockit listen" },
	{ { "connect", "" }, { "endpoint" }, NULL },
	{ { "connect", "localhost" }, { "localhost", "no port given" }, NULL },
	{ { "connect", "example.test" }, { "example.test", "no port given" }, NULL },
	{ { "connect", "127.0.0.1" }, { "127.0.0.1", "no port given" }, NULL },
	{ { "listen", "localhost" }, { "localhost", "no port given" }, NULL },
	{ { "connect", "tcp:80" }, { "tcp:80" }, NULL },
	{ { "connect", "tcp:localhost" }, { "tcp:localhost" }, NULL },
	{ { "connect", "tcp:" }, { "port" }, NULL },
	{ { "connect", "unix:" }, { "unix:" }, NULL },
	{ { "listen", "unix:" }, { "unix:" }, NULL },
	{ { "connect", "unix:" LONG_PATH }, { "path", "201" }, NULL },
	{ { "listen", "unix:" LONG_PATH }, { "path", "201" }, NULL },
	{ { "connect", "-U", LONG_PATH }, { "path", "201" }, NULL },
	{ { "connect", LONG_PATH }, { "path", "201" }, NULL },
	{ { "connect", "unix:/tmp/x", "80" }, { "port", "Unix" }, NULL },
	{ { "connect", "-U", "" }, { "path" }, NULL },
	{ { "connect", "localhost:80", "81" }, { "localhost:80" }, NULL },
	{ { "connect", "[::1]:80", "81" }, { "[::1]:80" }, NULL },
	{ { "connect", "localhost", "80", "81" }, { "81" }, NULL },
	{ { "listen", "-p", "80", "81" }, { "-p" }, NULL },
	{ { "listen", "-s", "127.0.0.1", "localhost", "80" }, { "-s" }, NULL },
	{ { "listen", "-u", "--send-only", "localhost:53" }, { "--send-only" }, NULL },
	{ { "listen", "--tag", "--delim", "len", "udp::0" }, { "--tag", "--delim len" }, NULL },
	{ { "listen", "-u", "--backlog", "5", "0" }, { "-u", "--backlog" }, NULL },
	{ { "listen", "-d", "--reply-to", "all", "udp::0" }, { "-d", "--reply-to" }, NULL },
	{ { "listen", "--tag", "localhost:80" }, { "--tag" }, NULL },
	{ { "listen", "-u", "tcp:localhost:53" }, { "--udp", "tcp:localhost:53" }, NULL },
	{ { "connect", "-u", "tcp:localhost:53" }, { "--udp", "tcp:localhost:53" }, NULL },
	{ { "connect", "-u", "unix:/tmp/x" }, { "--udp", "unix:/tmp/x" }, NULL },
	{ { "connect", "udp:53" }, { "udp:53" }, "udp::53" },
	{ { "connect", "tls:localhost:443" }, { "tls" }, NULL },
	{ { "connect", "vsock:1" }, { "vsock:1" }, NULL },
	{ { "connect", "-4", "::1", "80" }, { "::1", "4" }, NULL },
	{ { "connect", "-6", "127.0.0.1", "80" }, { "127.0.0.1", "6" }, NULL },
};

static const struct bad bad_options[] = {
	{ { "connect", "--frobnicate", "localhost:80" }, { "--frobnicate" }, NULL },
	{ { "connect", "-Z", "localhost:80" }, { "-Z" }, NULL },
	{ { "connect", "-\033", "localhost:80" }, { "-" }, NULL },
	{ { "connect", "-4\303\251", "localhost:80" }, { ": -\303\251: unknown option" }, NULL },
	{ { "connect", "-\303x", "localhost:80" }, { "-\\xc3: unknown option" }, NULL },
	{ { "connect", "--\033[31m", "localhost:80" }, { "--" }, NULL },
	{ { "connect", "--verb", "localhost:80" }, { "--verb" }, NULL },
	{ { "connect", "--idle", "1", "localhost:80" }, { "--idle" }, NULL },
	{ { "connect", "--verbos", "localhost:80" }, { "--verbos" }, "did you mean '--verbose'?" },
	{ { "connect", "--dedline", "1", "localhost:80" },
	  { "--dedline" },
	  "did you mean '--deadline'?" },
	{ { "connect", "--verbose=1", "localhost:80" }, { "--verbose" }, NULL },
	{ { "connect", "localhost:80", "-w" }, { "-w" }, NULL },
	{ { "connect", "localhost:80", "--connect-timeout" }, { "--connect-timeout" }, NULL },
	{ { "connect", "--on-peer-close=maybe", "localhost:80" },
	  { "maybe", "quit", "keep" },
	  NULL },
	{ { "connect", "--color=sometimes", "localhost:80" }, { "sometimes", "never" }, NULL },
	{ { "connect", "--trace=all", "localhost:80" }, { "all", "explain" }, NULL },
	{ { "listen", "--backlog", "0", "0" }, { "--backlog" }, NULL },
	{ { "listen", "--backlog", "many", "0" }, { "many" }, NULL },
	{ { "listen", "--unix-mode", "888", "unix:/tmp/x" }, { "888" }, NULL },
	{ { "listen", "--unix-mode", "rw", "unix:/tmp/x" }, { "rw" }, NULL },
	/* Names that later issues have asked for. */
	{ { "connect", "--check", "localhost:80" }, { "--check" }, NULL },
	{ { "connect", "--tls", "localhost:80" }, { "--tls" }, NULL },
	{ { "listen", "--udp", "unix:/tmp/x" }, { "--udp" }, NULL },
	{ { "listen", "--tls", "0" }, { "--tls" }, NULL },
};

static const struct bad bad_durations[] = {
	{ { "connect", "-w", "inf", "localhost:80" }, { "inf" }, NULL },
	{ { "connect", "-w", "nan", "localhost:80" }, { "nan" }, NULL },
	{ { "connect", "-w", "-1", "localhost:80" }, { "-1" }, NULL },
	{ { "connect", "-w", "+1", "localhost:80" }, { "+1" }, NULL },
	{ { "connect", "-w", "0x10", "localhost:80" }, { "0x10" }, NULL },
	{ { "connect", "-w", "1e3", "localhost:80" }, { "1e3" }, NULL },
	{ { "connect", "-w", " 1", "localhost:80" }, { "' 1'" }, NULL },
	{ { "connect", "-w", "1 s", "localhost:80" }, { "1 s" }, NULL },
	{ { "connect", "-w", "", "localhost:80" }, { "-w" }, NULL },
	{ { "connect", "-w", "s", "localhost:80" }, { "-w" }, NULL },
	{ { "connect", "-w", "1d", "localhost:80" }, { "1d" }, NULL },
	{ { "connect", "-w", "1.2.3", "localhost:80" }, { "1.2.3" }, NULL },
	{ { "connect", "--deadline", "99999999999999999999h", "localhost:80" },
	  { "--deadline" },
	  NULL },
	{ { "connect", "--idle-timeout=", "localhost:80" }, { "--idle-timeout" }, NULL },
	{ { "listen", "--accept-timeout", "soon", "0" }, { "soon" }, NULL },
	{ { "connect", "--line-delay", "0", "localhost:80" }, { "--line-delay" }, NULL },
	{ { "connect", "--rate", "0", "localhost:80" }, { "--rate" }, NULL },
	{ { "connect", "--rate", "fast", "localhost:80" }, { "fast" }, NULL },
	{ { "connect", "--rate", "-1", "localhost:80" }, { "-1" }, NULL },
	{ { "connect", "--rate", "1.5M", "localhost:80" }, { "1.5M" }, NULL },
};

/* Nothing is silently ignored: both options, or option and endpoint, are named. */
static const struct bad bad_pairs[] = {
	{ { "connect", "--send-only", "--recv-only", "localhost:80" },
	  { "--send-only", "--recv-only" },
	  NULL },
	{ { "connect", "-4", "-6", "localhost:80" }, { "-4", "-6" }, NULL },
	{ { "connect", "-d", "--send-only", "localhost:80" }, { "-d", "--send-only" }, NULL },
	{ { "connect", "-d", "-q", "1", "localhost:80" }, { "-d", "-q" }, NULL },
	{ { "connect", "--no-half-close", "--recv-only", "localhost:80" },
	  { "--no-half-close", "--recv-only" },
	  NULL },
	{ { "connect", "-C", "--recv-only", "localhost:80" }, { "-C", "--recv-only" }, NULL },
	{ { "listen", "-d", "--crlf", "0" }, { "-d", "--crlf" }, NULL },
	{ { "connect", "--line-delay", "1", "--recv-only", "localhost:80" },
	  { "--line-delay", "--recv-only" },
	  NULL },
	{ { "listen", "--line-delay", "1", "-d", "0" }, { "--line-delay", "-d" }, NULL },
	{ { "connect", "-U", "-4", "/tmp/x" }, { "-U", "-4" }, NULL },
	{ { "connect", "-p", "80", "unix:/tmp/x" }, { "-p", "unix:/tmp/x" }, NULL },
	{ { "connect", "-s", "::1", "unix:/tmp/x" }, { "-s", "unix:/tmp/x" }, NULL },
	{ { "connect", "-I", "lo", "unix:/tmp/x" }, { "-I", "unix:/tmp/x" }, NULL },
	{ { "connect", "-4", "unix:/tmp/x" }, { "-4", "unix:/tmp/x" }, NULL },
	{ { "connect", "-4", "-s", "::1", "localhost:80" },
	  { "--source ::1: not an IPv4 address", "--ipv4" },
	  NULL },
	{ { "connect", "-6", "-s", "127.0.0.1", "localhost:80" },
	  { "--source 127.0.0.1: not an IPv6 address", "--ipv6" },
	  NULL },
	{ { "connect", "-s", "::1", "127.0.0.1:1" }, { "--source ::1", "127.0.0.1" }, NULL },
	{ { "connect", "-us", "127.0.0.1", "[::1]:1" }, { "--source 127.0.0.1", "::1" }, NULL },
	{ { "listen", "--unix-mode", "600", "localhost:80" },
	  { "--unix-mode", "localhost" },
	  NULL },
	{ { "listen", "--unix-mode", "600", "unix:@x" }, { "--unix-mode", "unix:@x" }, NULL },
	{ { "echo-serve", "--unix-mode=600", "echo=0", "echo=unix-dgram:@x" },
	  { "--unix-mode", "unix-dgram:@x" },
	  NULL },
	{ { "echo-serve", "--model=iterative", "-m", "3" }, { "--model iterative", "-m" }, NULL },
	{ { "listen", "--port-file", "f", "unix:/tmp/x" }, { "--port-file", "unix:/tmp/x" }, NULL },
	/* What is for streams alone, and what is for datagrams alone. */
	{ { "connect", "-u", "--no-half-close", "h:1" }, { "-u", "--no-half-close" }, NULL },
	{ { "connect", "--no-half-close", "udp:h:1" }, { "--no-half-close", "UDP" }, NULL },
	{ { "connect", "--on-peer-close=quit", "unix-dgram:/x" },
	  { "--on-peer-close", "unix-dgram:/x" },
	  NULL },
	{ { "connect", "--replies=1", "h:1" }, { "--replies", "h port 1" }, NULL },
	{ { "connect", "--delim=len", "unix:/x" }, { "--delim", "unix:/x" }, NULL },
	{ { "connect", "--reply-timeout=1", "unix-seqpacket:/x" },
	  { "--reply-timeout", "unix-seqpacket:/x" },
	  NULL },
	{ { "connect", "-u", "--replies=1", "--send-only", "h:1" },
	  { "--replies", "--send-only" },
	  NULL },
	{ { "connect", "--reply-timeout=1", "-q1", "udp:h:1" }, { "--reply-timeout", "-q" }, NULL },
	{ { "connect", "--reply-timeout=1", "-d", "udp:h:1" }, { "--reply-timeout", "-d" }, NULL },
	{ { "connect", "--datagram-size=1", "--recv-only", "udp:h:1" },
	  { "--datagram-size", "--recv-only" },
	  NULL },
	{ { "connect", "--datagram-size=65537", "udp:h:1" }, { "--datagram-size", "65537" }, NULL },
	{ { "connect", "--datagram-size=0", "udp:h:1" }, { "--datagram-size", "0" }, NULL },
	{ { "connect", "--replies=0", "udp:h:1" }, { "--replies", "0" }, NULL },
	{ { "connect", "--delim=word", "udp:h:1" }, { "word", "chunk", "len" }, NULL },
	{ { "connect", "-p80", "unix-dgram:/x" }, { "-p", "unix-dgram:/x" }, NULL },
	{ { "connect", "--reply-timeout", "1", "127.0.0.1:1" },
	  { "--reply-timeout", ": it is for datagrams (-u)" },
	  NULL },
	{ { "connect", "UNIX-CONNECT:/x" }, { "UNIX-CONNECT:/x" }, "sockit connect unix:PATH" },
	{ { "connect", "--rate", "0", "127.0.0.1:1" }, { "--rate", "not in 1-" }, NULL },
	{ { "connect", "-u", "-t", "h:1" }, { "-u", "-t" }, NULL },
	{ { "connect", "-4", "vsock:1:5" }, { "-4", "vsock:1" }, NULL },
	{ { "connect", "-p", "5", "vsock:1:5" }, { "-p", "vsock:1" }, NULL },
	{ { "listen", "-p", "5", "vsock:1" }, { "--port", "vsock:1" }, NULL },
	{ { "listen", "-s", "::1", "vsock:1:5" }, { "--source", "vsock:1" }, NULL },
	{ { "connect", "-u", "vsock:1:5" }, { "--udp", "vsock:1:5" }, NULL },
	{ { "connect", "--sockopt=tcp-nodelay=on", "vsock:1:5" },
	  { "tcp-nodelay", "vsock:1" },
	  NULL },
	{ { "listen", "--max-datagrams=1", "vsock:1:5" }, { "--max-datagrams", "vsock:1" }, NULL },
	{ { "listen", "-t", "udp:h:1" }, { "-t", "UDP" }, NULL },
	{ { "connect", "-C", "--delim=len", "udp:h:1" }, { "--crlf", "--delim len" }, NULL },
	{ { "listen", "-uC", "--delim=len", "h:1" }, { "--crlf", "--delim len" }, NULL },
	{ { "connect", "--line-delay=1", "--delim=len", "udp:h:1" },
	  { "--line-delay", "--delim len" },
	  NULL },
	{ { "connect", "-d", "--rate=1", "udp:h:1" }, { "--rate", "--no-stdin" }, NULL },
	{ { "listen", "--recv-only", "--rate=1", "-u", "h:1" }, { "--rate", "--recv-only" }, NULL },
};

static const struct bad bad_commands[] = {
	{ { "conect", "localhost:80" }, { "conect" }, "did you mean 'connect'?" },
	{ { "lisen", "80" }, { "lisen" }, "did you mean 'listen'?" },
	{ { "frobnicate" }, { "frobnicate" }, NULL },
	{ { "" }, { "" }, NULL },
	{ { "evil\033[31m" }, { "evil" }, NULL },
	{ { "-v", "connect", "localhost:80" }, { "-v" }, NULL },
	{ { "help", "conect" }, { "conect" }, "did you mean 'connect'?" },
	{ { "--help", "conect" }, { "conect" }, "did you mean 'connect'?" },
};

/* Letters of other tools: a hint from the table each. */
static const struct bad foreign_letters[] = {
	{ { "connect", "-l", "80" }, { "-l" }, "sockit listen" },
	{ { "listen", "-l", "80" }, { "-l" }, NULL },
	{ { "connect", "-e", "sh", "localhost:80" }, { "-e" }, NULL },
	{ { "connect", "-c", "sh", "localhost:80" }, { "-c" }, NULL },
	{ { "connect", "-N", "localhost:80" }, { "-N" }, NULL },
	{ { "connect", "-r", "localhost:80" }, { "-r" }, NULL },
	{ { "connect", "-b", "localhost:80" }, { "-b" }, NULL },
	{ { "connect", "-W", "1", "localhost:80" }, { "-W" }, NULL },
	{ { "connect", "-X", "4", "localhost:80" }, { "-X" }, NULL },
	{ { "-l", "80" }, { "-l" }, "sockit listen" },
	{ { "-e", "sh", "localhost", "80" }, { "-e" }, "--exec" },
	{ { "-c", "sh", "localhost", "80" }, { "-c" }, "--sh-exec" },
	{ { "-N", "localhost", "80" }, { "-N" }, "not needed" },
	{ { "-r", "localhost", "80" }, { "-r" }, "not needed" },
	{ { "-b", "localhost", "80" }, { "-b" }, "datagrams" },
	{ { "-W1", "localhost", "80" }, { "-W" }, "--idle-timeout" },
	{ { "-X", "4", "localhost", "80" }, { "-X" }, "proxy" },
};

static void expect_no_control_bytes(const struct child *child, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p < 0x20 && *p != '\n') || *p == 0x7f ||
		    (*p == 0xc2 && (p[1] & 0xe0) == 0x80))
			child_blame(child, "a raw control byte %#x", *p);
}

static void expect_sentence(const struct bad *bad)
{
	struct child child = sockit_run(bad->words);
	const char *text = child_err(&child);

	if (child.status != 2)
		child_blame(&child, "status %d instead of 2", child.status);
	if (*child_out(&child))
		child_blame(&child, "something on stdout");
	if (strncmp(text, "sockit", 6) != 0)
		child_blame(&child, "does not begin with its name");
	if (lines_count(text) < 1 || lines_count(text) > 2 || text[strlen(text) - 1] != '\n')
		child_blame(&child, "a line and at most one with a hint were expected");
	for (size_t i = 0; i < ARRAY_LEN(bad->says) && bad->says[i]; i++)
		child_says(&child, bad->says[i]);
	if (bad->hint)
		child_says(&child, bad->hint);
	expect_no_control_bytes(&child, text);
}

/* The same on a terminal, colours off: not one control byte but the newlines. */
static void expect_clean_screen(const struct bad *bad)
{
	struct child child = child_run(&(struct plan){
		.args = bad->words,
		.err = { END_PTY },
		.env = WORDS("NO_COLOR=1"),
	});

	cr_expect_eq(child.status, 2, "%s", child.command);
	expect_no_control_bytes(&child, child_tty(&child));
	if (!*child_tty(&child))
		child_blame(&child, "says nothing on a terminal");
}

/* What is no host name but no control character of ASCII either may fail when it is looked up. */
static void expect_clean_failure(const char *host)
{
	struct child child = sockit_run(WORDS("connect", host, "80"));

	expect_no_control_bytes(&child, child_err(&child));
	if (child.status != 2 && child.status != 3)
		child_blame(&child, "status 2 or 3 was expected");
}

Test(usage, hosts_of_other_bytes_are_escaped)
{
	expect_clean_failure("c1\302\233host");
	expect_clean_failure("latin1\233host");
}

static void expect_all(const struct bad *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		expect_sentence(&rows[i]);
		expect_clean_screen(&rows[i]);
	}
}

Test(usage, bad_ports)
{
	expect_all(bad_ports, ARRAY_LEN(bad_ports));
}

Test(usage, bad_hosts)
{
	expect_all(bad_hosts, ARRAY_LEN(bad_hosts));
}

Test(usage, bad_endpoints)
{
	expect_all(bad_endpoints, ARRAY_LEN(bad_endpoints));
}

Test(usage, bad_options)
{
	expect_all(bad_options, ARRAY_LEN(bad_options));
}

Test(usage, bad_durations)
{
	expect_all(bad_durations, ARRAY_LEN(bad_durations));
}

Test(usage, impossible_pairs)
{
	expect_all(bad_pairs, ARRAY_LEN(bad_pairs));
}

Test(usage, bad_commands)
{
	expect_all(bad_commands, ARRAY_LEN(bad_commands));
}

Test(usage, letters_of_other_tools)
{
	expect_all(foreign_letters, ARRAY_LEN(foreign_letters));
}

Test(usage, good_durations_are_taken)
{
	static const char *const good[] = { "1",  "0.5", "500ms", "1500000us",
		                            "1s", "1m",  "0.01h", "9h" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct session s = session_start(
			CONNECT, &(struct plan){ .args = WORDS("-w", good[i]) }, NET_V4);

		close(s.fd);
		close(s.listener);
		child_expect(&s.child, 0);
	}
}

/* Bad input fails before a socket is opened. (nscd is asked for services by glibc.) */
Test(usage, bad_input_opens_no_socket)
{
	const struct bad *const rows[] = {
		&bad_ports[4], &bad_hosts[0], &bad_endpoints[3], &bad_options[0], &bad_pairs[0],
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = child_run(&(struct plan){
			.wrap = WORDS("strace", "-f", "-e", "trace=socket,connect,bind"),
			.args = rows[i]->words,
		});

		child_expect(&child, 2);
		child_silent_about(&child, "AF_INET");
	}
}
