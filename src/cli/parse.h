/* The words after a command's name, turned into a call of it. No I/O, no allocation. */
#ifndef SOCKIT_CLI_PARSE_H
#define SOCKIT_CLI_PARSE_H

#include <stdalign.h>

#include "cli/program.h"

/* What a call points into; it must outlive the call. */
struct parse_storage {
	alignas(max_align_t) unsigned char options[COMMAND_OPTIONS_SIZE];
	unsigned char given[COMMAND_ROWS_MAX];
};

/*
 * Fills *call from COUNT words, which are reordered: operands come first. 0 when the call can be
 * run, or when help or version of call->observe is set, which stops the reading; -1 with a usage
 * error. The call's observe options hold what was read up to there even then.
 *
 * An option that is given twice counts once, and the last value holds; unless it is a COUNT or
 * LIST.
 */
int parse_command(const struct program *program, char **words, size_t count,
                  struct parse_storage *storage, struct command_call *call,
                  struct err *err) MUST_CHECK;

#endif
