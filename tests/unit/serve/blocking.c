/* The models with blocking sockets: who waits for whom, limits, ends, and calls that fail. */
#include "serve/blocking.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness/child.h"
#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "unit/serve/stage.h"

static const struct model *const models[] = { &model_iterative, &model_fork, &model_thread };
/* Those that serve many at once. */
static const struct model *const many[] = { &model_fork, &model_thread };

Test(blocking, each_model_answers_over_each_net)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		for (enum net net = 0; net < NET_COUNT; net++) {
			struct stage *s =
				stage_start(&(struct stage_plan){ .model = models[i], .net = net });
			int fd = stage_client(s, "hello");

			stage_echo(fd, "once more");
			peer_shut(fd);
			peer_expect_end(fd);
			close(fd);
			stage_end(s);
		}
}

Test(blocking, the_second_client_of_an_iterative_server_waits_for_the_first_to_go)
{
	struct stage *s = stage_start(&(struct stage_plan){ .model = &model_iterative });
	int first = stage_client(s, "a"), second = peer_connect(&s->place);

	peer_send(second, "b");
	peer_await_acknowledged(second);
	/* It is there and has asked, but the first is answered, again and again. */
	for (int i = 0; i < 10; i++)
		stage_echo(first, "a");
	cr_assert_not(peer_poll(second, POLLIN, clock_now()));
	close(first);
	peer_expect(second, "b");
	close(second);
	stage_end(s);
	lines_in_order(s->said, WORDS("connection from", "closed", "connection from", "closed"));
}

Test(blocking, the_second_client_of_the_others_does_not_wait)
{
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		struct stage *s = stage_start(&(struct stage_plan){ .model = many[i] });
		int first = stage_client(s, "a"), second = stage_client(s, "b");

		stage_echo(first, "a");
		close(first);
		close(second);
		stage_end(s);
		lines_in_order(s->said,
		               WORDS("connection from", "connection from", "closed", "closed"));
	}
}

struct held {
	const struct stage *stage;
	unsigned descriptors;
};

static bool has_descriptors(void *arg)
{
	const struct held *h = arg;

	return stage_descriptors(h->stage) == h->descriptors;
}

Test(blocking, a_process_for_each_client_and_no_zombies)
{
	struct stage *s = stage_start(&(struct stage_plan){ .model = &model_fork });
	int fds[8];

	close(stage_client(s, "x"));
	stage_await(s, "closed");
	stage_await_children(s, 0);
	unsigned before = stage_descriptors(s);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = stage_client(s, "x");
	stage_await_children(s, ARRAY_LEN(fds));
	cr_assert(clock_watch(has_descriptors, &(struct held){ s, before }, clock_after(PATIENCE)),
	          "the parent keeps none of its clients'");
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	stage_await_children(s, 0);
	cr_assert_eq(s->counts->totals.now, 0);
	cr_assert_eq(s->counts->totals.peak, ARRAY_LEN(fds));
	cr_assert_eq(s->counts->totals.clients, ARRAY_LEN(fds) + 1);
	cr_assert_eq(s->counts->totals.sent_bytes, ARRAY_LEN(fds) + 1);
	stage_end(s);
}

static bool one_thread(void *arg)
{
	return stage_threads(arg) == 1;
}

Test(blocking, a_thread_for_each_client)
{
	struct stage *s = stage_start(&(struct stage_plan){ .model = &model_thread });
	int fds[8];

	close(stage_client(s, "x"));
	stage_await(s, "closed");
	cr_assert(clock_watch(one_thread, s, clock_after(PATIENCE)));
	unsigned before = stage_descriptors(s);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = stage_client(s, "x");
	cr_assert_eq(stage_threads(s), ARRAY_LEN(fds) + 1);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	cr_assert(clock_watch(one_thread, s, clock_after(PATIENCE)));
	cr_assert_eq(stage_descriptors(s), before);
	cr_assert_eq(s->counts->totals.now, 0);
	cr_assert_eq(s->counts->totals.peak, ARRAY_LEN(fds));
	stage_end(s);
}

Test(blocking, at_the_limit_clients_wait_in_the_queue)
{
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		struct stage *s =
			stage_start(&(struct stage_plan){ .model = many[i], .max_conns = 2 });
		int a = stage_client(s, "a"), b = stage_client(s, "b");
		int third = peer_connect(&s->place);

		peer_send(third, "c");
		peer_await_acknowledged(third);
		for (int k = 0; k < 10; k++)
			stage_echo(a, "a");
		cr_assert_not(peer_poll(third, POLLIN, clock_now()));
		close(b);
		peer_expect(third, "c");
		stage_echo(a, "a");
		cr_assert_eq(s->counts->totals.peak, 2);
		close(a);
		close(third);
		stage_end(s);
	}
}

Test(blocking, after_max_accepts_those_are_served_and_that_is_all)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct stage *s =
			stage_start(&(struct stage_plan){ .model = models[i], .max_accepts = 1 });
		int fd = stage_client(s, "a");

		stage_echo(fd, "b");
		peer_shut(fd);
		peer_expect_end(fd);
		stage_expect(s, 0);
	}
}

Test(blocking, an_idle_client_is_closed)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct stage *s = stage_start(&(struct stage_plan){
			.model = models[i], .idle_timeout = 50 * NSEC_PER_MSEC });
		int fd = stage_client(s, "a");

		peer_expect_end(fd);
		stage_await(s, "closed (cut by --idle-timeout)");
		stage_end(s);
	}
}

Test(blocking, a_signal_ends_it_although_a_client_is_idle)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct stage *s = stage_start(&(struct stage_plan){ .model = models[i] });
		int fd = stage_client(s, "a");
		int64_t start = clock_now();

		stage_end(s);
		cr_assert_lt(clock_since(start), 4.0);
		peer_expect_end(fd);
	}
}

static enum service_next name_step(void *state, struct service_turn *turn)
{
	(void)state;
	if (!turn->name)
		return SERVICE_NAME;
	turn->give = (const uint8_t *)(turn->name[0] ? "a name" : "no name");
	turn->give_len = strlen((const char *)turn->give);
	return SERVICE_END;
}

static const struct service service_name = {
	.name = "name",
	.over = SERVICE_STREAM,
	.step = name_step,
};

static void is_told(const struct model *model, enum net net, nsec_t late, const char *answer)
{
	struct stage *s = stage_start(&(struct stage_plan){ .model = model,
	                                                    .service = &service_name,
	                                                    .net = net,
	                                                    .op = SYS_GETNAMEINFO,
	                                                    .late = late });
	int fd = peer_connect(&s->place);

	peer_expect(fd, answer);
	peer_shut(fd);
	peer_expect_end(fd);
	close(fd);
	stage_end(s);
}

Test(blocking, a_service_is_told_its_clients_name)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		is_told(models[i], NET_V4, 0, "a name");
		is_told(models[i], NET_UNIX, 0, "no name");
	}
}

Test(blocking, a_name_is_not_waited_for_longer_than_a_second)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		int64_t start = clock_now();

		is_told(models[i], NET_V4, 5 * NSEC_PER_SEC, "no name");
		cr_assert_lt(clock_since(start), 4.5);
	}
}
