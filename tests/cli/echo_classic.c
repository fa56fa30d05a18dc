/* `echo-serve`: every classic service over streams, against the other programs of the kind. */
#include <criterion/criterion.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"
#include "harness/tool.h"

/* Who asks: the tools, then these two. */
enum { ASK_PYTHON = TOOL_COUNT, ASK_SOCKIT, ASKERS };

static const char python_program[] = "import socket, sys, os\n"
				     "host, port = sys.argv[1], sys.argv[2]\n"
				     "if port:\n"
				     "  s = socket.create_connection((host, int(port)))\n"
				     "else:\n"
				     "  s = socket.socket(socket.AF_UNIX); s.connect(host)\n"
				     "s.sendall(sys.stdin.buffer.read())\n"
				     "s.shutdown(socket.SHUT_WR)\n"
				     "while (b := s.recv(65536)):\n"
				     "  os.write(1, b)\n";

static struct child ask(int asker, const struct plan *plan, const struct place *place)
{
	struct plan python = *plan;

	if (asker < TOOL_COUNT)
		return tool_connect((enum tool)asker, plan, place);
	if (asker == ASK_SOCKIT)
		return sockit_connect(plan, place);
	python.program = "python3";
	python.args = WORDS("-c", python_program, place->host, place->port);
	return child_start(&python);
}

static const char *const models[] = { ECHO_SERVE_MODELS };

/*
 * What a client that sends QUESTION and ends gets from SERVICE with MODEL, for each net and each
 * asker.
 */
static void ask_model(const char *service, const char *model, const char *quote,
                      const char *question, void (*check)(const struct child *child))
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		struct place place;
		struct child server = echo_serve(
			service, net, false,
			WORDS("--model", model, quote ? "--quote" : NULL, quote), &place);

		for (int asker = 0; asker < ASKERS; asker++) {
			struct plan plan = { .in = { END_FILE,
				                     .path = scratch_file("question", question) } };
			struct child child = ask(asker, &plan, &place);

			child_finish(&child);
			if (asker == ASK_SOCKIT)
				child_expect(&child, 0);
			check(&child);
		}
		echo_serve_end(&server);
	}
}

static void ask_all(const char *service, const char *quote, const char *question,
                    void (*check)(const struct child *child))
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		ask_model(service, models[i], quote, question, check);
}

static void check_echo(const struct child *child)
{
	if (strcmp(child_out(child), "Hello, World {az}\n") != 0)
		child_blame(child, "no echo");
}

Test(echo_classic, echo)
{
	ask_all("echo", NULL, "Hello, World {az}\n", check_echo);
}

static void check_upper(const struct child *child)
{
	if (strcmp(child_out(child), "HELLO, WORLD {AZ}\n") != 0)
		child_blame(child, "not in capitals");
}

Test(echo_classic, upper)
{
	ask_all("upper", NULL, "Hello, World {az}\n", check_upper);
}

static void check_nothing(const struct child *child)
{
	if (child->text[1].size > 0)
		child_blame(child, "something came");
}

Test(echo_classic, discard)
{
	ask_all("discard", NULL, "Hello", check_nothing);
}

static void check_daytime(const struct child *child)
{
	static const char form[] = "^(Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, "
				   "(January|February|March|April|May|June|July|August|September|"
				   "October|November|December) [0-3][0-9], 2[0-9]{3} "
				   "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] [+-][0-9]{4}\r\n$";
	regex_t regex;

	cr_assert_eq(regcomp(&regex, form, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&regex, child_out(child), 0, NULL, 0) != 0)
		child_blame(child, "no daytime");
	regfree(&regex);
}

Test(echo_classic, daytime)
{
	ask_all("daytime", NULL, "", check_daytime);
}

static void check_time(const struct child *child)
{
	const unsigned char *b = (const unsigned char *)child_out(child);
	uint32_t got, now = (uint32_t)(time(NULL) + 2208988800);

	if (child->text[1].size != 4)
		child_blame(child, "%zu bytes", child->text[1].size);
	got = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	/* time() may lag behind clock_gettime() by a tick, and so by a second. */
	if (now + 1 - got > 60)
		child_blame(child, "%u is not about %u", got, now);
}

