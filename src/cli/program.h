/* The program as the command line sees it: what main hands to front, help, and docgen. */
#ifndef SOCKIT_CLI_PROGRAM_H
#define SOCKIT_CLI_PROGRAM_H

#include "cli/command.h"

struct program {
	const char *version;
	const char *const *built_in;           /* lines for --version, up to a NULL */
	const struct command *const *commands; /* up to a NULL */
};

/* NULL when there is none of that name. */
const struct command *program_command(const struct program *program, const char *name);

/* Whether any command can end with the status NUMBER, as status_rows has it. */
bool program_can_end_with(const struct program *program, const char *number);

#endif
