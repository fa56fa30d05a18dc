/*
 * What listen --keep-open does with clients that no program is run for: standard input and output,
 * files, each other.
 */
#ifndef SOCKIT_CLI_JOINED_OPTIONS_H
#define SOCKIT_CLI_JOINED_OPTIONS_H

#include "cli/relay_options.h"
#include "serve/guest.h"

struct joined_options {
	bool tag;           /* of datagrams too */
	const char *output; /* a template of serve/output_name.h */
	bool append;
	enum crowd_slow slow;
	bool broker;
	bool chat;
};

enum { JOINED_OPTION_COUNT = 6 };
extern const struct option_row joined_option_rows[JOINED_OPTION_COUNT];

/* Whether clients are joined to each other, which keeps the listener open. */
bool joined_options_brokers(const struct joined_options *o);

/*
 * What the rows cannot say for streams that are joined to something else than a program: a usage
 * error that names both, or ERR_LOCAL when the folder of --output is not there.
 */
int joined_options_check(const struct joined_options *o, const struct relay_options *relay,
                         bool keep_open, const struct spec *spec, struct err *err) MUST_CHECK;

#endif
