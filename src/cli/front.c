#include "cli/front.h"

#include <string.h>

#include "cli/help.h"
#include "cli/hint.h"
#include "cli/observe_options.h"
#include "cli/value.h"

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* The list of socket options, which is the same for every command that has it. */
static bool add_sockopt_help(struct front *front)
{
	for (const struct command *const *c = front->program->commands; *c != NULL; c++)
		if (help_add_group(&front->text, front->style, *c, "sockopt"))
			return true;
	return false;
}

static enum front_outcome read_group_help(struct front *front, const struct command *command,
                                          const char *group, struct err *err)
{
	char names[128];
	struct text t = TEXT_OVER(names);

	if (help_add_group(&front->text, front->style, command, group))
		return FRONT_TEXT;
	help_add_group_names(&t, command, ", ");
	err_usage(err, "help: '%s' has no group '%s'; its groups are %s", command->name, group,
	          names);
	return FRONT_ERROR;
}

/*
 * `sockit help [COMMAND [GROUP]]`: WORDS are what follows, up to a NULL. That help is wanted may be
 * said twice, and has the say over the version.
 */
static enum front_outcome read_help(struct front *front, char **words, struct err *err)
{
	const char *asked[3] = { NULL };
	const struct command *command;
	size_t count = 0;

	for (; *words != NULL && count < ARRAY_LEN(asked); words++)
		if (strcmp(*words, "--") != 0 && !is_one_of(*words, "-h", "--help") &&
		    !is_one_of(*words, "-V", "--version"))
			asked[count++] = *words;
	if (count == 0 || (count == 1 && strcmp(asked[0], "help") == 0)) {
		help_add_program(&front->text, front->style, front->program);
		return FRONT_TEXT;
	}
	command = program_command(front->program, asked[0]);
	if (command == NULL && count == 1 && strcmp(asked[0], "sockopt") == 0 &&
	    add_sockopt_help(front))
		return FRONT_TEXT;
	if (command == NULL) {
		hint_unknown_command(front->program, asked[0], err);
		return FRONT_ERROR;
	}
	if (count == 1) {
		help_add_command(&front->text, front->style, command);
		return FRONT_TEXT;
	}
	if (count == 2)
		return read_group_help(front, command, asked[1], err);
	err_usage(err, "help: unexpected operand '%s'", asked[2]);
	return FRONT_ERROR;
}

/* Options where the command should be: WORDS up to a NULL. */
static enum front_outcome read_early_option(struct front *front, char **words, struct err *err)
{
	if (is_one_of(words[0], "-h", "--help"))
		return read_help(front, words + 1, err);
	if (!is_one_of(words[0], "-V", "--version")) {
		hint_before_command(words[0], err);
		return FRONT_ERROR;
	}
	help_add_version(&front->text, front->program);
	return FRONT_TEXT;
}

/*
 * What WORDS say of --json and --color: how an error or the help is told does not depend on the
 * order of the words. A value that is none is told of by the parser, if it gets there.
 */
static struct observe_options look_ahead(const struct command *command, char *const *words,
                                         size_t count)
{
	struct observe_options ahead = { .color = STYLE_AUTO };
	size_t len = strlen("--color");

	for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
		const char *word = words[i];
		bool json = strcmp(word, "--json") == 0;
		bool color = strncmp(word, "--color", len) == 0 && (!word[len] || word[len] == '=');
		struct command_row r;
		struct err unread;

		if (!json && !color)
			continue;
		if (!command_row_named(command, "color", &r))
			return ahead;
		if (color)
			(void)!value_parse(r.row, "--color", word[len] ? word + len + 1 : NULL,
			                   &ahead.color, &unread);
		ahead.json = ahead.json || json;
	}
	return ahead;
}

static enum front_outcome read_command(struct front *front, char **words, size_t count,
                                       struct err *err)
{
	struct command_call *call = &front->call;
	struct observe_options *observe = (void *)(front->storage.options + call->command->observe);
	struct observe_options ahead = look_ahead(call->command, words, count);

	if (parse_command(front->program, words, count, &front->storage, call, err) != 0) {
		observe->json = ahead.json;
		observe->color = ahead.color;
		return FRONT_ERROR;
	}
	if (ahead.color != STYLE_AUTO)
		front->style = style_for(1, ahead.color);
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
		return read_early_option(front, argv + 1, err);
	if (strcmp(argv[1], "help") == 0)
		return read_help(front, argv + 2, err);
	front->call.command = program_command(front->program, argv[1]);
	if (front->call.command == NULL) {
		hint_unknown_command(front->program, argv[1], err);
		return FRONT_ERROR;
	}
	return read_command(front, argv + 2, (size_t)(argc - 2), err);
}
