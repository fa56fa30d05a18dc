/* -t and -C of both commands: what the peer gets, and what stdout gets, byte by byte. */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"
#include "harness/tool.h"

/* What a telnet server says first, in octal: DO 1, WILL 3, a subnegotiation, a doubled 255, NOP. */
#define GREETING "\377\375\001log\377\373\003in\377\372\030\001\377\360: \377\377\377\361\n"
#define GREETING_SHOWN "login: \377\n"
#define REFUSALS "\377\374\001\377\376\003"

/* Pieces that sockit reads one by one. */
static void send_bytewise(const struct session *s, const char *text)
{
	for (char piece[2] = ""; (piece[0] = *text); text++) {
		peer_send(s->fd, piece);
		peer_await_acknowledged(s->fd);
	}
}

static void end_and_expect(struct session *s, const char *out)
{
	close(s->fd);
	child_end_input(&s->child);
	child_expect(&s->child, 0);
	cr_assert_str_eq(child_out(&s->child), out);
}

static void negotiates(enum role role, enum net net)
{
	struct plan plan = { .args = WORDS("-t", "-v"), .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	char counts[64];

	peer_send(s.fd, GREETING);
	peer_expect(s.fd, REFUSALS);
	child_feed(&s.child, "me\377\n");
	peer_expect(s.fd, "me\377\377\n");
	child_end_input(&s.child);
	peer_expect_end(s.fd);
	end_and_expect(&s, GREETING_SHOWN);
	/* What is on the connection, both ways. */
	(void)snprintf(counts, sizeof counts, "sent %zu bytes, received %zu bytes",
	               strlen(REFUSALS "me\377\377\n"), strlen(GREETING));
	child_says(&s.child, counts);
}

Test(telnet, options_are_refused_and_data_is_told_apart)
{
	session_each(negotiates);
}

Test(telnet, sequences_may_come_in_pieces)
{
	struct plan plan = { .args = WORDS("--telnet"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	send_bytewise(&s, GREETING);
	peer_expect(s.fd, REFUSALS);
	end_and_expect(&s, GREETING_SHOWN);
}

Test(telnet, what_is_unfinished_at_the_end_is_dropped)
{
	struct plan plan = { .args = WORDS("-t"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	peer_send(s.fd, "bye\377\373");
	end_and_expect(&s, "bye");
}

/* Without the option nothing is changed or answered. */
Test(telnet, without_the_option_bytes_are_bytes)
{
	struct session s = session_start(CONNECT, &(struct plan){ .in = { END_PIPE } }, NET_V4);

	peer_send(s.fd, GREETING);
	child_feed(&s.child, "me\377\n");
	peer_expect(s.fd, "me\377\n");
	child_end_input(&s.child);
	peer_expect_end(s.fd);
	end_and_expect(&s, GREETING);
}

static void answers_without_stdin(enum role role, enum net net)
{
	struct session s = session_start(role, &(struct plan){ .args = WORDS("-t", "-d") }, net);

	peer_send(s.fd, GREETING);
	peer_expect(s.fd, REFUSALS);
	end_and_expect(&s, GREETING_SHOWN);
}

Test(telnet, answers_are_sent_although_stdin_is_not_read)
{
	session_each(answers_without_stdin);
}

Test(telnet, answers_are_sent_after_the_end_of_stdin_while_the_sending_side_is_open)
{
	struct plan plan = { .args = WORDS("-t", "--no-half-close") };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	proc_await_idle(s.child.pid);
	peer_send(s.fd, GREETING);
	peer_expect(s.fd, REFUSALS);
	end_and_expect(&s, GREETING_SHOWN);
}

static void shut_is_shut(const char *const *args)
{
	struct plan plan = { .args = args };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	peer_expect_end(s.fd);
	peer_send(s.fd, GREETING);
	end_and_expect(&s, GREETING_SHOWN);
	child_silent_about(&s.child, "sockit");
	child_silent_about(&s.child, "EPIPE");
}

Test(telnet, once_the_sending_side_is_shut_nothing_is_answered)
{
	shut_is_shut(WORDS("-t", "--trace"));
	shut_is_shut(WORDS("-t", "--recv-only"));
}

Test(telnet, send_only_answers_too)
{
	struct plan plan = { .args = WORDS("-t", "--send-only"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	peer_send(s.fd, GREETING);
	peer_expect(s.fd, REFUSALS);
	child_feed(&s.child, "sent");
	peer_expect(s.fd, "sent");
	end_and_expect(&s, "");
}

/* The protocol goes first, and then what is left is made safe. */
Test(telnet, a_terminal_is_protected_from_what_is_left)
{
	struct plan plan = { .args = WORDS("-t"), .in = { END_PIPE }, .out = { END_PTY } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	send_bytewise(&s, "caf\303\377\375\001\251\033[2J\377\377");
	peer_expect(s.fd, "\377\374\001");
	close(s.fd);
	child_end_input(&s.child);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_tty(&s.child), "caf\303\251\\x1b[2J\\xff");
}

/* What a peer finds in the stream: DATA with each 255 doubled, and answers. */
struct heard {
	struct data data;
	uint64_t at;
	unsigned answers;
	unsigned char open[3]; /* of a sequence that has begun */
	size_t open_size;
};

static void hear(struct heard *h, unsigned char byte)
{
	h->open[h->open_size++] = byte;
	if (h->open[0] == 255 && h->open_size == 1)
		return;
	if (h->open[0] == 255 && h->open[1] != 255) {
		h->answers += h->open_size == 3 && memcmp(h->open, "\377\374\001", 3) == 0;
		h->open_size %= 3;
		return;
	}
	cr_assert_eq(data_compare(&h->data, h->at, h->open, 1), 1, "wrong after %llu bytes",
	             (unsigned long long)h->at);
	h->at++;
	h->open_size = 0;
}

/*
 * The peer asks and does not read: the answer waits behind a stream that is stuck, and comes whole.
 */
Test(telnet, an_answer_finds_its_place_in_a_stuck_stream)
{
	struct heard heard = { .data = data_binary(9, 16 << 20) };
	struct plan plan = { .args = WORDS("-t"), .in = { END_PIPE } };
	struct session s = session_start_narrow(&plan, NET_V4);
	static unsigned char got[65536];

	source_start(&(struct flow){ .fd = s.child.in, .data = heard.data, .end = FLOW_LEAVE });
	proc_await_idle(s.child.pid);
	peer_send(s.fd, "\377\375\001");
	peer_await_acknowledged(s.fd);
	proc_await_idle(s.child.pid);
	while (heard.at < heard.data.size || heard.answers == 0) {
		cr_assert(peer_poll(s.fd, POLLIN, clock_after(PATIENCE)), "%u answers, %llu bytes",
		          heard.answers, (unsigned long long)heard.at);
		ssize_t n = read(s.fd, got, sizeof got);
		for (ssize_t i = 0; i < n; i++)
			hear(&heard, got[i]);
	}
	cr_assert_eq(heard.answers, 1);
	end_and_expect(&s, "");
}

/* An answer that nobody takes is no loss where nothing else is sent. */
Test(telnet, a_peer_that_takes_no_answers_is_heard)
{
	struct plan plan = { .args = WORDS("-t", "-d") };
	struct session s = session_start(CONNECT, &plan, NET_UNIX);

	shutdown(s.fd, SHUT_RD);
	peer_send(s.fd, GREETING);
	proc_await_idle(s.child.pid);
	double before = proc_cpu_seconds(s.child.pid);
	child_runs_for(&s.child, 0.3);
	cr_expect(proc_cpu_seconds(s.child.pid) - before < 0.015, "uses the CPU");
	peer_send(s.fd, "more");
	end_and_expect(&s, GREETING_SHOWN "more");
}

/* Two of us: every byte of a large file, both ways. */
Test(telnet, two_that_speak_it_move_any_bytes)
{
	struct data up = data_binary(1, 5000000), down = data_binary(2, 5000001);
	const char *in = scratch_path("up"), *back = scratch_path("down");
	const char *got = scratch_path("got"), *got_back = scratch_path("got-back");
	struct place place;

	data_save(&up, in);
	data_save(&down, back);
	struct child server = sockit_listen(&(struct plan){ .args = WORDS("-t"),
	                                                    .in = { END_FILE, .path = back },
	                                                    .out = { END_FILE, .path = got } },
	                                    NET_V4, &place);
	struct child client =
		sockit_connect(&(struct plan){ .args = WORDS("-t"),
	                                       .in = { END_FILE, .path = in },
	                                       .out = { END_FILE, .path = got_back } },
	                       &place);
	child_expect(&client, 0);
	child_expect(&server, 0);
	data_expect_file(&up, got, "", "what the server got");
	data_expect_file(&down, got_back, "", "what the client got");
}

/* A carriage return and its newline come in two reads, or are far apart. */
static void converts_newlines(enum role role, enum net net)
{
	struct plan plan = { .args = WORDS("-C"), .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);

	child_feed(&s.child, "a\nb\r\nc\r");
	peer_expect(s.fd, "a\r\nb\r\nc\r");
	child_feed(&s.child, "\n\nd\r");
	peer_expect(s.fd, "\n\r\nd\r");
	child_feed(&s.child, "e\n");
	peer_expect(s.fd, "e\r\n");
	child_end_input(&s.child);
	peer_expect_end(s.fd);
	peer_send(s.fd, "comes\nas it is\r\n");
	end_and_expect(&s, "comes\nas it is\r\n");
}

Test(crlf, newlines_are_sent_with_a_carriage_return)
{
	session_each(converts_newlines);
}

Test(crlf, holds_beside_telnet)
{
	struct plan plan = { .args = WORDS("-C", "-t"), .in = { END_PIPE } };
	struct session s = session_start(CONNECT, &plan, NET_V4);

	child_feed(&s.child, "a\377\nb\r");
	peer_expect(s.fd, "a\377\377\r\nb\r");
	peer_send(s.fd, "\377\375\001");
	peer_expect(s.fd, "\377\374\001");
	child_feed(&s.child, "\nc\n");
	peer_expect(s.fd, "\nc\r\n");
	end_and_expect(&s, "");
}

static struct child send_file(const char *program, const char *const *args, const char *path,
                              const char *out, enum net net)
{
	struct place place;
	struct plan receive = { .args = WORDS("--recv-only"), .out = { END_FILE, .path = out } };
	struct child server = sockit_listen(&receive, net, &place);
	struct child client = child_run(&(struct plan){
		.program = program,
		.args = args,
		.more = WORDS(place.host, place.port),
		.in = { END_FILE, .path = path },
	});

	child_expect(&server, 0);
	return client;
}

/* ncat's conversion is right; nc.openbsd's is not where a read ends between the two. */
Test(crlf, is_that_of_ncat)
{
	struct data lines = data_lines(3, 640000);
	const char *path = scratch_path("in"), *ours = scratch_path("ours");
	const char *theirs = scratch_path("theirs");

	data_save(&lines, path);
	child_sh("command -v ncat >/dev/null");
	struct child sockit = send_file(NULL, WORDS("connect", "-C"), path, ours, NET_V4);
	struct child ncat = send_file("ncat", WORDS("-C", "--send-only"), path, theirs, NET_V4);
	char command[512];

	child_expect(&sockit, 0);
	child_expect(&ncat, 0);
	snprintf(command, sizeof command, "cmp '%s' '%s' && [ $(wc -c <'%s') = 650000 ]", ours,
	         theirs, ours);
	child_sh(command);
}
