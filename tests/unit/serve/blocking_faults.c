/*
 * The models with blocking sockets when the operating system refuses: the server stays up, and says
 * so.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "unit/serve/stage.h"

static const struct model *const models[] = { &model_iterative, &model_fork, &model_thread };

/* A client whose connection ends, with or without an answer or a reset. */
static void unlucky_client(const struct stage *s)
{
	int64_t deadline = clock_after(PATIENCE);
	int fd = peer_connect(&s->place);
	char buf[16];
	ssize_t n;

	(void)!send(fd, "a", 1, MSG_NOSIGNAL);
	do {
		if (!peer_poll(fd, POLLIN, deadline))
			fail("it is not let go: %s", s->said);
		n = recv(fd, buf, sizeof buf, 0);
	} while (n > 0);
	close(fd);
}

static void next_is_served(struct stage *s, const char *said)
{
	stage_await(s, said);
	close(stage_client(s, "b"));
	stage_end(s);
	cr_assert_eq(s->counts->totals.now, 0, "%s", s->said);
	cr_assert_eq(s->counts->failed, 1);
}

Test(blocking_faults, accepting_goes_on_after_every_error)
{
	static const int errors[] = { EAGAIN, ECONNABORTED, EPROTO,  EPERM,  ENETDOWN, EHOSTUNREACH,
		                      EMFILE, ENFILE,       ENOBUFS, ENOMEM, EINTR,    EINVAL };

	for (size_t m = 0; m < ARRAY_LEN(models); m++)
		for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
			struct stage *s = stage_start(&(struct stage_plan){ .model = models[m],
			                                                    .op = SYS_ACCEPT4,
			                                                    .error = errors[i],
			                                                    .times = 1 });

			next_is_served(s, "listening on");
		}
}

Test(blocking_faults, a_lack_of_descriptors_is_said_once_and_costs_no_time)
{
	for (size_t m = 0; m < ARRAY_LEN(models); m++) {
		struct stage *s = stage_start(&(struct stage_plan){
			.model = models[m], .op = SYS_ACCEPT4, .error = EMFILE, .times = 3 });

		close(stage_client(s, "a"));
		stage_await(s, "closed");
		cr_assert_eq(s->counts->calls[SYS_ACCEPT4], 4);
		cr_assert_lt(s->counts->calls[SYS_POLL], 20u);
		stage_end(s);
		char *first = strstr(s->said, "cannot accept a connection: Too many open files");
		cr_assert_not_null(first, "%s", s->said);
		cr_assert_null(strstr(first + 1, "cannot accept"), "%s", s->said);
	}
}

/* A policy may let nobody in, and keep who has come in the queue. */
Test(blocking_faults, who_is_refused_again_and_again_is_let_wait)
{
	for (size_t m = 0; m < ARRAY_LEN(models); m++) {
		struct stage *s = stage_start(&(struct stage_plan){
			.model = models[m], .op = SYS_ACCEPT4, .error = EPERM, .times = 1000000 });
		int fd = peer_connect(&s->place);

		stage_await(s, "cannot accept a connection: Operation not permitted");
		unsigned asked = s->counts->calls[SYS_ACCEPT4];
		clock_pause(0.3);
		cr_assert_lt(s->counts->calls[SYS_ACCEPT4], asked + 5u, "it asks again and again");
		close(fd);
		stage_end(s);
	}
}

Test(blocking_faults, who_is_served_hears_nothing_of_a_lack_of_descriptors)
{
	static const struct model *const many[] = { &model_fork, &model_thread };

	for (size_t m = 0; m < ARRAY_LEN(many); m++) {
		struct stage *s = stage_start(&(struct stage_plan){ .model = many[m],
		                                                    .op = SYS_ACCEPT4,
		                                                    .error = EMFILE,
		                                                    .skip = 1,
		                                                    .times = 1000000 });
		int first = stage_client(s, "a"), second = peer_connect(&s->place);

		stage_await(s, "cannot accept");
		for (int i = 0; i < 10; i++)
			stage_echo(first, "a");
		clock_pause(0.5);
		cr_assert_lt(s->counts->calls[SYS_ACCEPT4], 20u, "it asks again and again");
		close(first);
		close(second);
		stage_end(s);
	}
}

