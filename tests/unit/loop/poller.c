/* loop/poller: the one that is linked, epoll or poll, says the same. */
#include "loop/poller.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"

static struct poller *begin(void)
{
	int error = 0;
	struct poller *p = poller_new(&error);

	cr_assert_not_null(p);
	return p;
}

/* What P says of DATA within no time. */
static unsigned look(struct poller *p, const void *data)
{
	struct poller_event events[8];
	int count = poller_wait(p, events, 8, 0);

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

Test(poller, tells_readiness_as_long_as_it_lasts)
{
	struct poller *p = begin();
	int ends[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	cr_assert_eq(poller_add(p, ends[0], READY_IN, ends), 0);
	cr_assert_eq(look(p, ends), 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	cr_assert_eq(look(p, ends), READY_IN);
	cr_assert_eq(look(p, ends), READY_IN);
	cr_assert_eq(poller_change(p, ends[0], READY_OUT, ends), 0);
	cr_assert_eq(look(p, ends), READY_OUT);
	cr_assert_eq(poller_change(p, ends[0], READY_IN | READY_OUT, &ends[1]), 0);
	cr_assert_eq(look(p, &ends[1]), READY_IN | READY_OUT);
	cr_assert_eq(poller_change(p, ends[0], 0, ends), 0);
	cr_assert_eq(look(p, ends), 0);
	close(ends[1]);
	cr_assert(look(p, ends) & READY_TROUBLE);
	poller_remove(p, ends[0]);
	cr_assert_eq(look(p, ends), 0);
	poller_free(p);
	close(ends[0]);
}

Test(poller, a_pipe_whose_reader_left_is_in_trouble)
{
	struct poller *p = begin();
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	cr_assert_eq(poller_add(p, ends[1], 0, ends), 0);
	cr_assert_eq(look(p, ends), 0);
	close(ends[0]);
	cr_assert(look(p, ends) & READY_TROUBLE);
	poller_free(p);
}

Test(poller, waits_for_its_time_and_not_less)
{
	struct poller *p = begin();
	struct poller_event event;
	int64_t began = clock_now();

	cr_assert_eq(poller_wait(p, &event, 1, 20 * NSEC_PER_MSEC + 300), 0);
	cr_assert(clock_since(began) >= 0.02);
	cr_assert(clock_since(began) < 1);
	poller_free(p);
}

Test(poller, gives_no_more_events_than_there_is_room_for)
{
	enum { MANY = 20 };
	struct poller *p = begin();
	int ends[2], data[MANY];

	for (int i = 0; i < MANY; i++) {
		must(pipe2(ends, O_CLOEXEC), "pipe2");
		cr_assert_eq(poller_add(p, ends[1], READY_OUT, &data[i]), 0);
	}
	for (size_t size = 1; size < MANY + 5; size++) {
		struct poller_event events[MANY + 5] = { 0 };
		int count = poller_wait(p, events, size, 0);

		cr_assert_eq(count, size < MANY ? (int)size : MANY);
		for (size_t i = size; i < MANY + 5; i++)
			cr_assert_null(events[i].data);
	}
	poller_free(p);
}

/* Those that did not fit come with the next waits, though the first are still ready. */
Test(poller, none_of_many_waits_for_ever)
{
	enum { MANY = 20, SIZE = 3 };
	struct poller *p = begin();
	int ends[2], seen[MANY] = { 0 };

	for (int i = 0; i < MANY; i++) {
		must(pipe2(ends, O_CLOEXEC), "pipe2");
		cr_assert_eq(poller_add(p, ends[1], READY_OUT, &seen[i]), 0);
	}
	for (int taken = 0; taken < 2 * MANY; taken += SIZE) {
		struct poller_event events[SIZE];

		cr_assert_eq(poller_wait(p, events, SIZE, 0), SIZE);
		for (int i = 0; i < SIZE; i++)
			++*(int *)events[i].data;
	}
	for (int i = 0; i < MANY; i++)
		cr_assert(seen[i] > 0, "the one of number %d was told %d times", i, seen[i]);
	poller_free(p);
}

Test(poller, one_can_be_removed_from_among_many)
{
	enum { MANY = 9 };
	struct poller *p = begin();
	int ends[MANY][2];

	for (int i = 0; i < MANY; i++) {
		must(pipe2(ends[i], O_CLOEXEC), "pipe2");
		cr_assert_eq(poller_add(p, ends[i][1], READY_OUT, ends[i]), 0);
	}
	for (int i = 0; i < MANY; i += 2)
		poller_remove(p, ends[i][1]);
	/* The second time nothing is there: nothing happens. */
	poller_remove(p, ends[0][1]);
	struct poller_event events[MANY];
	cr_assert_eq(poller_wait(p, events, MANY, 0), MANY / 2);
	for (int i = 0; i < MANY; i++)
		cr_assert_eq(look(p, ends[i]), i % 2 ? READY_OUT : 0);
	poller_free(p);
}
