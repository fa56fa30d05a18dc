/* sockit echo-serve: what is served where, limits, readiness for scripts, and the end. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* echo-serve at place_any(NET) with ARGS before the endpoint, which is SERVICE's. */
static struct child serve(const char *service, enum net net, struct place *place,
                          const char *const *args)
{
	char word[160];

	*place = place_any(net);
	snprintf(word, sizeof word, "%s=%s", service, place->word);
	struct child child =
		child_start(&(struct plan){ .args = WORDS("echo-serve", word), .more = args });
	if (net == NET_UNIX)
		proc_await_path(place);
	else
		proc_await_port(child.pid, place);
	return child;
}

static void end(struct child *child, int signal_number)
{
	child_signal(child, signal_number);
	child_expect(child, 128 + signal_number);
}

Test(echo_serve, every_service_over_every_net)
{
	static const struct {
		const char *service, *sent, *back;
	} rows[] = {
		{ "echo", "hello\n", "hello\n" },
		{ "upper", "hello, {\xc3\xa4}\n", "HELLO, {\xc3\xa4}\n" },
		{ "discard", "hello\n", "" },
	};

	for (enum net net = 0; net < NET_COUNT; net++) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			struct place place;
			struct child child = serve(rows[i].service, net, &place, NULL);
			int fd = peer_connect(&place);

			peer_send(fd, rows[i].sent);
			peer_expect(fd, rows[i].back);
			peer_shut(fd);
			peer_expect_end(fd);
			close(fd);
			end(&child, SIGTERM);
		}
	}
}

Test(echo_serve, several_services_at_once)
{
	struct place echo = place_any(NET_UNIX), upper = place_any(NET_UNIX);
	char first[160], second[160];

	snprintf(first, sizeof first, "echo=%s", echo.word);
	snprintf(upper.word, sizeof upper.word, "unix:%s", scratch_path("upper"));
	upper = place_unix(scratch_path("upper"));
	snprintf(second, sizeof second, "upper=%s", upper.word);
	struct child child =
		child_start(&(struct plan){ .args = WORDS("echo-serve", first, second) });
	proc_await_path(&echo);
	proc_await_path(&upper);
	int a = peer_connect(&echo), b = peer_connect(&upper);
	peer_send(a, "x");
	peer_send(b, "x");
	peer_expect(a, "x");
	peer_expect(b, "X");
	close(a);
	close(b);
	end(&child, SIGINT);
	cr_assert_neq(access(echo.host, F_OK), 0);
	cr_assert_neq(access(upper.host, F_OK), 0);
}

Test(echo_serve, without_operands_it_is_an_echo_on_localhost_whose_port_is_told)
{
	struct child child = child_start(&(struct plan){ .args = WORDS("echo-serve") });
	unsigned port;

	child_await_err(&child, "listening on 127.0.0.1 ");
	port = (unsigned)strtoul(strstr(child_err(&child), "listening on 127.0.0.1 ") + 23, NULL,
	                         10);
	struct place place = place_tcp(NET_V4, "127.0.0.1", port);
	int fd = peer_connect(&place);
	peer_send(fd, "hello");
	peer_expect(fd, "hello");
	close(fd);
	end(&child, SIGTERM);
}

Test(echo_serve, two_operands_are_a_host_and_a_port)
{
	const char *file = scratch_path("port");
	struct child child =
		child_start(&(struct plan){ .args = WORDS("echo-serve", "--service", "upper",
	                                                  "127.0.0.1", "0", "--port-file", file) });

	child_await_err(&child, "listening on 127.0.0.1 ");
	int64_t deadline = clock_after(PATIENCE);
	while (access(file, F_OK) != 0 && clock_now() < deadline)
		usleep(1000);
	struct place place =
		place_tcp(NET_V4, "127.0.0.1", (unsigned)strtoul(scratch_read(file), NULL, 10));
	int fd = peer_connect(&place);
	peer_send(fd, "hello");
	peer_expect(fd, "HELLO");
	close(fd);
	end(&child, SIGTERM);
}

