#include "cli/program.h"

#include <string.h>

const struct command *program_command(const struct program *program, const char *name)
{
	for (const struct command *const *c = program->commands; *c != NULL; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}
