/*
 * sockit listen -k and --broker with clients who go half way, take little, or leave at a bad
 * moment.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/sockit.h"

static struct child keep_open(const char *const *args, enum net net, struct place *place)
{
	return sockit_listen(&(struct plan){ .args = args, .in = { END_PIPE } }, net, place);
}

/* Both events come in one turn of its loop. */
Test(keep_open_rough, what_comes_as_the_last_leaves_waits_for_the_next)
{
	struct place place;
	struct child child = keep_open(WORDS("-kv", "--on-peer-close=quit", "--max-accepts=2"),
	                               NET_UNIX, &place);
	int fd = peer_connect(&place);

	child_await_err(&child, "client 1: connection");
	child_freeze(&child);
	close(fd);
	child_feed(&child, "for the next\n");
	child_thaw(&child);
	child_await_err(&child, "client 1: closed");
	fd = peer_connect(&place);
	peer_expect(fd, "for the next\n");
	close(fd);
	child_expect(&child, 0);
}

/* Send until nothing more goes. */
static void stuff(int fd)
{
	static const char bytes[64000];

	while (peer_poll(fd, POLLOUT, clock_after(0.1)) &&
	       send(fd, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		continue;
}

/* Two who only send would hold each other up for ever. */
Test(keep_open_rough, who_holds_the_others_up_is_idle)
{
	struct place place;
	struct child child = keep_open(WORDS("--broker", "-v", "-i", "0.3"), NET_UNIX, &place);
	int a = peer_connect(&place), b = peer_connect(&place);

	child_await_err(&child, "client 2: connection");
	stuff(a);
	stuff(b);
	child_await_err(&child, "closed (cut by --idle-timeout)");
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	close(a);
	close(b);
}

/* Their hanging up is no reason to look at them again and again. */
Test(keep_open_rough, who_is_gone_and_held_back_costs_nothing)
{
	struct place place;
	struct child child = keep_open(WORDS("--broker", "-v"), NET_V4, &place);
	int a = peer_connect(&place), b = peer_connect(&place), c = peer_connect(&place);

	child_await_err(&child, "client 3: connection");
	stuff(b);
	stuff(c);
	peer_reset(b);
	peer_reset(c);
	double cpu = proc_cpu_seconds(child.pid);
	cr_assert(child_runs_for(&child, 0.2));
	cr_expect_lt(proc_cpu_seconds(child.pid) - cpu, 0.05);
	close(a);
	child_await_err(&child, "client 2: closed");
	child_await_err(&child, "client 3: closed");
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

/* Read all that comes until TEXT does, while LINE is fed again and again. */
static const char *await_line(struct child *child, int fd, const char *line, const char *text)
{
	static char got[64 << 20];
	int64_t deadline = clock_after(PATIENCE);
	size_t have = 0, seen = 0;

	while (!strstr(got + seen, text)) {
		cr_assert(clock_now() < deadline && have < sizeof got - 1);
		if (!peer_poll(fd, POLLIN, clock_after(0.02))) {
			child_feed(child, line);
			continue;
		}
		seen = have > strlen(text) ? have - strlen(text) : 0;
		have += (size_t)must((int)read(fd, got + have, sizeof got - 1 - have), "read");
		got[have] = '\0';
	}
	return got;
}

Test(keep_open_rough, a_line_that_was_cut_still_ends)
{
	struct place place;
	struct child child = keep_open(WORDS("-kv", "--slow=drop"), NET_V4, &place);
	int quick = peer_connect(&place), slow = peer_connect(&place);
	struct data data = data_lines(1, 30 << 20);
	char *line = malloc(data.size + 1);

	child_await_err(&child, "client 2: connection");
	memset(line, 'x', data.size);
	line[data.size] = '\0';
	/* Of the one long line, it misses the end. */
	struct mover *sink = sink_start(&(struct flow){ .fd = quick, .data = data });

	child_feed(&child, line);
	child_await_err(&child, "client 2 is too slow");
	const char *got = await_line(&child, slow, "tail\n", "tail\n");
	size_t begun = strspn(got, "x");

	cr_assert(begun > 0 && begun < data.size);
	cr_assert(strncmp(got + begun, "\ntail\n", 6) == 0, "%.20s", got + begun);
	(void)mover_finish(sink);
	free(line);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	close(slow);
}

/* Whether a client that takes a little, again and again, is kept for as long as that. */
static bool is_kept(enum net net)
{
	struct place place;
	struct child child = keep_open(WORDS("-kv", "--slow=close"), net, &place);
	struct data data = data_lines(1, 30 << 20);
	int fd = peer_connect(&place);
	struct mover *source = source_start(&(struct flow){ .fd = child.in, .data = data });
	static char bytes[80000];

	child.in = -1;
	for (int i = 0; i < 6 && !child.ended; i++) {
		child_collect(&child, clock_after(0.1));
		(void)!read(fd, bytes, sizeof bytes);
	}

	bool kept = !strstr(child_err(&child), "closed by --slow");

	child_signal(&child, SIGTERM);
	close(fd);
	child_expect(&child, 128 + SIGTERM);
	(void)mover_finish(source);
	return kept;
}

/* A machine that sleeps for too long looks like a client that does. */
static void keeps_who_takes_a_little(enum net net)
{
	for (int attempt = 0; attempt < 5; attempt++)
		if (is_kept(net))
			return;
	cr_assert_fail("closed");
}

Test(keep_open_rough, who_takes_a_little_is_not_too_slow)
{
	keeps_who_takes_a_little(NET_V4);
}

Test(keep_open_rough, who_takes_a_little_of_a_unix_socket_is_not_too_slow)
{
	keeps_who_takes_a_little(NET_UNIX);
}

/* Only a Unix socket tells that its peer does not want to hear anything. */
Test(keep_open_rough, who_does_not_listen_may_speak)
{
	struct place place;
	struct child child =
		keep_open(WORDS("--broker", "-v", "--max-accepts", "2"), NET_UNIX, &place);
	int a = peer_connect(&place), b = peer_connect(&place);

	child_await_err(&child, "client 2: connection");
	must(shutdown(a, SHUT_RD), "shutdown");
	peer_send(b, "does a hear this?");
	peer_send(a, "first");
	peer_expect(b, "first");
	peer_send(b, "or this?");
	peer_send(a, "second");
	peer_expect(b, "second");
	close(a);
	close(b);
	child_expect(&child, 0);
	child_says(&child, "client 1: closed (ended): received 11 bytes");
}

Test(keep_open_rough, a_signal_passes_on_what_all_have_begun_to_say)
{
	struct place place;
	struct child child = keep_open(WORDS("--chat", "-v"), NET_V4, &place);
	int a = peer_connect(&place), b = peer_connect(&place);

	child_await_err(&child, "client 2: connection");
	peer_send(a, "a\nhalf of a");
	peer_send(b, "b\nhalf of b");
	peer_expect(a, "<user2> b\n");
	peer_expect(b, "<user1> a\n");
	child_signal(&child, SIGTERM);
	peer_expect(a, "<user2> half of b\n");
	peer_expect(b, "<user1> half of a\n");
	peer_expect_end(a);
	peer_expect_end(b);
	close(a);
	close(b);
	child_expect(&child, 128 + SIGTERM);
}
