#include "cli/many_options.h"

const struct option_row many_option_rows[MANY_OPTION_COUNT] = {
	{
		.name = "max-conns",
		.letter = 'm',
		UINT_FIELD(struct many_options, max_conns),
		.arg = "N",
		.min = 1,
		.max = 1000000,
		.fallback = "100",
		.only_for = FOR_CONNECTION,
		.help = "serve at most N clients at once; more wait until one has gone",
	},
	{
		.name = "max-accepts",
		UINT_FIELD(struct many_options, max_accepts),
		.arg = "N",
		.min = 1,
		.only_for = FOR_CONNECTION,
		.help = "end with status 0 once N clients have come and gone",
		.man = "From the last of them on connections are refused, and a Unix path is removed.",
	},
	{
		.name = "drain",
		DURATION_FIELD(struct many_options, drain),
		.arg = "DUR",
		.fallback = "5s",
		.only_for = FOR_CONNECTION,
		.help = "after a signal, send clients what they are owed, for at most DUR",
		.man = "Nobody is accepted any more then, and nothing more is read. A client that is owed nothing "
		       "is not waited for. A second signal ends at once.",
	},
};
