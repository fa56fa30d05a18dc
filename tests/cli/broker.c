/* sockit listen --broker and --chat: clients joined to each other. */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"
#include "harness/tool.h"

enum { A, B, C, CLIENTS };

struct party {
	struct child child;
	struct place place;
	int fds[CLIENTS];
};

/* Three clients, numbered from 1, who are all there. */
static struct party party_start(enum net net, const char *const *args)
{
	struct party p;

	p.child = sockit_listen(&(struct plan){ .args = args }, net, &p.place);
	for (int i = 0; i < CLIENTS; i++)
		p.fds[i] = peer_connect(&p.place);
	child_await_err(&p.child, "client 3: connection");
	return p;
}

static void party_end(struct party *p)
{
	child_signal(&p->child, SIGTERM);
	for (int i = 0; i < CLIENTS; i++)
		if (p->fds[i] >= 0)
			close(p->fds[i]);
	child_expect(&p->child, 128 + SIGTERM);
	cr_expect_str_eq(child_out(&p->child), "");
}

static void joins_all(enum net net)
{
	struct party p = party_start(net, WORDS("--broker", "-v"));

	peer_send(p.fds[A], "from a");
	peer_expect(p.fds[B], "from a");
	peer_expect(p.fds[C], "from a");
	peer_send(p.fds[C], "\x1b from c\n");
	peer_expect(p.fds[A], "\x1b from c\n");
	peer_expect(p.fds[B], "\x1b from c\n");
	peer_expect_nothing(p.fds[C], 0.05);
	party_end(&p);
}

Test(broker, joins_each_to_all_others)
{
	joins_all(NET_V4);
	joins_all(NET_UNIX);
}

Test(broker, who_has_ended_still_hears)
{
	struct party p = party_start(NET_V4, WORDS("-k", "--broker", "-v"));

	peer_send(p.fds[A], "the last of a\n");
	peer_shut(p.fds[A]);
	peer_expect(p.fds[B], "the last of a\n");
	peer_send(p.fds[B], "and an answer\n");
	peer_expect(p.fds[A], "and an answer\n");
	peer_reset(p.fds[B]);
	p.fds[B] = -1;
	peer_send(p.fds[C], "b is gone\n");
	peer_expect(p.fds[A], "b is gone\n");
	party_end(&p);
}

Test(broker, who_has_ended_is_closed_when_asked)
{
	struct party p = party_start(NET_V4, WORDS("--broker", "-v", "--on-peer-close=quit"));

	peer_send(p.fds[A], "x");
	peer_shut(p.fds[A]);
	peer_expect(p.fds[C], "x");
	peer_expect_end(p.fds[A]);
	party_end(&p);
}

Test(broker, ends_after_the_last_and_counts)
{
	struct place place;
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("--broker", "--on-peer-close=quit",
	                                                    "--max-accepts", "2", "-v") },
	                      NET_V4, &place);
	int a = peer_connect(&place), b = peer_connect(&place);

	child_await_err(&child, "client 2: connection");
	peer_send(a, "hello");
	peer_expect(b, "hello");
	close(a);
	close(b);
	child_expect(&child, 0);
	child_says(&child, "client 1: closed (ended): received 5 bytes, sent 0 bytes");
	child_says(&child, "client 2: closed (ended): received 0 bytes, sent 5 bytes");
}

/*
 * Nothing can be said any more: who has ended, and still heard, is let go with all that it was
 * owed.
 */
static void ends_when_all_have_ended(const char *mode, const char *heard)
{
	const char *args[] = { mode, "--max-accepts", "2", "-v", NULL };
	struct place place;
	struct child child = sockit_listen(&(struct plan){ .args = args }, NET_V4, &place);
	int a = peer_connect(&place), b;

	/* Another may come. */
	peer_shut(a);
	peer_expect_nothing(a, 0.05);
	b = peer_connect(&place);
	child_await_err(&child, "client 2: connection");
	peer_send(b, "the last word");
	peer_shut(b);
	peer_expect(a, heard);
	peer_expect_end(a);
	peer_expect_end(b);
	child_expect(&child, 0);
	close(a);
	close(b);
}

Test(broker, ends_when_all_who_may_come_have_ended)
{
	ends_when_all_have_ended("--broker", "the last word");
	ends_when_all_have_ended("--chat", "<user2> the last word\n");
}

Test(broker, moves_much_whole)
{
	struct party p = party_start(NET_V4, WORDS("--broker", "-v", "--on-peer-close=quit"));
	struct data data = data_binary(7, 30 << 20);
	struct mover *source = source_start(&(struct flow){ .fd = p.fds[A], .data = data });
	struct mover *sinks[] = {
		sink_start(&(struct flow){ .fd = p.fds[B], .data = data }),
		sink_start(&(struct flow){ .fd = p.fds[C], .data = data }),
	};

	p.fds[A] = p.fds[B] = p.fds[C] = -1;
	mover_expect_whole(source, "sent");
	mover_await(sinks[0], data.size);
	mover_await(sinks[1], data.size);
	child_await_err(&p.child, "client 1: closed (ended): received 31457280 bytes");
	party_end(&p);
	mover_expect_whole(sinks[0], "b");
	mover_expect_whole(sinks[1], "c");
	cr_assert(p.child.usage.ru_maxrss < (24 << 10) * clock_slack(), "%ld",
	          p.child.usage.ru_maxrss);
}