Test(echo_serve, what_cannot_be_is_refused)
{
	static const struct {
		const char *const words[4];
		const char *said;
	} rows[] = {
		{ { "ecco=7" }, "did you mean 'echo'?" },
		{ { "finger=7" }, "there are: echo, discard" },
		{ { "echo=7", "8" }, "'8' has no service" },
		{ { "1", "2", "3" }, "'1' has no service" },
		{ { "--service", "echo", "echo=0" },
		  "--service and SERVICE=ENDPOINT exclude each other" },
		{ { "--threads=2", "--model=fork", ":0" },
		  "--threads and --model fork exclude each other" },
		{ { "--service", "nothing" }, "unknown service 'nothing'" },
		{ { "echo=unix-seqpacket:x" }, "has no service for unix-seqpacket:x" },
		{ { "echo=" }, "" },
		{ { "--unix-mode", "600", "127.0.0.1:0" }, "--unix-mode has no meaning for" },
		{ { "--port-file", "x", "unix:y" }, "--port-file has no meaning for unix:y" },
		{ { "-U" }, "no path given" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *words[6] = { "echo-serve" };

		memcpy(words + 1, rows[i].words, sizeof rows[i].words);
		struct child child = sockit_expect(words, 2);
		child_says(&child, rows[i].said);
	}
}

Test(echo_serve, no_more_than_max_conns_are_served_and_the_next_takes_the_place)
{
	struct place place;
	struct child child = serve("echo", NET_V4, &place, WORDS("-m", "2"));
	int a = peer_connect(&place), b = peer_connect(&place), c = peer_connect(&place);

	peer_send(a, "a");
	peer_send(b, "b");
	peer_send(c, "c");
	peer_expect(a, "a");
	peer_expect(b, "b");
	peer_expect_nothing(c, 0.1);
	close(a);
	peer_expect(c, "c");
	close(b);
	close(c);
	end(&child, SIGTERM);
}

Test(echo_serve, after_max_accepts_it_ends_with_success)
{
	struct place place;
	struct child child = serve("echo", NET_V4, &place, WORDS("--max-accepts", "2", "--stats"));
	int a = peer_connect(&place), b = peer_connect(&place);

	peer_send(a, "a");
	peer_expect(a, "a");
	peer_send(b, "b");
	peer_expect(b, "b");
	close(a);
	close(b);
	child_expect(&child, 0);
	child_says(&child, "clients: 2 came, 0 here, at most 2 at once; received 2 bytes, sent 2 "
	                   "bytes\n");
}

Test(echo_serve, an_idle_client_is_closed_and_that_is_told)
{
	struct place place;
	struct child child = serve("echo", NET_V4, &place, WORDS("-v", "-i", "50ms"));
	int fd = peer_connect(&place);

	peer_send(fd, "x");
	peer_expect(fd, "x");
	peer_expect_end(fd);
	close(fd);
	child_await_err(&child, "client 1: closed (cut by --idle-timeout): received 1 byte, sent 1 "
	                        "byte, in ");
	end(&child, SIGTERM);
}

Test(echo_serve, usr1_tells_the_totals)
{
	struct place place;
	struct child child = serve("echo", NET_V4, &place, NULL);
	int fd = peer_connect(&place);

	peer_send(fd, "hello");
	peer_expect(fd, "hello");
	child_signal(&child, SIGUSR1);
	child_await_err(&child,
	                "clients: 1 came, 1 here, at most 1 at once; received 5 bytes, sent 5 "
	                "bytes");
	peer_send(fd, "again");
	peer_expect(fd, "again");
	close(fd);
	end(&child, SIGHUP);
}

Test(echo_serve, an_idle_client_holds_no_end_up)
{
	struct place place;
	struct child child = serve("echo", NET_V4, &place, WORDS("--drain", "60s"));
	int fd = peer_connect(&place);

	peer_send(fd, "x");
	peer_expect(fd, "x");
	end(&child, SIGTERM);
	cr_assert(child.seconds < 30);
	peer_expect_end(fd);
	close(fd);
}

Test(echo_serve, threads_serve_alike)
{
	struct place place;
	struct child child = serve("echo", NET_V4, &place, WORDS("--threads", "4", "--stats"));
	int fds[40];

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = peer_connect(&place);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		peer_send(fds[i], "hello");
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		peer_expect(fds[i], "hello");
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	end(&child, SIGTERM);
	child_says(&child, "clients: 40 came");
}

Test(echo_serve, a_descriptor_hears_when_it_is_ready)
{
	struct place place = place_any(NET_UNIX);
	struct child child = child_start(&(struct plan){
		.args = WORDS("echo-serve", "--ready-fd", "1", place.word),
		.out = { .kind = END_PIPE },
	});
	struct pollfd out = { .fd = child.out, .events = POLLIN };
	char line[2];

	cr_assert_eq(poll(&out, 1, 20000), 1);
	cr_assert(read(child.out, line, 2) == 1 && line[0] == '\n');
	int fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	/* At once. */
	cr_assert_eq(connect(fd, (struct sockaddr *)&place.address, place.address_size), 0);
	close(fd);
	end(&child, SIGTERM);
}

Test(echo_serve, a_descriptor_that_is_not_open_is_refused_first)
{
	struct child child =
		sockit_expect(WORDS("echo-serve", "--ready-fd", "77", "127.0.0.1:0"), 7);

	child_says(&child, "cannot write to descriptor 77: Bad file descriptor");
	child_silent_about(&child, "listening");
}

Test(echo_serve, clients_are_told_in_json)
{
	const char *file = scratch_path("events");
	struct place place;
	struct child child =
		serve("upper", NET_V4, &place, WORDS("--report", file, "--max-accepts", "1"));
	int fd = peer_connect(&place);

	peer_send(fd, "hello");
	peer_expect(fd, "HELLO");
	close(fd);
	child_expect(&child, 0);
	const char *said = scratch_read(file);
	cr_assert_not_null(strstr(said, "{\"event\":\"accepted\",\"client\":1,\"peer_addr\":"
	                                "\"127.0.0.1\",\"peer_port\":"),
	                   "%s", said);
	cr_assert_not_null(strstr(said, "\"service\":\"upper\"}"), "%s", said);
	cr_assert_not_null(strstr(said, "{\"event\":\"closed\",\"client\":1,\"reason\":\"ended\","
	                                "\"received_bytes\":5,\"sent_bytes\":5,\"time_ms\":"),
	                   "%s", said);
}

/* --trace shows the calls of the lecture, and no more are made for it. */
Test(echo_serve, a_request_costs_two_calls)
{
	struct place place;
	struct child child = serve("echo", NET_V4, &place, WORDS("--trace", "--max-accepts", "1"));
	int fd = peer_connect(&place);

	for (int i = 0; i < 3; i++) {
		peer_send(fd, "hello");
		peer_expect(fd, "hello");
	}
	close(fd);
	child_expect(&child, 0);
	const char *at = strstr(child_err(&child), "accept4(");
	unsigned recvs = 0, sends = 0, others = 0;
	cr_assert_not_null(at);
	for (at = strchr(at, '\n') + 1; *at; at = strchr(at, '\n') + 1) {
		recvs += strncmp(at, "recv(", 5) == 0;
		sends += strncmp(at, "send(", 5) == 0;
		others += strncmp(at, "recv(", 5) != 0 && strncmp(at, "send(", 5) != 0 &&
		          strncmp(at, "close(", 6) != 0;
	}
	cr_assert(recvs == 4 && sends == 3 && others == 0, "%s", child_err(&child));
}

Test(echo_serve, stats_plot_on_a_terminal)
{
	struct place place = place_any(NET_UNIX);
	struct child child = child_start(&(struct plan){
		.args = WORDS("echo-serve", "--stats", place.word),
		.err = { .kind = END_PTY },
	});
	int64_t began = clock_now();

	proc_await_path(&place);
	int fd = peer_connect(&place);
	/* A second has to pass. */
	while (clock_since(began) < 1.5) {
		peer_send(fd, "hello");
		peer_expect(fd, "hello");
		usleep(10000);
	}
	close(fd);
	child_signal(&child, SIGTERM);
	child_await_tty(&child, "bytes, 1 s a block: \u2588");
	child_expect(&child, 128 + SIGTERM);
}
