#include "cli/program.h"

#include <string.h>

const struct command *program_command(const struct program *program, const char *name)
{
	for (const struct command *const *c = program->commands; *c != NULL; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

bool program_can_end_with(const struct program *program, const char *number)
{
	for (const struct command *const *c = program->commands; *c != NULL; c++)
		if (command_can_end_with(*c, number))
			return true;
	return false;
}
