#include "cmd/ready.h"

#include <errno.h>
#include <fcntl.h>

#include "out/output.h"
#include "sys/file.h"

static int ready_fail(struct err *err, int error, const char *path)
{
	return err_set(err, ERR_LOCAL, -error, "write", "%s", path);
}

/* Under another name first, so that whoever waits for the file finds it whole. */
int ready_write_file(const char *path, const struct text *lines, struct err *err)
{
	char draft[4096];
	struct text name = TEXT_OVER(draft);
	int error;

	text_add(&name, "%s.sockit-draft", path);
	if (name.cut)
		return ready_fail(err, -ENAMETOOLONG, path);
	int fd = sys_open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return ready_fail(err, fd, path);
	error = output_write(fd, lines->at, lines->len);
	int closed = sys_close(fd);
	error = error ? error : closed;
	if (!error)
		error = sys_rename(draft, path);
	if (error)
		(void)!sys_unlink(draft);
	return error ? ready_fail(err, error, path) : 0;
}

static int ready_fail_fd(struct err *err, int error, int fd)
{
	return err_set(err, ERR_LOCAL, -error, "write", "descriptor %d", fd);
}

int ready_check_fd(int fd, struct err *err)
{
	struct stat st;
	int error = sys_fstat(fd, &st);

	return error ? ready_fail_fd(err, error, fd) : 0;
}

int ready_write_fd(int fd, struct err *err)
{
	int error = output_write(fd, "\n", 1);

	if (fd > 2)
		(void)sys_close(fd);
	return error ? ready_fail_fd(err, error, fd) : 0;
}
