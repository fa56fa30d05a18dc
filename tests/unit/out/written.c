#include "unit/out/written.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/scratch.h"

struct answer *written_begin(bool json)
{
	struct answer *a = answer_new(json, (struct style){ false });
	int fd = must(open(scratch_fresh(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open");

	cr_assert_not_null(a);
	must(dup2(fd, 1), "dup2");
	close(fd);
	return a;
}

const char *written_end(struct answer *a)
{
	static char got[8192];
	struct err err;

	cr_assert_eq(answer_flush(a, &err), 0);
	answer_free(a);
	got[must((int)pread(1, got, sizeof got - 1, 0), "pread")] = '\0';
	return got;
}
