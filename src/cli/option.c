#include "cli/option.h"

#include <string.h>

const struct option_group option_group_network = { "network", "Network" };
const struct option_group option_group_relay = { "relay", "Moving bytes, and when to stop" };
const struct option_group option_group_observe = { "observe", "Seeing what happens" };

bool option_takes_value(const struct option_row *row)
{
	return row->kind != OPTION_FLAG && row->kind != OPTION_COUNT;
}

bool option_takes_word(const struct option_row *row)
{
	return option_takes_value(row) && row->kind != OPTION_MAYBE_CHOICE;
}

bool option_repeats(const struct option_row *row)
{
	return row->kind == OPTION_COUNT || row->kind == OPTION_LIST;
}

bool option_names_has(const char *names, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = names; at && (at = strstr(at, name)); at += size)
		if ((at == names || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
			return true;
	return false;
}
