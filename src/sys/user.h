/* Users and groups: who they are, and becoming one. Functions return 0 or the negative errno. */
#ifndef SOCKIT_SYS_USER_H
#define SOCKIT_SYS_USER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"

/* What a user is allowed as. */
struct sys_user {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* gid among them; to be freed */
	size_t group_count;
};

/*
 * The user NAME, or whose number it is, with the groups that man 5 passwd and group give it; or,
 * unless GROUP is NULL, with that group alone, a name or a number. A number that is nobody's is a
 * user only with a GROUP. -ENOENT for an unknown user, -ESRCH for an unknown group.
 */
int sys_user_find(const char *name, const char *group, struct sys_user *user) MUST_CHECK;

/* The group NAME, or whose number it is. -ESRCH for an unknown one. */
int sys_group_find(const char *name, gid_t *gid) MUST_CHECK;

/* Whom this process may do things as (man 2 geteuid). */
uid_t sys_user_now(void);

/* Become USER for good, in all threads (man 2 setgroups, setresgid, setresuid). */
int sys_user_become(const struct sys_user *user) MUST_CHECK;

#endif
