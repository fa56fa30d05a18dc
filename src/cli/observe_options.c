#include "cli/observe_options.h"

static const struct option_choice color_choices[] = {
	{ "auto", STYLE_AUTO, "on a terminal, unless NO_COLOR is set" },
	{ "always", STYLE_ALWAYS, "always" },
	{ "never", STYLE_NEVER, "never" },
	{ "", 0, "" },
};

static const struct option_choice trace_choices[] = {
	{ "explain", TRACE_EXPLAIN, "with a phrase on what each call is for" },
	{ "", 0, "" },
};

const struct option_row observe_option_rows[OBSERVE_OPTION_COUNT] = {
	{
		.name = "verbose",
		.letter = 'v',
		COUNT_FIELD(struct observe_options, verbose),
		.max = 2,
		.help = "tell on standard error what happens, a line an event",
	},
	{
		.name = "json",
		FLAG_FIELD(struct observe_options, json),
		.help = "tell it as JSON, one object a line",
		.man = "The keys of each kind of event are in sockit(1), under JSON; a command whose results are "
		       "objects too has theirs in its own page.",
	},
	{
		.name = "color",
		MAYBE_CHOICE_FIELD(struct observe_options, color),
		.arg = "WHEN",
		.choices = color_choices,
		.bare = STYLE_ALWAYS,
		.fallback = "auto",
		.help = "colour messages; without =WHEN: always",
		.man = "With auto, NO_COLOR and CLICOLOR_FORCE in the environment count, then whether the "
		       "stream is a terminal whose TERM is not dumb.",
	},
	{
		.name = "trace",
		MAYBE_CHOICE_FIELD(struct observe_options, trace),
		.arg = "explain",
		.choices = trace_choices,
		.bare = TRACE_CALLS,
		.help = "show every sockets call as it happens; with =explain also what it is for",
	},
	{
		.name = "help",
		.letter = 'h',
		FLAG_FIELD(struct observe_options, help),
		.help = "show the help and do nothing else",
	},
	{
		.name = "version",
		.letter = 'V',
		FLAG_FIELD(struct observe_options, version),
		.help = "show the version and do nothing else",
	},
};

const struct option_row report_option_rows[REPORT_OPTION_COUNT] = {
	{
		.name = "report",
		STRING_FIELD(struct observe_options, report),
		.arg = "FILE",
		.complete = COMPLETE_FILE,
		.help = "write the JSON to FILE instead of standard error; implies --json",
		.man = "Errors go to standard error as well then.",
	},
};

bool observe_wants_json(const struct observe_options *observe)
{
	return observe->json || observe->report != NULL;
}
