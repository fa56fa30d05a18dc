/* Payload on a terminal: nothing that a peer sends may control it, unless --raw. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/proc.h"
#include "harness/sockit.h"

enum fate { PASSES, IS_ESCAPED };

struct shown {
	const char *name;
	const char
		*pieces[4]; /* sent one after the other, each when sockit has read the one before */
	enum fate fate;
};

static const struct shown rows[] = {
	{ "plain text", { "plain text" }, PASSES },
	{ "tab, newline and carriage return", { "a\tb\nc\rd" }, PASSES },
	{ "escape", { "\033[31m" }, IS_ESCAPED },
	{ "title", { "\033]0;title\007" }, IS_ESCAPED },
	{ "bell", { "\007" }, IS_ESCAPED },
	{ "backspace", { "\b" }, IS_ESCAPED },
	{ "vertical tab", { "\v" }, IS_ESCAPED },
	{ "form feed", { "\f" }, IS_ESCAPED },
	{ "shift out", { "\016" }, IS_ESCAPED },
	{ "delete", { "\177" }, IS_ESCAPED },
	{ "2 bytes", { "caf\303\251" }, PASSES },
	{ "3 bytes", { "\342\202\254" }, PASSES },
	{ "4 bytes", { "\360\237\230\200" }, PASSES },
	{ "2 bytes split", { "caf\303", "\251" }, PASSES },
	{ "3 bytes split", { "\342", "\202", "\254" }, PASSES },
	{ "4 bytes split", { "\360\237", "\230", "\200" }, PASSES },
	{ "U+0080", { "\302\200" }, IS_ESCAPED },
	{ "U+009B, which is CSI", { "\302\233" }, IS_ESCAPED },
	{ "U+009B split", { "\302", "\233" }, IS_ESCAPED },
	{ "U+009F", { "\302\237" }, IS_ESCAPED },
	{ "U+00A0, the first that is no control", { "\302\240" }, PASSES },
	{ "a lone C1 byte", { "\233" }, IS_ESCAPED },
	{ "a lone continuation", { "\251" }, IS_ESCAPED },
	{ "an unfinished sequence", { "\303(x" }, IS_ESCAPED },
	{ "an unfinished sequence at the end", { "x\303" }, IS_ESCAPED },
	{ "overlong NUL", { "\300\200" }, IS_ESCAPED },
	{ "overlong slash", { "\340\200\257" }, IS_ESCAPED },
	{ "a surrogate", { "\355\240\200" }, IS_ESCAPED },
	{ "beyond U+10FFFF", { "\364\220\200\200" }, IS_ESCAPED },
	{ "0xFF", { "\377" }, IS_ESCAPED },
};

static struct child show(const struct shown *row, const char *const *args)
{
	struct plan plan = { .args = args, .in = { END_PIPE }, .out = { END_PTY } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	for (size_t i = 0; i < ARRAY_LEN(row->pieces) && row->pieces[i]; i++) {
		peer_send(s.fd, row->pieces[i]);
		peer_await_acknowledged(s.fd);
		proc_await_idle(s.child.pid);
	}
	close(s.fd);
	child_end_input(&s.child);
	child_expect(&s.child, 0);
	return s.child;
}

static const char *whole(const struct shown *row)
{
	static char text[64];
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_LEN(row->pieces) && row->pieces[i]; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", row->pieces[i]);
	return text;
}

/* Whatever the form of an escape, it is printable ASCII, and longer than what it stands for. */
static bool is_escaped(const char *screen, const char *sent)
{
	for (const char *p = screen; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return strlen(screen) > strlen(sent);
}

Test(screen, shows_no_control_of_the_peer)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = show(&rows[i], NULL);
		const char *screen = child_tty(&child), *sent = whole(&rows[i]);

		if (rows[i].fate == PASSES && strcmp(screen, sent) != 0)
			child_blame(&child, "%s was changed", rows[i].name);
		if (rows[i].fate == IS_ESCAPED && !is_escaped(screen, sent))
			child_blame(&child, "%s was not escaped", rows[i].name);
	}
}

Test(screen, raw_shows_what_came)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = show(&rows[i], WORDS("--raw"));

		cr_expect_str_eq(child_tty(&child), whole(&rows[i]), "%s", rows[i].name);
	}
}

/* Long enough to cross every buffer: no character may be torn. */
Test(screen, long_text_is_shown_whole)
{
	enum { TIMES = 40000 };
	struct plan plan = { .in = { END_PIPE }, .out = { END_PTY } };
	struct session s = session_start(CONNECT, &plan, NET_V4);
	static char text[TIMES * 3 + 1];

	for (int i = 0; i < TIMES; i++)
		memcpy(text + 3 * i, "\342\202\254", 3);
	for (int at = 0; at < TIMES * 3; at += 1000) {
		char piece[1001] = "";

		memcpy(piece, text + at, 1000);
		peer_send(s.fd, piece);
		child_runs_for(&s.child, 0);
	}
	close(s.fd);
	child_end_input(&s.child);
	child_expect(&s.child, 0);
	cr_assert(strcmp(child_tty(&s.child), text) == 0, "%zu bytes came", s.child.text[0].size);
}

/* All three descriptors are one terminal, as when a person types the command. */
static void counts_what_was_sent(enum role role, enum net net)
{
	struct plan plan = { .args = WORDS("-v"), .in = { END_PIPE }, .out = { END_PTY } };
	struct session s = session_start(role, &plan, net);

	peer_send(s.fd, "\033");
	close(s.fd);
	child_end_input(&s.child);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_tty(&s.child), "\\x1b");
	child_says(&s.child, "the peer ended its stream after 1 byte");
	child_says(&s.child, "received 1 byte,");
}

Test(screen, bytes_are_counted_as_the_peer_sent_them)
{
	session_each(counts_what_was_sent);
}

Test(screen, a_person_talks_to_a_server)
{
	struct plan plan = { .in = { END_PTY }, .out = { END_PTY }, .err = { END_PTY } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	peer_send(s.fd, "220 hello\r\n");
	child_await_tty(&s.child, "220 hello\r\n");
	child_type(&s.child, "QUIT\n");
	peer_expect(s.fd, "QUIT\n");
	peer_send(s.fd, "221 bye\r\n");
	close(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_tty(&s.child), "220 hello\r\n221 bye\r\n");
}

/* Only a terminal is protected. */
Test(screen, a_pipe_gets_what_came)
{
	struct session s = session_start(CONNECT, &(struct plan){ .in = { END_PIPE } }, NET_V4);

	peer_send(s.fd, "\033[31m\377");
	close(s.fd);
	child_end_input(&s.child);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "\033[31m\377");
}