Test(echo_classic, time)
{
	ask_all("time", NULL, "", check_time);
}

static void check_quote(const struct child *child)
{
	if (strcmp(child_out(child), "It works on my machine.\n") != 0)
		child_blame(child, "not the quote");
}

Test(echo_classic, qotd_with_a_quote)
{
	ask_all("qotd", scratch_file("quote", "It works on my machine.\n"), "", check_quote);
}

static void check_any_quote(const struct child *child)
{
	size_t n = child->text[1].size;

	if (n < 10 || n > 512 || child_out(child)[n - 1] != '\n')
		child_blame(child, "no quote");
}

Test(echo_classic, qotd)
{
	ask_all("qotd", NULL, "", check_any_quote);
}

/* The first of an endless stream, then the client goes. */
static void expect_pattern(int fd)
{
	enum { WANTED = 300000 };
	static char got[WANTED];
	size_t n = 0;

	while (n < WANTED) {
		if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
			fail("only %zu bytes came", n);
		ssize_t some = read(fd, got + n, WANTED - n);
		if (some <= 0)
			fail("ended after %zu bytes", n);
		n += (size_t)some;
	}
	for (size_t i = 0; i < WANTED; i++) {
		size_t line = i / 74, column = i % 74;
		char expected = column == 72   ? '\r'
		                : column == 73 ? '\n'
		                               : (char)(' ' + (line + column) % 95);

		if (got[i] != expected)
			fail("byte %zu is %d", i, got[i]);
	}
}

static void read_chargen(const char *model)
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		struct place place;
		struct child server =
			echo_serve("chargen", net, false, WORDS("--model", model), &place);

		for (int asker = 0; asker < ASKERS; asker++) {
			struct plan plan = { .out = { END_PIPE } };
			struct child child = ask(asker, &plan, &place);

			expect_pattern(child.out);
			child_signal(&child, SIGKILL);
			child_finish(&child);
		}
		/* Its clients are gone, and it does nothing. */
		proc_await_idle(server.pid);
		echo_serve_end(&server);
	}
}

Test(echo_classic, chargen)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		read_chargen(models[i]);
}

/* It owes nobody an end. */
static void end_under_chargen(const char *model)
{
	struct place place;
	struct child server = echo_serve("chargen", NET_V4, false,
	                                 WORDS("--drain", "100", "--model", model), &place);
	int fd = peer_connect(&place);

	expect_pattern(fd);
	child_signal(&server, SIGTERM);
	/* What is under way is read to its end. */
	for (char room[65536]; peer_poll(fd, POLLIN, clock_after(PATIENCE));)
		if (read(fd, room, sizeof(room)) <= 0)
			break;
	close(fd);
	child_expect(&server, 128 + SIGTERM);
}

Test(echo_classic, chargen_ends_with_the_server)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		end_under_chargen(models[i]);
}

Test(echo_classic, several_services_in_one_process)
{
	char echo[128], quote[128];
	struct place a = place_any(NET_UNIX), b = place_any(NET_UNIX);

	snprintf(echo, sizeof(echo), "echo=unix:%s", a.host);
	snprintf(quote, sizeof(quote), "qotd=unix:%s", b.host);
	struct child server = child_start(&(struct plan){
		.args = WORDS("echo-serve", echo, quote, "--quote", scratch_file("q", "Quote")) });
	proc_await_path(&b);
	int one = peer_connect(&a), two = peer_connect(&b);
	peer_expect(two, "Quote");
	peer_expect_end(two);
	peer_send(one, "x");
	peer_expect(one, "x");
	echo_serve_end(&server);
}

Test(echo_classic, a_quote_that_cannot_be_stops_the_start)
{
	struct child child;

	child = sockit_expect(WORDS("echo-serve", "qotd=0", "--quote", "/nonexistent/file"), 7);
	child_says(&child, "cannot open /nonexistent/file: No such file or directory");
	child = sockit_expect(WORDS("echo-serve", "qotd=0", "--quote", scratch_file("empty", "")),
	                      2);
	child_says(&child, "is empty");
	child = sockit_expect(WORDS("echo-serve", "echo=0", "--quote", scratch_file("q", "Q")), 2);
	child_says(&child, "--quote has no meaning without the service qotd");
}