Test(broker, a_slow_client_is_closed_when_asked)
{
	struct party p = party_start(NET_V4, WORDS("--broker", "-v", "--slow", "close"));
	struct data data = data_binary(7, 30 << 20);
	struct mover *source =
		source_start(&(struct flow){ .fd = p.fds[A], .data = data, .end = FLOW_LEAVE });
	struct mover *sink = sink_start(&(struct flow){ .fd = p.fds[B], .data = data });

	p.fds[A] = p.fds[B] = -1;
	mover_expect_whole(source, "sent");
	mover_await(sink, data.size);
	child_await_err(&p.child, "client 3: closed (closed by --slow");
	party_end(&p);
	mover_expect_whole(sink, "b");
}

Test(chat, tells_who_says_what_in_whole_lines)
{
	struct party p = party_start(NET_V4, WORDS("--chat", "-v"));

	peer_send(p.fds[A], "hel");
	peer_send(p.fds[B], "I am b\r\nand still\n");
	peer_expect(p.fds[C], "<user2> I am b\n<user2> and still\n");
	peer_expect(p.fds[A], "<user2> I am b\n<user2> and still\n");
	peer_send(p.fds[A], "lo\nbye");
	peer_expect(p.fds[C], "<user1> hello\n");
	peer_shut(p.fds[A]);
	peer_expect(p.fds[C], "<user1> bye\n");
	peer_expect(p.fds[B], "<user1> hello\n<user1> bye\n");
	party_end(&p);
}

Test(chat, numbers_are_not_used_again)
{
	struct party p = party_start(NET_V4, WORDS("--chat", "-v"));

	peer_reset(p.fds[A]);
	child_await_err(&p.child, "client 1: closed");
	p.fds[A] = peer_connect(&p.place);
	peer_send(p.fds[A], "new\n");
	peer_expect(p.fds[C], "<user4> new\n");
	party_end(&p);
}

Test(chat, nobody_can_pretend_to_be_another)
{
	struct party p = party_start(NET_V4, WORDS("--chat", "-v"));

	peer_send(p.fds[A], "\x1b[2K\r<user2> I owe you\x9b"
	                    "1A money \xc3\xa9\n\n");
	peer_expect(p.fds[C],
	            "<user1> \\x1b[2K\\x0d<user2> I owe you\\x9b1A money \xc3\xa9\n<user1> \n");
	party_end(&p);
}

Test(chat, keeps_lines_whole_however_many_come_together)
{
	enum { LINES = 50000, PREFIX = sizeof "<user1> " - 1 };
	struct party p = party_start(NET_V4, WORDS("--chat", "-v"));
	struct data data = data_lines(3, LINES * 64);
	struct mover *source =
		source_start(&(struct flow){ .fd = p.fds[A], .data = data, .chunk = 50001 });
	static char got[LINES * (PREFIX + 64)];
	size_t have = 0;

	p.fds[A] = -1;
	while (have < sizeof got && peer_poll(p.fds[B], POLLIN, clock_after(PATIENCE))) {
		ssize_t n = read(p.fds[B], got + have, sizeof got - have);

		cr_assert(n > 0);
		have += (size_t)n;
		/* The third must read, too, for nobody may miss anything. */
		char drop[1 << 16];

		while (peer_poll(p.fds[C], POLLIN, clock_now()) &&
		       read(p.fds[C], drop, sizeof drop) > 0)
			continue;
	}
	mover_expect_whole(source, "sent");
	cr_assert(have == sizeof got);
	for (size_t i = 0; i < LINES; i++) {
		const char *line = got + i * (PREFIX + 64);

		cr_assert(memcmp(line, "<user1> ", PREFIX) == 0, "line %zu", i);
		cr_assert(data_compare(&data, i * 64, line + PREFIX, 64) == 64, "line %zu", i);
	}
	party_end(&p);
}

Test(chat, joins_other_programs)
{
	struct place place;
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("--chat", "-v") }, NET_V4, &place);
	struct child clients[TOOL_COUNT];

	for (int tool = 0; tool < TOOL_COUNT; tool++)
		clients[tool] =
			tool_connect((enum tool)tool, &(struct plan){ .in = { END_PIPE } }, &place);
	child_await_err(&child, "client 3: connection");
	int fd = peer_connect(&place);

	child_await_err(&child, "client 4: connection");
	peer_send(fd, "to all\n");
	for (int tool = 0; tool < TOOL_COUNT; tool++) {
		int64_t deadline = clock_after(PATIENCE);

		while (!strstr(child_out(&clients[tool]), "<user4> to all\n")) {
			if (clock_now() >= deadline)
				child_blame(&clients[tool], "did not hear");
			child_collect(&clients[tool], deadline);
		}
	}
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	close(fd);
}
