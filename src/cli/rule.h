/* What options have to do with one another and with the endpoint: needs, excludes, only_for. */
#ifndef SOCKIT_CLI_RULE_H
#define SOCKIT_CLI_RULE_H

#include "cli/command.h"

/*
 * Whether both cannot be given to COMMAND at once: one names the other, or no endpoint suits both.
 */
bool rule_excludes(const struct command *command, const struct option_row *a,
                   const struct option_row *b);

/* A usage error for the first pair of given options that cannot be, or a need that is not met. */
int rule_check(const struct command *command, const unsigned char *given,
               struct err *err) MUST_CHECK;

#endif
