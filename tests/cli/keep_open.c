/* sockit listen -k with standard input and output: all clients at once, and their lines whole. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"
#include "harness/tool.h"

static struct child keep_open(const char *const *args, struct place *place)
{
	return sockit_listen(&(struct plan){ .args = args }, NET_V4, place);
}

static void await_out(struct child *child, const char *text)
{
	int64_t deadline = clock_after(PATIENCE);

	while (!strstr(child_out(child), text)) {
		if (child->ended || clock_now() >= deadline)
			child_blame(child, "did not write '%s'", text);
		child_collect(child, deadline);
	}
}

Test(keep_open, a_line_is_whole_whoever_else_writes_meanwhile)
{
	struct place place;
	struct child child = keep_open(WORDS("-k", "-d", "-v", "--max-accepts", "2"), &place);
	int a = peer_connect(&place), b;

	peer_send(a, "the first half");
	child_await_err(&child, "client 1: connection");
	b = peer_connect(&place);
	peer_send(b, "another\n");
	await_out(&child, "another\n");
	peer_send(a, " and the second\nlast");
	await_out(&child, "second\n");
	cr_expect_str_eq(child_out(&child), "another\nthe first half and the second\n");
	close(a);
	await_out(&child, "last");
	close(b);
	child_expect(&child, 0);
	cr_expect_str_eq(child_out(&child), "another\nthe first half and the second\nlast");
	child_says(&child, "client 2: closed (ended): received 8 bytes");
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of TEXT in order; how many. */
static size_t sort_lines(char *text, const char **lines, size_t most)
{
	size_t count = 0;

	for (char *end = strchr(text, '\n'); end && count < most; end = strchr(text, '\n')) {
		*end = '\0';
		lines[count++] = text;
		text = end + 1;
	}
	qsort(lines, count, sizeof *lines, compare_lines);
	return count;
}

/* Piece PIECE of three that line LINE of client I is sent in. */
static void line_piece(char text[32], size_t i, size_t line, size_t piece)
{
	snprintf(text, 32, "%03zu.%02zu.%zu%s", i, line, piece, piece == 2 ? "\n" : " ");
}

Test(keep_open, lines_of_200_do_not_mix)
{
	enum { CLIENTS = 200, LINES = 20, PIECES = 3 };
	struct place place;
	struct child child = keep_open(WORDS("-k", "-d", "-m200", "--max-accepts=200"), &place);
	static const char *lines[CLIENTS * LINES + 1];
	char text[32];
	int fds[CLIENTS];

	for (size_t i = 0; i < CLIENTS; i++)
		fds[i] = peer_connect(&place);
	/* Everybody has begun a line when the next goes on with his. */
	for (size_t n = 0; n < LINES * PIECES; n++)
		for (size_t i = 0; i < CLIENTS; i++) {
			line_piece(text, i, n / PIECES, n % PIECES);
			peer_send(fds[i], text);
		}
	for (size_t i = 0; i < CLIENTS; i++)
		close(fds[i]);
	child_expect(&child, 0);
	char *out = strdup(child_out(&child));
	cr_assert(sort_lines(out, lines, CLIENTS * LINES + 1) == CLIENTS * LINES);
	for (size_t i = 0; i < CLIENTS * LINES; i++) {
		const char *at = lines[i];

		for (size_t piece = 0; piece < PIECES; piece++) {
			line_piece(text, i / LINES, i % LINES, piece);
			text[strcspn(text, "\n")] = '\0';
			cr_assert(strncmp(at, text, strlen(text)) == 0, "%s", lines[i]);
			at += strlen(text);
		}
		cr_assert_str_empty(at);
	}
	free(out);
}

Test(keep_open, one_alone_is_written_byte_for_byte)
{
	struct data data = data_binary(3, 20 << 20);
	const char *path = scratch_path("out");
	struct place place;
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("-k", "--max-accepts", "1"),
	                                      .out = { END_FILE, .path = path } },
	                      NET_V4, &place);

	mover_expect_whole(source_start(&(struct flow){ .fd = peer_connect(&place), .data = data }),
	                   "sent");
	child_expect(&child, 0);
	data_expect_file(&data, path, "", "received");
}

