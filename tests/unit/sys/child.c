/* sys/child, and the signal that a child's end is. */
#include "sys/child.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/unit.h"
#include "harness/fail.h"
#include "sys/process.h"
#include "sys/wait.h"

/* The first child that has ended; waits as a server does. */
static pid_t await_child(int *status)
{
	while (!signals_take_child())
		cr_assert_eq(sys_poll(NULL, 0, NSEC_NEVER), 0);
	return sys_wait_child(status);
}

Test(child, its_end_interrupts_a_wait_and_is_taken_once)
{
	int status = -1;

	/* Whatever it was when the program began. */
	signal(SIGCHLD, SIG_IGN);
	signals_catch();
	signals_catch_children();
	pid_t pid = sys_fork();
	if (pid == 0)
		child_exit(0);
	cr_assert_gt(pid, 0);
	cr_assert_eq(await_child(&status), pid);
	cr_assert_eq(status, 0);
	cr_assert_eq(child_ended_by(status), 0);
	cr_assert_eq(sys_wait_child(&status), -ECHILD);
	cr_assert_not(signals_take_child());
}

Test(child, it_is_known_what_ended_it)
{
	int status;

	signals_catch();
	signals_catch_children();
	pid_t pid = sys_fork();
	if (pid == 0)
		child_exit(3);
	cr_assert_eq(await_child(&status), pid);
	cr_assert_neq(status, 0);
	cr_assert_eq(child_ended_by(status), 0);
	pid = sys_fork();
	if (pid == 0)
		for (;;)
			pause();
	cr_assert_eq(sys_wait_child(&status), 0, "it lives");
	cr_assert_eq(sys_kill(pid, SIGKILL), 0);
	cr_assert_eq(await_child(&status), pid);
	cr_assert_eq(child_ended_by(status), SIGKILL);
	cr_assert_eq(sys_kill(pid, SIGKILL), -ESRCH);
}
