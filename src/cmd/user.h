/* --user NAME[:GROUP]: whom a server becomes once it is bound. */
#ifndef SOCKIT_CMD_USER_H
#define SOCKIT_CMD_USER_H

#include "base/err.h"
#include "sys/user.h"

/*
 * Look TEXT up, before anything is opened; NULL is nobody. ERR_LOCAL for one that is unknown. What
 * is found is to be given to user_free.
 */
int user_find(const char *text, struct sys_user *user, struct err *err) MUST_CHECK;

/* Become USER, as TEXT named it, for good. Does nothing where TEXT is NULL. */
int user_become(const char *text, const struct sys_user *user, struct err *err) MUST_CHECK;

void user_free(struct sys_user *user);

#endif
