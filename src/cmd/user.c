#include "cmd/user.h"

#include <errno.h>
#include <string.h>

#include "base/status.h"

int user_find(const char *text, struct sys_user *user, struct err *err)
{
	OWN_MEM char *name = text ? strdup(text) : NULL;
	char *colon = name ? strchr(name, ':') : NULL;

	*user = (struct sys_user){ 0 };
	if (!text)
		return 0;
	if (!name)
		return err_set(err, ERR_LOCAL, ENOMEM, "become", "%s", text);
	if (colon)
		*colon = '\0';
	if (name[0] == '\0' || (colon && colon[1] == '\0'))
		return err_usage(err, "--user: '%s' is not NAME or NAME:GROUP", text);
	int error = sys_user_find(name, colon ? colon + 1 : NULL, user);
	if (!error)
		return 0;
	if (error == -ENOENT || error == -ESRCH)
		return err_answer(err, STATUS_LOCAL, "cannot become user %s: there is no such %s",
		                  text, error == -ENOENT ? "user" : "group");
	return err_set(err, ERR_LOCAL, -error, "become", "%s", text);
}

int user_become(const char *text, const struct sys_user *user, struct err *err)
{
	int error = text ? sys_user_become(user) : 0;

	return error ? err_set(err, ERR_LOCAL, -error, "become", "%s", text) : 0;
}

void user_free(struct sys_user *user)
{
	free(user->groups);
	user->groups = NULL;
}
