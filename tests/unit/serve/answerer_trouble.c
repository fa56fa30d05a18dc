/* serve/answerer: calls that fail, and in a loop. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/fail.h"
#include "sys/call.h"
#include "unit/serve/answerer_rig.h"

static struct {
	struct sys_observer observer;
	enum sys_op op;
	int error;
	unsigned times, calls;
} fault;

static int fault_before(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op != fault.op)
		return 0;
	fault.calls++;
	if (fault.times == 0)
		return 0;
	fault.times--;
	return fault.error;
}

static void fail_calls(enum sys_op op, int error, unsigned times)
{
	fault.observer.before = fault_before;
	fault.op = op;
	fault.error = error;
	fault.times = times;
	fault.calls = 0;
	sys_observe(&fault.observer);
}

/* Three wait; sending fails once, or for ever. */
Test(answerer_trouble, an_answer_that_cannot_be_sent_is_dropped_and_counted)
{
	static const int errors[] = { EAGAIN, ENOBUFS,      ENOMEM,       EPERM,      EMSGSIZE,
		                      EINVAL, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH };

	rig_begin_one("echo", "udp:127.0.0.1:0");
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		int fd = rig_client(0, NULL);
		/* That of an earlier answer costs none of these. */
		bool old = errors[i] == ECONNREFUSED || errors[i] == EHOSTUNREACH ||
		           errors[i] == ENETUNREACH;

		memset(&totals, 0, sizeof totals);
		dgram_send_text(fd, "1");
		dgram_send_text(fd, "2");
		dgram_send_text(fd, "3");
		fail_calls(SYS_SENDMMSG, errors[i], 1);
		cr_assert_eq(rig_ready(0, 0), 0);
		if (old)
			dgram_expect(fd, "1");
		dgram_expect(fd, "2");
		dgram_expect(fd, "3");
		cr_assert_eq(totals.undelivered_datagrams, !old);
		cr_assert_eq(totals.sent_datagrams, 2 + old);
		fail_calls(SYS_SENDMMSG, errors[i], 1000);
		dgram_send_text(fd, "4");
		dgram_send_text(fd, "5");
		cr_assert_eq(rig_ready(0, 0), 0);
		cr_assert_eq(fault.calls, old ? 4 : 2);
		cr_assert_eq(totals.undelivered_datagrams, !old + 2);
		cr_assert(!rig_has_answer(fd));
		sys_observe(NULL);
		close(fd);
	}
	cr_assert_eq(rig_told("\"event\":\"undelivered\""), 1);
}

Test(answerer_trouble, receiving_that_fails_is_of_the_past_or_of_this_machine)
{
	static const struct {
		int error, result;
	} rows[] = { { EAGAIN, 0 },       { ECONNREFUSED, 0 }, { EHOSTUNREACH, 0 },
		     { ENETUNREACH, 0 },  { ECONNRESET, 0 },   { ENOBUFS, -ENOBUFS },
		     { ENOMEM, -ENOMEM }, { EBADF, -EBADF } };

	rig_begin_one("echo", "udp:127.0.0.1:0");
	int fd = rig_client(0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		dgram_send_text(fd, "x");
		fail_calls(SYS_RECVMMSG, rows[i].error, 1);
		cr_assert_eq(rig_ready(0, 0), rows[i].result, "%d", rows[i].error);
		cr_assert_eq(rig_ready(0, 0), 0);
		dgram_expect(fd, "x");
	}
	sys_observe(NULL);
}

/* ---- In a loop ---- */

static struct watch answered;
static size_t answers, wanted;

static void client_ready(struct watch *watch, unsigned ready_for)
{
	char byte;

	(void)ready_for;
	must((int)recv(watch->fd, &byte, 1, 0), "recv");
	if (++answers == wanted)
		loop_stop(watch->loop);
	else
		dgram_send_text(watch->fd, "x");
}

static void converse(int fd, size_t count)
{
	struct err err;

	answers = 0;
	wanted = count;
	answered = (struct watch){ .fd = fd, .ready = client_ready };
	loop_watch(server.loop, &answered, READY_IN);
	dgram_send_text(fd, "x");
	cr_assert_eq(loop_run(server.loop, &err), 0);
	loop_unwatch(&answered);
}

Test(answerer_trouble, a_loop_sees_to_both_families)
{
	rig_begin_one("echo", "udp:0");
	answerer_watch(answerers[0], server.loop, false);
	for (size_t i = 0; i < 2; i++)
		converse(rig_client(i, NULL), 10);
	cr_assert_eq(totals.sent_datagrams, 20);
	rig_end_one();
}

/* It rests, and does not spin meanwhile. */
Test(answerer_trouble, a_loop_rests_where_memory_is_out_and_goes_on)
{
	rig_begin_one("echo", "udp:127.0.0.1:0");
	answerer_watch(answerers[0], server.loop, false);
	fail_calls(SYS_RECVMMSG, ENOMEM, 2);
	int64_t start = clock_now();
	converse(rig_client(0, NULL), 2);
	cr_assert(fault.calls >= 4 && fault.calls <= 6, "%u", fault.calls);
	cr_assert(clock_since(start) >= 0.4);
	sys_observe(NULL);
	rig_end_one();
}
