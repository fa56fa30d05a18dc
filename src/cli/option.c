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

bool option_names_has(const char *const *names, const char *name)
{
	for (; names != NULL && *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}