struct refusal {
	const struct model *model;
	enum sys_op op;
	int error;
	const char *said;
};

static const struct refusal refusals[] = {
	{ &model_fork, SYS_FORK, EAGAIN, "cannot start a process: Resource temporarily unavail" },
	{ &model_fork, SYS_FORK, ENOMEM, "cannot start a process: Cannot allocate memory" },
	{ &model_fork, SYS_FORK, ENOSYS, "cannot start a process: Function not implemented" },
	{ &model_thread, SYS_THREAD_OF_CLIENT, EAGAIN, "cannot start a thread: Resource temporar" },
	{ &model_thread, SYS_THREAD_OF_CLIENT, ENOMEM,
	  "cannot start a thread: Cannot allocate me" },
	{ &model_thread, SYS_THREAD_OF_CLIENT, EPERM, "cannot start a thread: Operation not per" },
	{ &model_iterative, SYS_SETSOCKOPT, ENOBUFS, "cannot limit its writes: No buffer space" },
	{ &model_fork, SYS_SETSOCKOPT, ENOBUFS, "cannot limit its writes: No buffer space" },
	{ &model_thread, SYS_SETSOCKOPT, ENOBUFS, "cannot limit its writes: No buffer space" },
};

Test(blocking_faults, a_client_that_cannot_be_served_is_closed_and_the_next_is)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct stage *s = stage_start(&(struct stage_plan){
			.model = r->model,
			.op = r->op,
			.error = r->error,
			.skip = r->op == SYS_SETSOCKOPT, /* that of the listener */
			.times = 1 });

		unlucky_client(s);
		next_is_served(s, r->said);
	}
}

Test(blocking_faults, a_client_whose_calls_fail_is_told_of_and_the_next_is_served)
{
	static const struct {
		enum sys_op op;
		int error;
		const char *said;
	} rows[] = {
		{ SYS_READ, ECONNRESET, "closed (Connection reset by peer)" },
		{ SYS_READ, ETIMEDOUT, "closed (Connection timed out)" },
		{ SYS_READ, EIO, "closed (Input/output error)" },
		{ SYS_READ, ENOBUFS, "closed (No buffer space available)" },
		{ SYS_READ, ENOMEM, "closed (Cannot allocate memory)" },
		{ SYS_WRITE, ECONNRESET, "closed (Connection reset by peer)" },
		{ SYS_WRITE, EPIPE, "closed (Connection reset by peer)" },
		{ SYS_WRITE, ENOBUFS, "closed (No buffer space available)" },
		{ SYS_WRITE, ENOMEM, "closed (Cannot allocate memory)" },
		{ SYS_WRITE, EIO, "closed (Input/output error)" },
		{ SYS_WRITE, EHOSTUNREACH, "closed (No route to host)" },
	};

	for (size_t m = 0; m < ARRAY_LEN(models); m++)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			struct stage *s = stage_start(&(struct stage_plan){ .model = models[m],
			                                                    .op = rows[i].op,
			                                                    .error = rows[i].error,
			                                                    .times = 1 });

			unlucky_client(s);
			stage_await(s, rows[i].said);
			close(stage_client(s, "b"));
			stage_end(s);
			cr_assert_eq(s->counts->totals.now, 0, "%s", s->said);
		}
}

Test(blocking_faults, what_only_came_at_a_bad_time_costs_nobody_anything)
{
	static const struct {
		enum sys_op op;
		int error;
	} rows[] = {
		{ SYS_READ, EINTR },   { SYS_READ, EAGAIN }, { SYS_WRITE, EINTR },
		{ SYS_WRITE, EAGAIN }, { SYS_POLL, EINTR },
	};

	for (size_t m = 0; m < ARRAY_LEN(models); m++)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			struct stage *s = stage_start(&(struct stage_plan){ .model = models[m],
			                                                    .op = rows[i].op,
			                                                    .error = rows[i].error,
			                                                    .times = 2 });

			close(stage_client(s, "a"));
			close(stage_client(s, "b"));
			stage_end(s);
			cr_assert_geq(s->counts->failed, 2);
		}
}
