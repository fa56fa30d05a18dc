/* Every help text, made from the tables. All fit 80 columns. */
#ifndef SOCKIT_CLI_HELP_H
#define SOCKIT_CLI_HELP_H

#include "base/text.h"
#include "cli/program.h"
#include "out/style.h"

/* A terminal's 80 columns but for the last, and its 24 lines but for the next prompt. */
enum { HELP_COLUMNS = 79, HELP_LINES = 23 };

/* What `sockit` and `sockit --help` show. */
void help_add_program(struct text *t, struct style style, const struct program *program);

/*
 * One screen of HELP_LINES: usage, examples, the names of all options, and of their values if there
 * is room.
 */
void help_add_command(struct text *t, struct style style, const struct command *command);

/*
 * The options of the group called NAME, or of "all", each explained, or the socket options of
 * "sockopt"; false when there is none.
 */
bool help_add_group(struct text *t, struct style style, const struct command *command,
                    const char *name);

/* What help_add_group knows for COMMAND: its groups, "sockopt" and "all". */
void help_add_group_names(struct text *t, const struct command *command, const char *separator);

void help_add_version(struct text *t, const struct program *program);

#endif
