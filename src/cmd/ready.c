#include "cmd/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cmd/user.h"
#include "net/notify.h"
#include "out/failure.h"
#include "out/output.h"
#include "sys/file.h"
#include "sys/process.h"

/*
 * Names that are tried for a draft: who ended in the middle, under the same number, may have left
 * one.
 */
enum { READY_DRAFTS = 100 };

static int ready_fail(struct err *err, int error, const char *path)
{
	return err_set(err, ERR_LOCAL, -error, "write", "%s", path);
}

/*
 * A file beside PATH that was not there, to be renamed to it. Returns its descriptor, or a negative
 * errno.
 */
static int ready_open_draft(const char *path, struct text *name)
{
	const char *slash = strrchr(path, '/');
	int fd = -EEXIST;

	for (unsigned i = 0; fd == -EEXIST && i < READY_DRAFTS; i++) {
		name->len = 0;
		text_add_bytes(name, path, slash ? (size_t)(slash - path) + 1 : 0);
		text_add(name, ".sockit-%d-%u", process_id(), i);
		fd = name->cut ? -ENAMETOOLONG
		               : sys_open(name->at, O_WRONLY | O_CREAT | O_EXCL, 0644);
	}
	return fd;
}

static int ready_write_open(int fd, const struct text *lines)
{
	int error = output_write(fd, lines->at, lines->len);
	int closed = sys_close(fd);

	return error ? error : closed;
}

/* Under another name first, so that whoever waits for the file finds it whole. */
static int ready_replace(const char *path, const struct text *lines)
{
	char draft[4096];
	struct text name = TEXT_OVER(draft);
	int fd = ready_open_draft(path, &name);

	if (fd < 0)
		return fd;
	int error = ready_write_open(fd, lines);
	if (!error)
		error = sys_rename(draft, path);
	if (error)
		(void)!sys_unlink(draft);
	return error;
}

/* What may have readers, or be another's, stays where it is. */
static int ready_write_into(const char *path, const struct text *lines)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY;
	int fd = sys_open(path, flags, 0644);

	return fd < 0 ? fd : ready_write_open(fd, lines);
}

static int ready_write_file(const char *path, const struct text *lines, struct err *err)
{
	struct stat named, meant = { .st_mode = S_IFREG };
	int absent = sys_lstat(path, &named);
	/* A symbolic link to nothing is to a file that will be. */
	int error = absent ? absent : sys_stat(path, &meant);

	if (error && error != -ENOENT)
		return ready_fail(err, error, path);
	if (S_ISSOCK(meant.st_mode) || S_ISBLK(meant.st_mode)) {
		(void)ready_fail(err, -EEXIST, path);
		err_detail(err, "(and is neither a file nor a pipe)");
		return -1;
	}
	if (absent || S_ISREG(named.st_mode))
		error = ready_replace(path, lines);
	else
		error = ready_write_into(path, lines);
	if (!error)
		return 0;
	(void)ready_fail(err, error, path);
	if (error == -ENXIO)
		err_detail(err, "(nobody reads from it)");
	return -1;
}

static int ready_fail_fd(struct err *err, int error, int fd)
{
	return err_set(err, ERR_LOCAL, -error, "write", "descriptor %d", fd);
}

int ready_check(const struct listen_options *o, struct err *err)
{
	int fd = (int)o->ready_fd;
	struct stat st;
	int error = fd > 0 ? sys_fstat(fd, &st) : 0;

	return error ? ready_fail_fd(err, error, fd) : 0;
}

static int ready_write_fd(int fd, struct err *err)
{
	int error = output_write(fd, "\n", 1);

	if (fd > 2)
		(void)sys_close(fd);
	return error ? ready_fail_fd(err, error, fd) : 0;
}

int ready_prepare(struct loop *loop, const struct ready_request *request, struct report *report,
                  struct ready *ready, struct err *err)
{
	struct admission_request rules;

	*ready = (struct ready){ .options = request->listen, .report = report };
	access_options_read(request->access, request->net, request->kinds, request->endpoint,
	                    &rules);
	if (user_find(request->listen->user, &ready->user, err))
		return -1;
	if (admission_open(loop, &rules, report, &ready->admission, err) == 0)
		return 0;
	user_free(&ready->user);
	return -1;
}

/* As sd_notify(3) has it, a service manager that cannot be told ends nothing. */
static void ready_notify(const struct ready *ready)
{
	int error = notify_manager("READY=1");

	if (error)
		REPORT(ready->report, REPORT_UNNOTIFIED,
		       FIELD_STR("reason", failure_errno_text(-error)));
}

int ready_tell(const struct ready *ready, const struct text *ports, struct err *err)
{
	const struct listen_options *o = ready->options;

	if (o->port_file && ready_write_file(o->port_file, ports, err))
		return -1;
	if (user_become(o->user, &ready->user, err))
		return -1;
	if (o->ready_fd > 0 && ready_write_fd((int)o->ready_fd, err))
		return -1;
	ready_notify(ready);
	return 0;
}

void ready_free(struct ready *ready)
{
	admission_close(ready->admission);
	user_free(&ready->user);
}
