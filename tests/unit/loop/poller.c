/* loop/poller: the one for few and the one for many, epoll or poll, say the same. */
#include "loop/poller.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"

static struct poller *begin(const struct poller_kind *kind)
{
	int error = 0;
	struct poller *p = kind->make(&error);

	cr_assert_not_null(p);
	return p;
}

static void for_both(void (*check)(const struct poller_kind *kind))
{
	check(&poller_poll);
	if (poller_of_many != &poller_poll)
		check(poller_of_many);
}

/* What P says of DATA within no time. */
static unsigned look(struct poller *p, const void *data)
{
	struct poller_event events[8];
	int count = p->kind->wait(p, events, 8, 0);

	cr_assert(count >= 0);
	for (int i = 0; i < count; i++)
		if (events[i].data == data)
			return events[i].ready;
	return 0;
}

Test(poller, is_one_of_the_two)
{
	cr_assert(strcmp(poller_built_in, "poller: epoll") == 0 ||
	          strcmp(poller_built_in, "poller: poll") == 0);
}

static void tells_readiness_as_long_as_it_lasts(const struct poller_kind *kind)
{
	struct poller *p = begin(kind);
	int ends[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	cr_assert_eq(kind->add(p, ends[0], READY_IN, ends), 0);
	cr_assert_eq(look(p, ends), 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	cr_assert_eq(look(p, ends), READY_IN);
	cr_assert_eq(look(p, ends), READY_IN);
	cr_assert_eq(kind->change(p, ends[0], READY_OUT, ends), 0);
	cr_assert_eq(look(p, ends), READY_OUT);
	cr_assert_eq(kind->change(p, ends[0], READY_IN | READY_OUT, &ends[1]), 0);
	cr_assert_eq(look(p, &ends[1]), READY_IN | READY_OUT);
	cr_assert_eq(kind->change(p, ends[0], 0, ends), 0);
	cr_assert_eq(look(p, ends), 0);
	close(ends[1]);
	cr_assert(look(p, ends) & READY_TROUBLE);
	kind->remove(p, ends[0]);
	cr_assert_eq(look(p, ends), 0);
	kind->free(p);
	close(ends[0]);
}

Test(poller, tells_readiness_as_long_as_it_lasts)
{
	for_both(tells_readiness_as_long_as_it_lasts);
}

static void a_pipe_whose_reader_left_is_in_trouble(const struct poller_kind *kind)
{
	struct poller *p = begin(kind);
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	cr_assert_eq(kind->add(p, ends[1], 0, ends), 0);
	cr_assert_eq(look(p, ends), 0);
	close(ends[0]);
	cr_assert(look(p, ends) & READY_TROUBLE);
	kind->free(p);
}

Test(poller, a_pipe_whose_reader_left_is_in_trouble)
{
	for_both(a_pipe_whose_reader_left_is_in_trouble);
}

static void waits_for_its_time_and_not_less(const struct poller_kind *kind)
{
	struct poller *p = begin(kind);
	struct poller_event event;
	int64_t began = clock_now();

	cr_assert_eq(kind->wait(p, &event, 1, 20 * NSEC_PER_MSEC + 300), 0);
	cr_assert(clock_since(began) >= 0.02);
	cr_assert(clock_since(began) < 1);
	kind->free(p);
}

Test(poller, waits_for_its_time_and_not_less)
{
	for_both(waits_for_its_time_and_not_less);
}

static void gives_no_more_events_than_there_is_room_for(const struct poller_kind *kind)
{
	enum { MANY = 20 };
	struct poller *p = begin(kind);
	int ends[2], data[MANY];

	for (int i = 0; i < MANY; i++) {
		must(pipe2(ends, O_CLOEXEC), "pipe2");
		cr_assert_eq(kind->add(p, ends[1], READY_OUT, &data[i]), 0);
	}
	for (size_t size = 1; size < MANY + 5; size++) {
		struct poller_event events[MANY + 5] = { 0 };
		int count = kind->wait(p, events, size, 0);

		cr_assert_eq(count, size < MANY ? (int)size : MANY);
		for (size_t i = size; i < MANY + 5; i++)
			cr_assert_null(events[i].data);
	}
	kind->free(p);
}

Test(poller, gives_no_more_events_than_there_is_room_for)
{
	for_both(gives_no_more_events_than_there_is_room_for);
}

/* Those that did not fit come with the next waits, though the first are still ready. */
static void none_of_many_waits_for_ever(const struct poller_kind *kind)
{
	enum { MANY = 20, SIZE = 3 };
	struct poller *p = begin(kind);
	int ends[2], seen[MANY] = { 0 };

	for (int i = 0; i < MANY; i++) {
		must(pipe2(ends, O_CLOEXEC), "pipe2");
		cr_assert_eq(kind->add(p, ends[1], READY_OUT, &seen[i]), 0);
	}
	for (int taken = 0; taken < 2 * MANY; taken += SIZE) {
		struct poller_event events[SIZE];

		cr_assert_eq(kind->wait(p, events, SIZE, 0), SIZE);
		for (int i = 0; i < SIZE; i++)
			++*(int *)events[i].data;
	}
	for (int i = 0; i < MANY; i++)
		cr_assert(seen[i] > 0, "the one of number %d was told %d times", i, seen[i]);
	kind->free(p);
}

Test(poller, none_of_many_waits_for_ever)
{
	for_both(none_of_many_waits_for_ever);
}

static void one_can_be_removed_from_among_many(const struct poller_kind *kind)
{
	enum { MANY = 9 };
	struct poller *p = begin(kind);
	int ends[MANY][2];

	for (int i = 0; i < MANY; i++) {
		must(pipe2(ends[i], O_CLOEXEC), "pipe2");
		cr_assert_eq(kind->add(p, ends[i][1], READY_OUT, ends[i]), 0);
	}
	for (int i = 0; i < MANY; i += 2)
		kind->remove(p, ends[i][1]);
	/* The second time nothing is there: nothing happens. */
	kind->remove(p, ends[0][1]);
	struct poller_event events[MANY];
	cr_assert_eq(kind->wait(p, events, MANY, 0), MANY / 2);
	for (int i = 0; i < MANY; i++)
		cr_assert_eq(look(p, ends[i]), i % 2 ? READY_OUT : 0);
	kind->free(p);
}

Test(poller, one_can_be_removed_from_among_many)
{
	for_both(one_can_be_removed_from_among_many);
}

/* Whoever came first is told first, whoever else was told before, or is gone. */
static void tells_in_order(const struct poller_kind *kind)
{
	enum { MANY = 4 };
	struct poller *p = begin(kind);
	struct poller_event events[MANY];
	int ends[MANY][2];

	for (int i = 0; i < MANY; i++) {
		must(pipe2(ends[i], O_CLOEXEC), "pipe2");
		cr_assert_eq(kind->add(p, ends[i][0], READY_IN, ends[i]), 0);
		cr_assert_eq(write(ends[i][1], "x", 1), 1);
		cr_assert_eq(kind->wait(p, events, MANY, 0), i + 1);
		cr_assert_eq(events[0].data, ends[0]);
		cr_assert_eq(events[i].data, ends[i]);
	}
	kind->remove(p, ends[0][0]);
	cr_assert_eq(kind->wait(p, events, MANY, 0), MANY - 1);
	for (int i = 1; i < MANY; i++)
		cr_assert_eq(events[i - 1].data, ends[i]);
	kind->free(p);
}

Test(poller, tells_in_order)
{
	for_both(tells_in_order);
}