Test(keep_open, standard_input_goes_to_a_hundred)
{
	enum { CLIENTS = 100 };
	struct data data = data_binary(5, 3 << 20);
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-kv", "--max-accepts", "101"), .in = { END_PIPE } },
		NET_V4, &place);
	struct mover *sinks[CLIENTS];

	for (size_t i = 0; i < CLIENTS; i++)
		sinks[i] = sink_start(&(struct flow){ .fd = peer_connect(&place), .data = data });
	child_await_err(&child, "client 100: connection");
	struct mover *source = source_start(&(struct flow){ .fd = child.in, .data = data });
	child.in = -1;
	mover_expect_whole(source, "given");
	for (size_t i = 0; i < CLIENTS; i++)
		mover_expect_whole(sinks[i], "received");
	/* Who comes later sees the end at once. */
	int late = peer_connect(&place);

	peer_expect_end(late);
	close(late);
	child_expect(&child, 0);
}

Test(keep_open, standard_input_waits_for_the_first_client)
{
	const char *path = scratch_file("in", "all of it\n");
	struct place place;
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("-k", "--max-accepts", "2"),
	                                      .in = { END_FILE, .path = path } },
	                      NET_V4, &place);
	int fd = peer_connect(&place);

	/* It has ended itself before anything was sent. */
	peer_shut(fd);
	peer_expect(fd, "all of it\n");
	peer_expect_end(fd);
	close(fd);
	fd = peer_connect(&place);
	peer_expect_end(fd);
	close(fd);
	child_expect(&child, 0);
}

Test(keep_open, who_has_ended_is_sent_the_rest)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-kv", "--max-accepts", "1"), .in = { END_PIPE } },
		NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "question\n");
	peer_shut(fd);
	await_out(&child, "question\n");
	child_feed(&child, "an");
	peer_expect(fd, "an");
	child_feed(&child, "swer");
	peer_expect(fd, "swer");
	child_end_input(&child);
	peer_expect_end(fd);
	close(fd);
	child_expect(&child, 0);
}

/* Unix sockets tell at once that nobody is there any more. */
Test(keep_open, who_is_gone_is_not_kept)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-kv", "--max-accepts", "1"), .in = { END_PIPE } },
		NET_UNIX, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "x\n");
	close(fd);
	child_expect(&child, 0);
	child_says(&child, "client 1: closed (the peer is gone)");
}

Test(keep_open, who_has_ended_makes_room)
{
	struct place place;
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("-kv", "-m", "2"), .in = { END_PIPE } },
	                      NET_V4, &place);

	/* Standard input stays open, so none of them is over. */
	for (int i = 0; i < 20; i++) {
		int fd = peer_connect(&place);

		peer_send(fd, "x\n");
		close(fd);
	}
	child_await_err(&child, "client 20: connection");
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	cr_expect(strlen(child_out(&child)) == 40, "%s", child_out(&child));
}

Test(keep_open, ends_with_the_peer_when_asked)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-k", "--on-peer-close=quit", "--max-accepts", "1"),
	                        .in = { END_PIPE } },
		NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "x\n");
	peer_shut(fd);
	peer_expect_end(fd);
	child_expect(&child, 0);
}

Test(keep_open, receives_only)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-k", "--recv-only", "--max-accepts", "1"),
	                        .in = { END_PIPE } },
		NET_V4, &place);
	int fd = peer_connect(&place);

	peer_expect_end(fd);
	peer_send(fd, "x\n");
	close(fd);
	child_expect(&child, 0);
	cr_expect_str_eq(child_out(&child), "x\n");
}

