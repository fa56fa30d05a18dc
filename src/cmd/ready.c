#include "cmd/ready.h"

#include <errno.h>
#include <fcntl.h>

#include "cmd/user.h"
#include "net/notify.h"
#include "out/failure.h"
#include "out/output.h"
#include "sys/file.h"

static int ready_fail(struct err *err, int error, const char *path)
{
	return err_set(err, ERR_LOCAL, -error, "write", "%s", path);
}

/* Under another name first, so that whoever waits for the file finds it whole. */
static int ready_write_file(const char *path, const struct text *lines, struct err *err)
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
	if (access_options_read(request->access, request->net, request->kinds, request->endpoint,
	                        &rules, err) ||
	    user_find(request->listen->user, &ready->user, err))
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
