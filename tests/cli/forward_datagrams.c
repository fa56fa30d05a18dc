/*
 * listen --forward for datagrams: a session for each sender, answers that find back, sessions that
 * are forgotten.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/echo_serve.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/sockit.h"

/* `sockit listen --forward` for datagrams from FROM to TO, where the test is. */
struct post {
	struct child child;
	struct place place, target;
	int server; /* the socket at the target */
};

static struct post post_open(enum net from, enum net to, const char *const *args)
{
	struct post p;
	const char *words[16] = { "--udp", "--forward", p.target.word };
	size_t n = 3;

	for (; args && *args && n < 12; args++)
		words[n++] = *args;
	p.server = dgram_bind(to, &p.target);
	if (from != NET_UNIX) {
		p.child = sockit_listen(&(struct plan){ .args = words }, from, &p.place);
		return p;
	}
	p.place = place_any(NET_UNIX);
	words[n++] = p.place.host;
	words[n] = "-v";
	p.child = child_start(&(struct plan){ .args = WORDS("listen"), .more = words });
	child_await_err(&p.child, "listening on ");
	return p;
}

static void post_close(struct post *p)
{
	close(p->server);
	child_signal(&p->child, SIGTERM);
	child_expect(&p->child, 128 + SIGTERM);
}

/* What comes next at FD is TEXT; answer it with ANSWER, to whoever sent it. */
static void answer(int fd, const char *text, const char *reply)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof from;
	char got[256] = "";

	cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)), "'%s' did not come", text);
	must((int)recvfrom(fd, got, sizeof got - 1, 0, (struct sockaddr *)&from, &size),
	     "recvfrom");
	cr_assert_str_eq(got, text);
	must((int)sendto(fd, reply, strlen(reply), 0, (struct sockaddr *)&from, size), "sendto");
}

Test(forward_datagrams, each_sender_has_its_own_answers)
{
	for (enum net from = 0; from < NET_COUNT; from++) {
		for (enum net to = 0; to < NET_COUNT; to++) {
			struct post p = post_open(from, to, NULL);
			int a = echo_serve_dgram(&p.place), b = echo_serve_dgram(&p.place);

			dgram_send_text(a, "from a");
			answer(p.server, "from a", "to a");
			dgram_send_text(b, "from b");
			answer(p.server, "from b", "to b");
			dgram_expect(b, "to b");
			dgram_expect(a, "to a");
			dgram_send_text(a, "");
			answer(p.server, "", "");
			dgram_expect(a, "");
			close(a);
			close(b);
			post_close(&p);
		}
	}
}

/* Each stays with its socket, so that the target takes it for the same. */
Test(forward_datagrams, a_session_keeps_its_address)
{
	struct post p = post_open(NET_V4, NET_V4, NULL);
	int client = echo_serve_dgram(&p.place);
	struct sockaddr_storage from[2];

	memset(from, 0, sizeof from);
	for (int i = 0; i < 2; i++) {
		socklen_t size = sizeof from[i];
		char byte[8];

		dgram_send_text(client, "x");
		cr_assert(peer_poll(p.server, POLLIN, clock_after(PATIENCE)));
		must((int)recvfrom(p.server, byte, sizeof byte, 0, (struct sockaddr *)&from[i],
		                   &size),
		     "recvfrom");
	}
	cr_assert_eq(memcmp(&from[0], &from[1], sizeof from[0]), 0);
	close(client);
	post_close(&p);
}

Test(forward_datagrams, many_arrive_whole_and_in_order)
{
	enum { COUNT = 200 };
	struct post p = post_open(NET_V4, NET_V4, NULL);
	int client = echo_serve_dgram(&p.place);
	static char long_one[60000];
	char text[16];

	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "%d", i);
		dgram_send_text(client, text);
	}
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "%d", i);
		answer(p.server, text, text);
	}
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "%d", i);
		dgram_expect(client, text);
	}
	memset(long_one, 'x', sizeof long_one);
	dgram_send(client, long_one, sizeof long_one);
	dgram_expect_bytes(p.server, long_one, sizeof long_one);
	close(client);
	post_close(&p);
}

