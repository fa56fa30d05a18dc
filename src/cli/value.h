/* The value of one option: from its text to its field. */
#ifndef SOCKIT_CLI_VALUE_H
#define SOCKIT_CLI_VALUE_H

#include "base/err.h"
#include "cli/option.h"

/*
 * Reads TEXT as ROW says and writes it to FIELD. TEXT is NULL for an option that stands alone.
 * TYPED is the option as the user wrote it, for the usage error.
 */
int value_parse(const struct option_row *row, const char *typed, const char *text, void *field,
                struct err *err) MUST_CHECK;

/* Writes what the field holds when the option is not given. */
void value_reset(const struct option_row *row, void *field);

#endif
