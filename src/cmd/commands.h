/* The program and all its commands, for main and docgen. To add a command: a file that defines its
 * record, a row in commands.c. */
#ifndef SOCKIT_CMD_COMMANDS_H
#define SOCKIT_CMD_COMMANDS_H

#include "cli/program.h"

extern const struct command *const commands[]; /* up to a NULL */
extern const struct program sockit_program;

#endif
