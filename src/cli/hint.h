/* What to say about an option or a command that does not exist. Nothing guessed is ever run. */
#ifndef SOCKIT_CLI_HINT_H
#define SOCKIT_CLI_HINT_H

#include "cli/program.h"

/* TYPED is "-x" or "--name". Fills a usage error and returns -1. */
int hint_unknown_option(const struct program *program, const struct command *command,
                        const char *typed, struct err *err);

/* WORD, of options, stands where the command should be. Returns -1. */
int hint_before_command(const char *word, struct err *err);

int hint_unknown_command(const struct program *program, const char *typed, struct err *err);

/*
 * An endpoint WORD as socat writes it: a usage error with the words for it here. 0 for any other.
 */
int hint_foreign_endpoint(const char *word, struct err *err) MUST_CHECK;

#endif
