/* What the services of echo-serve are told. */
#ifndef SOCKIT_CLI_SERVICE_OPTIONS_H
#define SOCKIT_CLI_SERVICE_OPTIONS_H

#include "cli/option.h"
#include "serve/fault.h"

struct service_options {
	const char *quote; /* a file; NULL: a quote of ours */
	const char *fault; /* NULL: none */
	unsigned seed;
};

enum { SERVICE_OPTION_COUNT = 3 };
extern const struct option_row service_option_rows[SERVICE_OPTION_COUNT];

/* What they come to, for as long as there are clients. */
struct service_values {
	struct service_setup setup;
	struct fault_plan faults;
	char *quote;
};

/*
 * Read them, and the file with the quote. -1 with a usage error, or ERR_LOCAL of that file. V must
 * stay in place.
 */
int service_options_read(const struct service_options *o, struct service_values *v,
                         struct err *err) MUST_CHECK;

void service_values_free(struct service_values *v);

#endif
