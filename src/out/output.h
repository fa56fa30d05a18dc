/* Whole texts to a descriptor. */
#ifndef SOCKIT_OUT_OUTPUT_H
#define SOCKIT_OUT_OUTPUT_H

#include <stddef.h>

#include "base/err.h"

/* Write all N bytes, waiting where FD is non-blocking. 0 or a negative errno. */
int output_write(int fd, const void *bytes, size_t n) MUST_CHECK;

/* The same, but a signal that signals_catch has caught ends a wait for a reader: -EINTR. */
int output_write_interruptible(int fd, const void *bytes, size_t n) MUST_CHECK;

/* A result to standard output. ERR_LOCAL, or ERR_STDOUT_GONE when its reader has left. */
int output_result(const char *text, struct err *err) MUST_CHECK;
int output_result_bytes(const void *bytes, size_t n, struct err *err) MUST_CHECK;

#endif
