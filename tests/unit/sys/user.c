/* sys/user: users and groups by name and number, and becoming one. */
#include "sys/user.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/fail.h"
#include "sys/call.h"

Test(sys_user, by_name_and_by_number)
{
	struct sys_user user;

	cr_assert_eq(sys_user_find("root", NULL, &user), 0);
	cr_assert_eq(user.uid, 0);
	cr_assert_eq(user.gid, 0);
	cr_assert(user.group_count >= 1);
	free(user.groups);
	cr_assert_eq(sys_user_find("0", NULL, &user), 0);
	cr_assert_eq(user.uid, 0);
	free(user.groups);
	cr_assert_eq(sys_user_find("daemon", "0", &user), 0);
	cr_assert_eq(user.uid, 1);
	cr_assert_eq(user.gid, 0);
	cr_assert_eq(user.group_count, 1);
	cr_assert_eq(user.groups[0], 0);
	free(user.groups);
	/* Nobody's number, but somebody's group. */
	cr_assert_eq(sys_user_find("4000000000", "root", &user), 0);
	cr_assert_eq(user.uid, 4000000000u);
	free(user.groups);
}

Test(sys_user, unknown_ones)
{
	struct sys_user user;

	cr_assert_eq(sys_user_find("no-such-user", NULL, &user), -ENOENT);
	cr_assert_eq(sys_user_find("no-such-user", "root", &user), -ENOENT);
	cr_assert_eq(sys_user_find("4000000000", NULL, &user), -ENOENT);
	cr_assert_eq(sys_user_find("4294967295", "root", &user), -ENOENT);
	cr_assert_eq(sys_user_find("-1", "root", &user), -ENOENT);
	cr_assert_eq(sys_user_find("root", "no-such-group", &user), -ESRCH);
}

static enum sys_op refused;

static int refuse(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == refused ? EPERM : 0;
}

/* Each of the three is needed; what comes behind the one that failed is not done. */
static void assert_stops(enum sys_op op, gid_t gid)
{
	struct sys_observer observer = { .before = refuse };
	struct sys_user user = {
		.uid = 65534, .gid = 65533, .groups = &(gid_t){ 65533 }, .group_count = 1
	};
	pid_t pid = must(fork(), "fork");
	int status;

	if (pid == 0) {
		refused = op;
		sys_observe(&observer);
		_exit(sys_user_become(&user) == -EPERM && getuid() == 0 && getgid() == gid ? 0 : 1);
	}
	must(waitpid(pid, &status, 0), "waitpid");
	cr_assert_eq(status, 0);
}

Test(sys_user, becoming_one_is_all_or_an_error)
{
	pid_t pid;
	int status;

	if (geteuid() != 0)
		skip("not root");
	assert_stops(SYS_SETGROUPS, getgid());
	assert_stops(SYS_SETRESGID, getgid());
	assert_stops(SYS_SETRESUID, 65533);
	pid = must(fork(), "fork");
	if (pid == 0) {
		struct sys_user user = { 65534, 65533, &(gid_t){ 65532 }, 1 };
		gid_t groups[4];
		bool became = sys_user_become(&user) == 0 && getuid() == 65534 &&
		              geteuid() == 65534 && getgid() == 65533 &&
		              getgroups(4, groups) == 1 && groups[0] == 65532;

		_exit(became && setuid(0) != 0 && seteuid(0) != 0 ? 0 : 1);
	}
	must(waitpid(pid, &status, 0), "waitpid");
	cr_assert_eq(status, 0);
}
