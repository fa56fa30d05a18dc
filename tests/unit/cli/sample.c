#include "unit/cli/sample.h"

static const struct option_choice choices[] = {
	{ "later", SAMPLE_LATER, "later" },
	{ "now", SAMPLE_NOW, "at once" },
	{ "never", SAMPLE_NEVER, "not at all" },
	{ "", 0, "" },
};

static const struct option_row rows[] = {
	{ .name = "flag", .letter = 'f', FLAG_FIELD(struct sample_options, flag), .help = "a" },
	{
		.name = "other",
		.letter = 'o',
		FLAG_FIELD(struct sample_options, other),
		.excludes = "flag count",
		.help = "b",
	},
	{
		.name = "count",
		.letter = 'c',
		UINT_FIELD(struct sample_options, count),
		.arg = "N",
		.min = 2,
		.max = 40,
		.fallback = "7",
		.help = "c",
	},
	{
		.name = "wait",
		.letter = 'w',
		DURATION_FIELD(struct sample_options, wait),
		.arg = "DUR",
		.min = 1,
		.help = "d",
	},
	{
		.name = "size",
		SIZE_FIELD(struct sample_options, size),
		.arg = "SIZE",
		.min = 512,
		.max = 1 << 20,
		.help = "e",
	},
	{ .name = "mode", MODE_FIELD(struct sample_options, mode), .arg = "MODE", .help = "f" },
	{ .name = "file",
	  .letter = 'F',
	  STRING_FIELD(struct sample_options, file),
	  .arg = "FILE",
	  .help = "g" },
	{
		.name = "when",
		CHOICE_FIELD(struct sample_options, when),
		.arg = "WHEN",
		.choices = choices,
		.fallback = "never",
		.help = "h",
	},
	{
		.name = "maybe",
		MAYBE_CHOICE_FIELD(struct sample_options, maybe),
		.arg = "WHEN",
		.choices = choices,
		.bare = SAMPLE_NOW,
		.help = "i",
	},
	{
		.name = "wants-file",
		FLAG_FIELD(struct sample_options, wants_file),
		.needs = "file",
		.help = "j",
	},
	{ .name = "inet",
	  .letter = '4',
	  FLAG_FIELD(struct sample_options, inet),
	  .only_for = FOR_TCP,
	  .help = "k" },
	{ .name = "more",
	  .letter = 'm',
	  COUNT_FIELD(struct sample_options, more),
	  .max = 3,
	  .help = "m" },
	{ .name = "word",
	  .letter = 'W',
	  LIST_FIELD(struct sample_options, words),
	  .arg = "WORD",
	  .help = "n" },
	{ .name = "local",
	  FLAG_FIELD(struct sample_options, local),
	  .only_for = FOR_UNIX,
	  .help = "l" },
};

static const struct option_section sections[] = {
	{ &option_group_network, rows, ARRAY_LEN(rows), 0 },
	{ &option_group_observe, observe_option_rows, OBSERVE_OPTION_COUNT,
	  offsetof(struct sample_options, observe) },
};

static const struct command_example examples[] = {
	{ "sockit sample x", "try it" },
	{ NULL, NULL },
};

const struct command sample_command = {
	.name = "sample",
	.summary = "be tested",
	.operands = "WHAT",
	.operands_help = "anything",
	.min_operands = 1,
	.max_operands = 3,
	.examples = examples,
	.sections = sections,
	.section_count = ARRAY_LEN(sections),
	.options_size = sizeof(struct sample_options),
	.observe = offsetof(struct sample_options, observe),
};

const struct command sample_runner = {
	.name = "runner",
	.summary = "be tested too",
	.operands = "WHAT",
	.operands_help = "anything",
	.max_operands = 1,
	.takes_program = "flag",
	.examples = examples,
	.sections = sections,
	.section_count = ARRAY_LEN(sections),
	.options_size = sizeof(struct sample_options),
	.observe = offsetof(struct sample_options, observe),
};

static const struct command *const sample_commands[] = { &sample_command, &sample_runner, NULL };
static const char *const built_in[] = { "with nothing", NULL };

const struct program sample_program = {
	.version = "1.2.3",
	.built_in = built_in,
	.commands = sample_commands,
};
