/* Telling scripts that a server can be reached, and where. */
#ifndef SOCKIT_CMD_READY_H
#define SOCKIT_CMD_READY_H

#include "base/err.h"
#include "base/text.h"

/* Write LINES to the file PATH, which appears whole. */
int ready_write_file(const char *path, const struct text *lines, struct err *err) MUST_CHECK;

/* Whether descriptor FD is open, which is to be asked before others are opened; and write a newline to it
 * and close it, unless it is a standard one. */
int ready_check_fd(int fd, struct err *err) MUST_CHECK;
int ready_write_fd(int fd, struct err *err) MUST_CHECK;

#endif
