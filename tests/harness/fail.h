/* How a test ends early: failed with a reason, or skipped with one. */
#ifndef HARNESS_FAIL_H
#define HARNESS_FAIL_H

#include <stdbool.h>

#include "base/attr.h"

/* End the test as failed. Works in every function that the test calls, but only in its thread. */
void fail(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* fail() with errno's text when RESULT is negative; otherwise RESULT. */
int must(int result, const char *what);

/*
 * Print `SKIP suite::test: why` and end the test as skipped, for what this machine does not allow.
 * Where CI=true nothing may go untested, and the test fails.
 */
void skip(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* The same for what the kernel lacks and no package brings, also where CI=true. */
void skip_kernel(const char *lacks) __attribute__((noreturn));

/* Skip unless the environment variable NAME is set: SOCKIT_LONG for tests that take minutes. */
void only_when(const char *name);

#endif
