#include "cli/command.h"

#include <string.h>

#include "base/text.h"

bool command_row_at(const struct command *command, size_t index, struct command_row *out)
{
	size_t first = 0;

	for (size_t i = 0; i < command->section_count; i++) {
		const struct option_section *section = &command->sections[i];

		if (index < first + section->count) {
			const struct option_row *row = &section->rows[index - first];

			*out = (struct command_row){ .row = row,
				                     .group = section->group,
				                     .offset = section->offset + row->field,
				                     .index = index };
			return true;
		}
		first += section->count;
	}
	return false;
}

bool command_row_named(const struct command *command, const char *name, struct command_row *out)
{
	struct command_row r;

	for (size_t i = 0; command_row_at(command, i, &r); i++) {
		if (strcmp(r.row->name, name) == 0) {
			*out = r;
			return true;
		}
	}
	return false;
}

bool command_row_lettered(const struct command *command, char letter, struct command_row *out)
{
	struct command_row r;

	for (size_t i = 0; letter != '\0' && command_row_at(command, i, &r); i++) {
		if (r.row->letter == letter) {
			*out = r;
			return true;
		}
	}
	return false;
}

struct option_typed option_as_given(const struct option_row *row, enum option_given given)
{
	struct option_typed typed;
	struct text t = TEXT_OVER(typed.str);

	if (given == GIVEN_BY_LETTER)
		text_add(&t, "-%c", row->letter);
	else
		text_add(&t, "--%s", row->name);
	return typed;
}

bool command_can_end_with(const struct command *command, const char *number)
{
	return command->statuses == NULL || option_names_has(command->statuses, number);
}
