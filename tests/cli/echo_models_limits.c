/*
 * echo-serve in every model: what is shown of it, few descriptors, signals, and what is left at the
 * end.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/echo_serve.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/sockit.h"

static const char *const models[] = { ECHO_SERVE_MODELS };
static const char *const many[] = { ECHO_SERVE_MANY };

static void echoes(int fd, const char *text)
{
	peer_send(fd, text);
	peer_expect(fd, text);
}

static int client(const struct place *place, const char *text)
{
	int fd = peer_connect(place);

	echoes(fd, text);
	return fd;
}

/* One client that comes, says something and goes, with --trace. */
static struct child traced(const char *model)
{
	struct plan plan = { .args = WORDS("--model", model, "--trace=explain", "--max-accepts",
		                           "1") };
	struct place place;
	struct child server = echo_serve_plan(&plan, NET_V4, &place);
	int fd = client(&place, "hello");

	peer_shut(fd);
	peer_expect_end(fd);
	close(fd);
	echo_serve_expect(&server, 0);
	return server;
}

Test(echo_models_limits, an_iterative_server_makes_the_classic_calls)
{
	struct child server = traced("iterative");

	lines_in_order(child_err(&server),
	               WORDS("socket(AF_INET, SOCK_STREAM", "bind(", "listen(", "fcntl(",
	                     "accept4(", "read(", "write(", "read(", "close("));
	child_says(&server, ", SOCK_CLOEXEC) = ");
	child_says(&server, "F_SETFL, O_RDWR) = 0");
	child_silent_about(&server, "MSG_DONTWAIT");
	child_silent_about(&server, "fork(");
}

Test(echo_models_limits, a_forking_server_forks_and_reaps)
{
	struct child server = traced("fork");
	const char *said = child_err(&server);

	lines_in_order(said, WORDS("accept4(", "fork() = 0", "read(", "write(", "waitpid("));
	cr_assert_eq(count_of(said, "fork() = "), 2, "it returns twice: %s", said);
	child_says(&server, "waitpid(-1, [exit 0], WNOHANG) = ");
}

Test(echo_models_limits, a_threading_server_starts_a_thread)
{
	struct child server = traced("thread");

	lines_in_order(child_err(&server), WORDS("accept4(", "pthread_create() = 0"));
	lines_in_order(child_err(&server), WORDS("accept4(", "read(", "write(", "read("));
}

Test(echo_models_limits, whom_an_iterative_server_lets_wait_the_others_serve)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct plan plan = { .args = WORDS("--model", models[i], "-v") };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_V4, &place);
		int first = client(&place, "a"), second = peer_connect(&place);
		bool waits = strcmp(models[i], "iterative") == 0;

		peer_send(second, "b");
		if (!waits)
			peer_expect(second, "b");
		close(first);
		if (waits)
			peer_expect(second, "b");
		close(second);
		echo_serve_end(&server);
		if (waits)
			lines_in_order(child_err(&server),
			               WORDS("client 1: connection", "client 1: closed",
			                     "client 2: connection", "client 2: closed"));
		else
			lines_in_order(child_err(&server),
			               WORDS("client 1: connection", "client 2: connection",
			                     "client 1: closed"));
	}
}

enum { FDS = 64, CLIENTS = 200 };

/*
 * Of CLIENTS that have each asked something, close those that are answered, one after the other,
 * until all were. FIRST goes on being served.
 */
static void serve_all(int fds[CLIENTS], int first, struct child *server)
{
	int64_t deadline = clock_after(PATIENCE);
	unsigned left = CLIENTS;

	while (left > 0) {
		if (clock_now() > deadline)
			child_blame(server, "%u clients are not served", left);
		for (int i = 0; i < CLIENTS; i++) {
			if (fds[i] < 0 || !peer_poll(fds[i], POLLIN, clock_now()))
				continue;
			peer_expect(fds[i], "x");
			close(fds[i]);
			fds[i] = -1;
			left--;
		}
		if (first >= 0)
			echoes(first, "y");
	}
}

