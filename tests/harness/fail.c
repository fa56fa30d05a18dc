#include "harness/fail.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void fail(const char *format, ...)
{
	char text[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cr_assert_fail("%s", text);
	abort();
}

int must(int result, const char *what)
{
	if (result < 0)
		fail("%s: %s", what, strerror(errno));
	return result;
}

void skip(const char *format, ...)
{
	const char *ci = getenv("CI");
	char why[512];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	if (ci && strcmp(ci, "true") == 0)
		fail("would be skipped, and CI=true: %s", why);
	fprintf(stderr, "SKIP %s::%s: %s\n", criterion_current_test->category,
	        criterion_current_test->name, why);
	cr_skip_test("%s", why);
	abort();
}

void skip_kernel(const char *lacks)
{
	fprintf(stderr, "SKIP %s::%s: this kernel has %s\n", criterion_current_test->category,
	        criterion_current_test->name, lacks);
	cr_skip_test("this kernel has %s", lacks);
	abort();
}

void only_when(const char *name)
{
	if (getenv(name))
		return;
	fprintf(stderr, "SKIP %s::%s: takes long; runs with %s=1\n",
	        criterion_current_test->category, criterion_current_test->name, name);
	cr_skip_test("takes long");
	abort();
}
