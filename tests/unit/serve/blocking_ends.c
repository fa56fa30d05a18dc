/*
 * The models with blocking sockets when they are told to end: what clients are owed, and who does
 * not go.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/child.h"
#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "unit/serve/stage.h"

static const struct model *const models[] = { &model_iterative, &model_fork, &model_thread };
static const struct model *const many[] = { &model_fork, &model_thread };

enum { CLIENTS = 20, CHUNK = 65536 };

/*
 * Send until nothing more fits for so many SECONDS, and read nothing of the answers, some of which
 * are there.
 */
static void stuff(int fd, const struct data *data, double seconds)
{
	static unsigned char chunk[CHUNK];
	uint64_t sent = 0;

	while (peer_poll(fd, POLLOUT, clock_after(seconds))) {
		data_fill(data, sent, chunk, sizeof chunk);
		sent += (uint64_t)must((int)send(fd, chunk, sizeof chunk, MSG_NOSIGNAL), "send");
	}
	peer_await_unread(fd, CHUNK);
}

/* What comes until the end is how DATA begins: so much. */
static uint64_t drink(int fd, const struct data *data)
{
	static unsigned char chunk[CHUNK];
	int64_t deadline = clock_after(PATIENCE);
	uint64_t got = 0;

	while (peer_poll(fd, POLLIN, deadline)) {
		ssize_t n = recv(fd, chunk, sizeof chunk, 0);

		if (n == 0)
			return got;
		must((int)n, "recv");
		cr_assert_eq(data_compare(data, got, chunk, (size_t)n), (size_t)n);
		got += (uint64_t)n;
	}
	fail("no end came");
}

static void loses_nothing(const struct model *model, enum net net, unsigned count, double pause)
{
	struct stage *s = stage_start(
		&(struct stage_plan){ .model = model, .net = net, .drain = 15 * NSEC_PER_SEC });
	struct data data = data_binary(1, UINT64_MAX);
	uint64_t got = 0;
	int fds[CLIENTS];

	for (unsigned i = 0; i < count; i++) {
		fds[i] = peer_connect(&s->place);
		stuff(fds[i], &data, 0);
	}
	must(kill(s->pid, SIGTERM), "kill");
	/* They take their time, which is not over yet. */
	clock_pause(pause);
	for (unsigned i = 0; i < count; i++) {
		got += drink(fds[i], &data);
		close(fds[i]);
	}
	stage_expect(s, 128 + SIGTERM);
	cr_assert_eq(got, s->counts->totals.sent_bytes, "%s: all that was sent has come",
	             model->name);
	cr_assert_eq(got, s->counts->totals.received_bytes, "%s: all that was read was answered",
	             model->name);
}

Test(blocking_ends, a_signal_costs_no_client_a_byte_that_it_is_owed)
{
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		loses_nothing(many[i], NET_V4, CLIENTS, 0.5);
		loses_nothing(many[i], NET_UNIX, CLIENTS, 0);
	}
	loses_nothing(&model_iterative, NET_V4, 1, 2.5);
	loses_nothing(&model_iterative, NET_UNIX, 1, 0);
}

/*
 * A client that reads nothing, so that the server has to wait for room, of which a Unix socket has
 * no more than it says.
 */
static int deaf_client(const struct stage *s)
{
	struct data data = data_binary(1, UINT64_MAX);
	int fd = peer_connect(&s->place);

	stuff(fd, &data, 0.3);
	return fd;
}

Test(blocking_ends, a_client_that_does_not_read_is_cut_when_the_drain_is_over)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct stage *s = stage_start(&(struct stage_plan){
			.model = models[i], .net = NET_UNIX, .drain = 100 * NSEC_PER_MSEC });
		int fd = deaf_client(s);
		int64_t start = clock_now();
		stage_end(s);
		cr_assert_lt(clock_since(start), 4.0);
		cr_assert(strstr(s->said, "closed (cut by --drain)"), "%s: %s", models[i]->name,
		          s->said);
		close(fd);
	}
}

Test(blocking_ends, a_second_signal_ends_it_at_once)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct stage *s = stage_start(&(struct stage_plan){
			.model = models[i], .net = NET_UNIX, .drain = 60 * NSEC_PER_SEC });
		int fd = deaf_client(s);
		int64_t start = clock_now();

		must(kill(s->pid, SIGTERM), "kill");
		must(kill(s->pid, SIGINT), "kill");
		stage_expect(s, 128 + SIGTERM);
		cr_assert_lt(clock_since(start), 10.0);
		close(fd);
	}
}

static pid_t only_child(struct stage *s)
{
	unsigned zombies;
	pid_t child;

	stage_await_children(s, 1);
	cr_assert_eq(stage_children(s, &zombies, &child), 1);
	return child;
}

Test(blocking_ends, a_client_whose_process_is_killed_is_told_of_and_counted)
{
	struct stage *s = stage_start(&(struct stage_plan){ .model = &model_fork });
	int fd = stage_client(s, "a");

	must(kill(only_child(s), SIGKILL), "kill");
	peer_expect_end(fd);
	stage_await(s, "closed (its process was ended by signal 9)");
	stage_await_children(s, 0);
	cr_assert_eq(s->counts->totals.now, 0);
	close(stage_client(s, "b"));
	stage_end(s);
}

Test(blocking_ends, one_process_ends_when_it_is_told_to_and_the_others_go_on)
{
	struct stage *s = stage_start(&(struct stage_plan){ .model = &model_fork });
	int first = stage_client(s, "a");

	must(kill(only_child(s), SIGTERM), "kill");
	peer_expect_end(first);
	close(stage_client(s, "b"));
	stage_end(s);
}