static void few_descriptors(const char *model)
{
	bool iterative = strcmp(model, "iterative") == 0;
	struct plan plan = {
		.args = WORDS("--model", model, iterative ? NULL : "-m1000"),
		.max_fds = FDS,
	};
	struct place place;
	struct child server = echo_serve_plan(&plan, NET_V4, &place);
	int first = client(&place, "y"), fds[CLIENTS];

	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = peer_connect(&place);
		peer_send(fds[i], "x");
	}
	/* Who keeps none of them open runs out of nothing. */
	if (!iterative && strcmp(model, "fork") != 0)
		child_await_err(&server, "cannot accept a connection: Too many open files");
	proc_await_idle(server.pid);
	double before = proc_cpu_seconds(server.pid);
	for (int i = 0; i < 10; i++)
		echoes(first, "y");
	clock_pause(0.5);
	double used = proc_cpu_seconds(server.pid) - before;
	if (iterative)
		close(first);
	serve_all(fds, iterative ? -1 : first, &server);
	if (used > 0.1)
		child_blame(&server, "%s: %.2f s of CPU for nothing", model, used);
	if (count_of(child_err(&server), "cannot accept") > 3)
		child_blame(&server, "it says it again and again");
	if (!iterative)
		close(first);
	echo_serve_end(&server);
}

Test(echo_models_limits, few_descriptors_in_event)
{
	few_descriptors("event");
}

Test(echo_models_limits, few_descriptors_in_thread)
{
	few_descriptors("thread");
}

Test(echo_models_limits, few_descriptors_in_fork)
{
	few_descriptors("fork");
}

Test(echo_models_limits, few_descriptors_in_iterative)
{
	few_descriptors("iterative");
}

/* The totals, whatever it is doing: waiting for anybody, or for the one client it has. */
Test(echo_models_limits, usr1_tells_the_totals)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct plan plan = { .args = WORDS("--model", models[i]) };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_V4, &place);
		int fd = client(&place, "a");

		child_signal(&server, SIGUSR1);
		child_await_err(&server, "clients: 1 came, 1 here, at most 1 at once");
		echoes(fd, "b");
		peer_shut(fd);
		peer_expect_end(fd);
		close(fd);
		close(client(&place, "c"));
		child_signal(&server, SIGUSR1);
		child_await_err(&server, "clients: 2 came, ");
		echo_serve_end(&server);
		cr_assert_eq(count_of(child_err(&server), "clients: "), 2, "%s",
		             child_err(&server));
	}
}

Test(echo_models_limits, everybody_tells_whole_lines)
{
	enum { COUNT = 40 };

	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		struct plan plan = { .args = WORDS("--model", many[i], "--json") };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_V4, &place);
		int fds[COUNT];

		for (int k = 0; k < COUNT; k++)
			fds[k] = client(&place, "a");
		for (int k = 0; k < COUNT; k++)
			close(fds[k]);
		for (int k = 0; k < COUNT; k++)
			close(client(&place, "b"));
		echo_serve_end(&server);
		json_t *events = events_parse(child_err(&server));
		unsigned seen = 0;
		for (json_int_t id = 1; id <= 2 * COUNT; id++) {
			size_t at;
			json_t *event;

			json_array_foreach(
				events, at,
				event) if (json_integer_value(json_object_get(event, "client")) ==
			                   id) seen++;
		}
		cr_assert_eq(seen, 4 * COUNT, "%s: %u", many[i], seen);
		json_decref(events);
	}
}

Test(echo_models_limits, a_terminal_sends_its_signal_to_all_and_all_end)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct plan plan = { .args = WORDS("--model", models[i]) };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_V4, &place);
		int fd = client(&place, "a");

		child_signal(&server, SIGINT);
		echo_serve_expect(&server, 128 + SIGINT);
		peer_expect_end(fd);
		close(fd);
	}
}

static pid_t first_process_of(pid_t pid)
{
	char path[64];
	int first = 0;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	FILE *f = fopen(path, "r");
	cr_assert(f && fscanf(f, "%d", &first) == 1 && first > 0);
	fclose(f);
	return first;
}

/* One that does not even go when it is told to has its time, which is waited for. */
Test(echo_models_limits, a_child_that_does_not_go_is_killed_and_costs_nothing)
{
	struct place place;
	struct child child = sockit_listen_with(
		"echo-serve", &(struct plan){ .args = WORDS("--model", "fork", "--drain", "0") },
		NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "x");
	peer_expect(fd, "x");
	must(kill(first_process_of(child.pid), SIGSTOP), "kill");
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	cr_expect_lt(child.usage.ru_utime.tv_usec + child.usage.ru_stime.tv_usec, 200000);
	close(fd);
}

Test(echo_models_limits, a_child_takes_no_socket_file_away)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct plan plan = { .args = WORDS("--model", models[i]) };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_UNIX, &place);

		close(client(&place, "a"));
		close(client(&place, "b"));
		echo_serve_end(&server);
		cr_assert_eq(access(place.host, F_OK), -1, "%s", models[i]);
	}
}