Test(forward_datagrams, a_quiet_session_is_forgotten)
{
	struct post p = post_open(NET_V4, NET_V4, WORDS("-v", "--session-timeout", "0.3"));
	int client = echo_serve_dgram(&p.place);

	dgram_send_text(client, "x");
	answer(p.server, "x", "y");
	dgram_expect(client, "y");
	child_await_err(&p.child, "quiet for --session-timeout");
	dgram_send_text(client, "again");
	answer(p.server, "again", "and again");
	dgram_expect(client, "and again");
	close(client);
	post_close(&p);
}

Test(forward_datagrams, the_oldest_session_makes_room)
{
	struct post p = post_open(NET_V4, NET_V4, WORDS("-v", "--max-sessions", "2"));
	int clients[3];

	for (int i = 0; i < 3; i++) {
		clients[i] = echo_serve_dgram(&p.place);
		dgram_send_text(clients[i], "hello");
		answer(p.server, "hello", "yes");
		dgram_expect(clients[i], "yes");
	}
	child_await_err(&p.child, "client 1: closed");
	dgram_send_text(clients[1], "still here");
	answer(p.server, "still here", "indeed");
	dgram_expect(clients[1], "indeed");
	for (int i = 0; i < 3; i++)
		close(clients[i]);
	post_close(&p);
	child_silent_about(&p.child, "client 4");
}

/* What nobody takes is lost, which is told once; whoever comes later is served. */
Test(forward_datagrams, a_target_that_is_away)
{
	struct post p = post_open(NET_V4, NET_V4, WORDS("-v"));
	int client = echo_serve_dgram(&p.place);

	close(p.server);
	dgram_send_text(client, "lost");
	child_await_err(&p.child, "Connection refused");
	dgram_send_text(client, "lost too");
	clock_pause(0.05);
	p.server = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
	must(bind(p.server, (struct sockaddr *)&p.target.address, p.target.address_size), "bind");
	dgram_send_text(client, "here");
	answer(p.server, "here", "good");
	dgram_expect(client, "good");
	close(client);
	post_close(&p);
	cr_assert_eq(count_of(child_err(&p.child), "are lost"), 1);
}

/*
 * A Unix socket that is made anew under its name is another one, which those who are known find
 * too.
 */
Test(forward_datagrams, a_unix_target_that_comes_back)
{
	struct post p = post_open(NET_V4, NET_UNIX, NULL);
	int client = echo_serve_dgram(&p.place);

	dgram_send_text(client, "before");
	answer(p.server, "before", "yes");
	dgram_expect(client, "yes");
	close(p.server);
	unlink(p.target.host);
	p.server = must(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
	must(bind(p.server, (struct sockaddr *)&p.target.address, p.target.address_size), "bind");
	for (int i = 0; i < 2; i++) {
		dgram_send_text(client, "after");
		answer(p.server, "after", "yes");
		dgram_expect(client, "yes");
	}
	close(client);
	post_close(&p);
}

Test(forward_datagrams, answers_to_one_who_has_gone_are_not_counted)
{
	struct post p = post_open(NET_UNIX, NET_UNIX, NULL);
	int client = echo_serve_dgram(&p.place);

	dgram_send_text(client, "hello");
	answer(p.server, "hello", "yes");
	dgram_expect(client, "yes");
	dgram_send_text(client, "bye");
	dgram_answer_first(p.server);
	dgram_expect(p.server, "bye");
	close(client);
	dgram_send_text(p.server, "too late");
	child_await_err(&p.child, "are lost");
	post_close(&p);
	child_says(&p.child, "received 8 bytes, sent 3 bytes");
}

/* The queue of a Unix socket is short: what does not fit waits, in order. */
Test(forward_datagrams, a_target_that_is_slow)
{
	enum { COUNT = 200 };
	struct post p = post_open(NET_V4, NET_UNIX, WORDS("-v"));
	int client = echo_serve_dgram(&p.place);
	char text[16];

	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "%d", i);
		dgram_send_text(client, text);
	}
	proc_await_idle(p.child.pid);
	double cpu = proc_cpu_seconds(p.child.pid);
	clock_pause(0.2);
	cr_expect_lt(proc_cpu_seconds(p.child.pid) - cpu, 0.05);
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "%d", i);
		dgram_expect(p.server, text);
	}
	close(client);
	post_close(&p);
	child_silent_about(&p.child, "are lost");
}

