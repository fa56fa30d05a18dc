#include "cli/front.h"

#include <string.h>

#include "cli/help.h"
#include "cli/hint.h"
#include "cli/observe_options.h"

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* `sockit help [COMMAND [GROUP]]`: WORDS are what follows, up to a NULL. */
static enum front_outcome read_help(struct front *front, char **words, struct err *err)
{
	const struct command *command;
	char names[128];
	struct text t = TEXT_OVER(names);

	if (words[0] == NULL || is_one_of(words[0], "help", "--help")) {
		help_add_program(&front->text, front->style, front->program);
		return FRONT_TEXT;
	}
	command = program_command(front->program, words[0]);
	if (command == NULL) {
		hint_unknown_command(front->program, words[0], err);
		return FRONT_ERROR;
	}
	if (words[1] == NULL) {
		help_add_command(&front->text, front->style, command);
		return FRONT_TEXT;
	}
	if (words[2] != NULL) {
		err_usage(err, "help: unexpected operand '%s'", words[2]);
		return FRONT_ERROR;
	}
	if (help_add_group(&front->text, front->style, command, words[1]))
		return FRONT_TEXT;
	help_add_group_names(&t, command, ", ");
	err_usage(err, "help: '%s' has no group '%s'; its groups are %s", command->name, words[1],
	          names);
	return FRONT_ERROR;
}

/* An option where the command should be. */
static enum front_outcome read_early_option(struct front *front, const char *word, struct err *err)
{
	if (is_one_of(word, "-h", "--help")) {
		help_add_program(&front->text, front->style, front->program);
		return FRONT_TEXT;
	}
	if (is_one_of(word, "-V", "--version")) {
		help_add_version(&front->text, front->program);
		return FRONT_TEXT;
	}
	if (hint_before_command(word)) {
		err_usage(err, "%s: %s", word, hint_before_command(word));
		return FRONT_ERROR;
	}
	err_usage(err, "%s: only --help and --version may stand before the command", word);
	err_hint(err, "usage: sockit COMMAND [OPTION...] [OPERAND...]");
	return FRONT_ERROR;
}

static enum front_outcome read_command(struct front *front, char **words, size_t count,
                                       struct err *err)
{
	struct command_call *call = &front->call;

	if (parse_command(front->program, words, count, &front->storage, call, err) != 0)
		return FRONT_ERROR;
	if (call->observe->help)
		help_add_command(&front->text, front->style, call->command);
	else if (call->observe->version)
		help_add_version(&front->text, front->program);
	else
		return FRONT_RUN;
	return FRONT_TEXT;
}

enum front_outcome front_read(struct front *front, int argc, char **argv, struct err *err)
{
	front->text = TEXT_OVER(front->buffer);
	front->call = (struct command_call){ .command = NULL };
	if (argc < 2) {
		help_add_program(&front->text, (struct style){ false }, front->program);
		return FRONT_USAGE;
	}
	if (argv[1][0] == '-')
		return read_early_option(front, argv[1], err);
	if (strcmp(argv[1], "help") == 0)
		return read_help(front, argv + 2, err);
	front->call.command = program_command(front->program, argv[1]);
	if (front->call.command == NULL) {
		hint_unknown_command(front->program, argv[1], err);
		return FRONT_ERROR;
	}
	return read_command(front, argv + 2, (size_t)(argc - 2), err);
}