Test(keep_open, sends_only_and_ends)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-kv", "--send-only"), .in = { END_PIPE } }, NET_V4,
		&place);
	int a = peer_connect(&place), b = peer_connect(&place);

	child_await_err(&child, "client 2: connection");
	peer_send(a, "nobody reads this\n");
	child_feed(&child, "to both\n");
	child_end_input(&child);
	peer_expect(a, "to both\n");
	peer_expect(b, "to both\n");
	peer_expect_end(a);
	peer_expect_end(b);
	child_expect(&child, 0);
	cr_expect_str_eq(child_out(&child), "");
}

Test(keep_open, a_reset_hurts_nobody_else_and_is_told)
{
	struct place place;
	struct child child = keep_open(WORDS("-k", "-d", "-v", "--max-accepts", "2"), &place);
	int a = peer_connect(&place), b = peer_connect(&place);

	peer_send(a, "cut");
	child_await_err(&child, "client 2: connection");
	peer_await_acknowledged(a);
	peer_send(b, "whole\n");
	await_out(&child, "whole\n");
	peer_reset(a);
	child_await_err(&child, "client 1: closed (Connection reset by peer)");
	peer_send(b, "again\n");
	close(b);
	child_expect(&child, 1);
	child_says(&child, "again\n");
	child_says(&child, "1 of 2 clients");
}

Test(keep_open, a_signal_writes_what_was_read)
{
	struct place place;
	struct child child = keep_open(WORDS("-k", "-d", "-v"), &place);
	int fd = peer_connect(&place);

	peer_send(fd, "line\nhalf");
	await_out(&child, "line\n");
	child_signal(&child, SIGTERM);
	peer_expect_end(fd);
	close(fd);
	child_expect(&child, 128 + SIGTERM);
	cr_expect_str_eq(child_out(&child), "line\nhalf");
}

Test(keep_open, tags_lines)
{
	struct place place;
	struct child child = keep_open(WORDS("-k", "-d", "--tag", "--max-accepts", "2"), &place);
	int a = peer_connect(&place), b;

	peer_send(a, "a\nb");
	await_out(&child, "1 a\n");
	b = peer_connect(&place);
	peer_send(b, "c\n");
	await_out(&child, "2 c\n");
	peer_send(a, "b\n");
	close(a);
	close(b);
	child_expect(&child, 0);
	cr_expect_str_eq(child_out(&child), "1 a\n2 c\n1 bb\n");
}

Test(keep_open, a_terminal_is_protected)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("-k", "-d"), .out = { END_PTY } }, NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "\x1b]0;title\a\n");
	child_await_tty(&child, "\\x1b]0;title\\x07\n");
	close(fd);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

Test(keep_open, idle_clients_go_and_the_listener_stays)
{
	struct place place;
	struct child child = keep_open(WORDS("-kdv", "-i", "0.2", "--max-accepts", "2"), &place);
	int fd = peer_connect(&place);

	peer_expect_end(fd);
	close(fd);
	fd = peer_connect(&place);
	peer_send(fd, "next\n");
	await_out(&child, "next\n");
	close(fd);
	child_expect(&child, 1);
	child_says(&child, "client 1: closed (cut by --idle-timeout)");
}

Test(keep_open, works_over_unix_sockets_and_with_other_programs)
{
	for (int tool = 0; tool < TOOL_COUNT; tool++)
		for (enum net net = NET_V4; net < NET_COUNT; net += 2) {
			struct place place;
			struct child child = sockit_listen(
				&(struct plan){ .args = WORDS("-k", "--max-accepts", "2"),
			                        .in = { END_FILE,
			                                .path = scratch_file("in", "to all\n") } },
				net, &place);
			struct child client = tool_connect(
				(enum tool)tool,
				&(struct plan){ .in = { END_FILE,
			                                .path = scratch_file("said", "said\n") } },
				&place);

			child_expect(&client, 0);
			cr_expect_str_eq(child_out(&client), "to all\n", "%s", tool_names[tool]);
			close(peer_connect(&place));
			child_expect(&child, 0);
			cr_expect_str_eq(child_out(&child), "said\n");
		}
}