/* It goes whole or not at all. */
Test(forward_datagrams, one_that_is_too_long_is_lost)
{
	struct post p = post_open(NET_UNIX, NET_UNIX, WORDS("-v"));
	int client = echo_serve_dgram(&p.place);
	static char long_one[100000];

	dgram_send(client, long_one, sizeof long_one);
	child_await_err(&p.child, "Message too long");
	dgram_send_text(client, "short");
	answer(p.server, "short", "yes");
	dgram_expect(client, "yes");
	close(client);
	post_close(&p);
}

Test(forward_datagrams, only_whom_it_allows)
{
	struct post p = post_open(NET_V4, NET_V4, WORDS("-v", "--allow", "127.0.0.2"));
	int client = echo_serve_dgram(&p.place);

	dgram_send_text(client, "no");
	child_await_err(&p.child, "refused 127.0.0.1");
	peer_expect_nothing(p.server, 0.05);
	close(client);
	post_close(&p);
}

Test(forward_datagrams, ends_at_a_limit)
{
	static const char *const limits[] = { "--deadline", "--accept-timeout" };

	for (size_t i = 0; i < 2; i++) {
		struct post p = post_open(NET_V4, NET_V4, WORDS(limits[i], "0.2"));

		child_expect(&p.child, 4);
		child_says(&p.child, limits[i]);
		close(p.server);
	}
}

Test(forward_datagrams, uses_no_time_when_idle)
{
	struct post p = post_open(NET_V4, NET_V4, NULL);
	int client = echo_serve_dgram(&p.place);

	dgram_send_text(client, "x");
	answer(p.server, "x", "y");
	dgram_expect(client, "y");
	proc_await_idle(p.child.pid);
	double cpu = proc_cpu_seconds(p.child.pid);
	clock_pause(0.3);
	cr_assert_lt(proc_cpu_seconds(p.child.pid) - cpu, 0.05);
	close(client);
	post_close(&p);
}

/* It rests without memory, and says so, but not each time. */
static void receiving_rests(const char *calls)
{
	char inject[64];
	struct place place, target;
	int server = dgram_bind(NET_V4, &target);
	const char *said;

	snprintf(inject, sizeof inject, "inject=recvmmsg:error=ENOMEM:when=%s", calls);
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("--udp", "--forward", target.word),
	                        .wrap = WORDS("strace", "-fqqo", "/dev/null", "-e", inject) },
		NET_V4, &place);
	int client = echo_serve_dgram(&place);
	int64_t start = clock_now();

	dgram_send_text(client, "hello");
	answer(server, "hello", "yes");
	dgram_expect(client, "yes");
	if (clock_since(start) < 0.35)
		child_blame(&child, "rested %.3f s only", clock_since(start));
	child_await_err(&child, "receive a datagram: Cannot allocate memory");
	child_signal(&child, SIGTERM);
	child_finish(&child);
	said = strstr(child_err(&child), "trying again");
	cr_expect_null(strstr(said + 1, "trying again"), "%s", child_err(&child));
	close(client);
	close(server);
}

Test(forward_datagrams, receiving_from_clients_rests_without_memory)
{
	receiving_rests("1..2");
}

Test(forward_datagrams, receiving_from_a_target_rests_without_memory)
{
	receiving_rests("2..3");
}
