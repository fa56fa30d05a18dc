/* The exit statuses, defined once; main, the man page and the help read them from here. */
#ifndef SOCKIT_BASE_STATUS_H
#define SOCKIT_BASE_STATUS_H

#include <stddef.h>

#include "base/err.h"

enum status {
	STATUS_OK = 0,
	STATUS_NETWORK = 1,
	STATUS_USAGE = 2,
	STATUS_RESOLVE = 3,
	STATUS_TIME = 4,
	STATUS_TLS = 5,
	STATUS_PROXY = 6,
	STATUS_LOCAL = 7,
	STATUS_EXPECTATION = 8,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
	STATUS_SIGNAL = 128, /* and the signal's number */
};

struct status_row {
	char number[8]; /* as the manual shows it: "0", "128+n" */
	char brief[20]; /* for the help */
	char meaning[84];
};

extern const struct status_row status_rows[];
extern const size_t status_row_count;

/* The status for a failure; STATUS_OK for ERR_NONE. */
int status_of(const struct err *e);

#endif
