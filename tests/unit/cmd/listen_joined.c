/* cmd/listen_joined: what standard output tells only when it is closed is never lost. */
#include "cmd/listen_joined.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness/fail.h"
#include "out/report.h"
#include "stream/stdio.h"
#include "sys/call.h"

static int full_disk(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_CLOSE ? ENOSPC : 0;
}

/* Close it after RESULT with *ERR, where closing fails; what was told in SAID. */
static int closes(int result, struct err *err, char *said, size_t size)
{
	struct sys_observer observer = { .before = full_disk };
	struct listen_joined joined = { .descriptors = 0 };
	struct report *report = report_new();
	struct err unopened;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
	must(dup2(ends[1], 2), "dup2");
	close(ends[1]);
	joined.stdio.out = stream_standard_new(1, &unopened);
	cr_assert_not_null(joined.stdio.out);
	sys_observe(&observer);
	result = listen_joined_close(&joined, result, report, err);
	sys_observe(NULL);
	ssize_t n = read(ends[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	cr_assert_eq(report_close(report, &unopened), 0);
	return result;
}

Test(listen_joined, a_late_failure_to_write_is_told)
{
	char said[256];
	struct err err;

	cr_assert_eq(closes(0, &err, said, sizeof said), -1);
	cr_expect(err.domain == ERR_LOCAL && err.code == ENOSPC);
	cr_expect_str_eq(said, "");

	(void)err_answer(&err, 1, "1 of 2 clients did not end well");
	cr_assert_eq(closes(-1, &err, said, sizeof said), -1);
	cr_expect(err.domain == ERR_LOCAL && err.code == ENOSPC);
	cr_expect_str_eq(said, "");

	(void)err_set(&err, ERR_SIGNAL, 15, "finish", "after a signal");
	cr_assert_eq(closes(-1, &err, said, sizeof said), -1);
	cr_expect(err.domain == ERR_SIGNAL && err.code == 15);
	cr_expect(strstr(said, "cannot write to standard output: No space left on device"), "%s",
	          said);
}
