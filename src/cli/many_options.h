/* How many clients are served, and how that ends: shared by all servers for many. */
#ifndef SOCKIT_CLI_MANY_OPTIONS_H
#define SOCKIT_CLI_MANY_OPTIONS_H

#include "cli/option.h"

struct many_options {
	unsigned max_conns;
	unsigned max_accepts; /* 0: no limit */
	nsec_t drain;
};

enum { MANY_OPTION_COUNT = 3 };
extern const struct option_row many_option_rows[MANY_OPTION_COUNT];

#endif
