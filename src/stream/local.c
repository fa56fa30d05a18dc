#include "stream/local.h"

#include <errno.h>
#include <sys/stat.h>

#include "net/holder.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "sys/user.h"

static int local_fail(struct err *err, int error, const struct addr *a, const char *detail)
{
	char subject[256];
	struct text t = TEXT_OVER(subject);

	addr_add(&t, a);
	(void)err_set(err, ERR_LOCAL, error, "listen", "%s", subject);
	if (detail[0])
		err_detail(err, "(%s)", detail);
	return -1;
}

static bool local_has_path(const struct addr *a)
{
	return a->at.local.sun_path[0] != '\0';
}

/*
 * Whether somebody has a socket bound to A. Asked with a datagram socket, which a stream socket
 * refuses (EPROTOTYPE) without taking the question for a client. A negative errno when it cannot be
 * asked; where we may not ask, somebody may be.
 */
static int local_is_live(const struct addr *a)
{
	OWN_FD fd = sys_socket(AF_UNIX, SOCK_DGRAM, 0);
	int error = fd < 0 ? fd : sys_connect(fd, &a->at.any, a->len);

	return fd < 0 || error == -ENOMEM ? error : error != -ECONNREFUSED;
}

/* Something is at the path: remove it if it is a socket that nobody listens on. */
static int local_replace(const struct addr *a, struct err *err)
{
	const char *path = a->at.local.sun_path;
	char holder[128];
	struct text t = TEXT_OVER(holder);
	struct stat before, after;
	int error = sys_lstat(path, &before);

	if (error)
		return error == -ENOENT ? 0 : local_fail(err, -error, a, "");
	if (!S_ISSOCK(before.st_mode))
		return local_fail(err, EADDRINUSE, a, "it exists and is no socket");
	int live = local_is_live(a);
	if (live < 0)
		return local_fail(err, -live, a, "cannot ask who has it");
	if (live) {
		holder_add_local(&t, a);
		return local_fail(err, EADDRINUSE, a, holder);
	}
	/* Another one may have been quicker since. */
	error = sys_lstat(path, &after);
	if (error == 0 && (after.st_dev != before.st_dev || after.st_ino != before.st_ino))
		return local_fail(err, EADDRINUSE, a, "");
	error = error ? error : sys_unlink(path);
	return error && error != -ENOENT ? local_fail(err, -error, a, "") : 0;
}

/*
 * What the new file of A is, by which it is known again at the end; one that cannot be looked at is
 * not left behind.
 */
static int local_know(const struct addr *a, struct local_file *file)
{
	struct stat st;
	int error = sys_lstat(a->at.local.sun_path, &st);

	if (error == -ENOENT)
		return 0;
	if (error)
		(void)!sys_unlink(a->at.local.sun_path);
	else
		*file = (struct local_file){ st.st_dev, st.st_ino, st.st_uid };
	return error;
}

int local_bind(int fd, const struct addr *a, int mode, struct local_file *file, struct err *err)
{
	char holder[128];
	struct text t = TEXT_OVER(holder);
	/*
	 * The file gets what the socket has: the mode is never wider than asked, from the first
	 * moment on.
	 */
	int error = mode >= 0 && local_has_path(a) ? sys_fchmod(fd, (mode_t)mode) : 0;

	if (!error)
		error = sys_bind(fd, &a->at.any, a->len);
	*file = (struct local_file){ 0 };
	if (error == -EADDRINUSE && local_has_path(a)) {
		if (local_replace(a, err))
			return -1;
		error = sys_bind(fd, &a->at.any, a->len);
	} else if (error == -EADDRINUSE) {
		holder_add_local(&t, a);
	}
	if (error)
		return local_fail(err, -error, a, holder);
	if (!local_has_path(a))
		return 0;
	error = local_know(a, file);
	if (error)
		return local_fail(err, -error, a, "");
	/* The umask may have taken from it. */
	if (mode >= 0)
		error = sys_chmod(a->at.local.sun_path, (mode_t)mode);
	if (!error)
		return 0;
	(void)!local_remove(a, file, err);
	return local_fail(err, -error, a, "cannot set its mode");
}

int local_remove(const struct addr *a, const struct local_file *file, struct err *err)
{
	const char *path = a->at.local.sun_path;
	struct stat st;

	if (file->ino == 0)
		return 0;
	int error = sys_lstat(path, &st);
	if (!error && (st.st_dev != file->dev || st.st_ino != file->ino))
		return 0;
	if (!error)
		error = sys_unlink(path);
	if (!error || error == -ENOENT || error == -ENOTDIR)
		return 0;
	if ((error == -EACCES || error == -EPERM) && file->uid != sys_user_now())
		return 0;
	return err_set(err, ERR_LOCAL, -error, "unlink", "%s", path);
}
