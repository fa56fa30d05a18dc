#include "sys/user.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/call.h"

/* Room for the texts of an entry; one with more is an error. */
enum { ENTRY_SIZE = 64 << 10, GROUPS_MAX = 65536 };

static bool as_number(const char *text, uint32_t *number)
{
	uint64_t value;

	/* The highest means "none" to the calls. */
	if (num_parse_uint(text, 0, UINT32_MAX - 1, &value) != NUM_OK)
		return false;
	*number = (uint32_t)value;
	return true;
}

/* 0 when there is none, 1 when there is. */
static int find_passwd(const char *name, struct passwd *entry, char *room)
{
	struct passwd *found = NULL;
	uint32_t number;
	int error = getpwnam_r(name, entry, room, ENTRY_SIZE, &found);

	if (!found && as_number(name, &number))
		error = getpwuid_r(number, entry, room, ENTRY_SIZE, &found);
	if (found)
		return 1;
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO ? -error : 0;
}

int sys_group_find(const char *name, gid_t *gid)
{
	OWN_MEM char *room = malloc(ENTRY_SIZE);
	struct group entry, *found = NULL;

	if (!room)
		return -ENOMEM;
	(void)getgrnam_r(name, &entry, room, ENTRY_SIZE, &found);
	if (found)
		*gid = found->gr_gid;
	return found || as_number(name, gid) ? 0 : -ESRCH;
}

static int set_one_group(struct sys_user *user)
{
	user->groups = malloc(sizeof *user->groups);
	if (!user->groups)
		return -ENOMEM;
	user->groups[0] = user->gid;
	user->group_count = 1;
	return 0;
}

static int set_groups_of(const char *name, struct sys_user *user)
{
	int count = 0;

	(void)getgrouplist(name, user->gid, NULL, &count);
	if (count < 1 || count > GROUPS_MAX)
		return -E2BIG;
	user->groups = calloc((size_t)count, sizeof *user->groups);
	if (!user->groups)
		return -ENOMEM;
	if (getgrouplist(name, user->gid, user->groups, &count) < 0) {
		free(TAKE(user->groups));
		return -EAGAIN;
	}
	user->group_count = (size_t)count;
	return 0;
}

int sys_user_find(const char *name, const char *group, struct sys_user *user)
{
	OWN_MEM char *room = malloc(ENTRY_SIZE);
	struct sys_user made = { 0 };
	struct passwd entry;
	int found = room ? find_passwd(name, &entry, room) : -ENOMEM;

	if (found < 0)
		return found;
	if (found) {
		made.uid = entry.pw_uid;
		made.gid = entry.pw_gid;
	} else if (!group || !as_number(name, &made.uid)) {
		return -ENOENT;
	}
	int error = group ? sys_group_find(group, &made.gid) : 0;
	if (!error)
		error = group ? set_one_group(&made) : set_groups_of(entry.pw_name, &made);
	if (!error)
		*user = made;
	return error;
}

uid_t sys_user_now(void)
{
	return geteuid();
}

int sys_user_become(const struct sys_user *user)
{
	struct sys_call groups = { SYS_SETGROUPS,
		                   .arg = { (intptr_t)user->group_count, (intptr_t)user->groups } };
	struct sys_call gid = { SYS_SETRESGID, .arg = { user->gid, user->gid, user->gid } };
	struct sys_call uid = { SYS_SETRESUID, .arg = { user->uid, user->uid, user->uid } };

	SYS_RUN(groups, setgroups(user->group_count, user->groups));
	if (groups.result < 0)
		return (int)groups.result;
	SYS_RUN(gid, setresgid(user->gid, user->gid, user->gid));
	if (gid.result < 0)
		return (int)gid.result;
	SYS_RUN(uid, setresuid(user->uid, user->uid, user->uid));
	return (int)uid.result;
}
