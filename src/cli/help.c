#include "cli/help.h"

#include <string.h>

#include "base/status.h"
#include "cli/fill.h"
#include "net/sockopt.h"

enum { EXAMPLE_COLUMN_MAX = 54, COMMAND_COLUMN = 14, OPTION_COLUMN = 26 };

static void add_heading(struct text *t, struct style style, const char *heading)
{
	style_add(t, style, INK_BOLD);
	text_add_str(t, heading);
	style_add(t, style, INK_PLAIN);
}

/* Two columns: LEFT from column 2, RIGHT filled from COLUMN, on the next line if LEFT is long. */
static void add_columns(struct text *t, const char *left, size_t column, const char *right)
{
	struct fill f = fill_start(t, 0, 2);

	fill_add_unbroken(&f, left);
	if (f.column + 2 > column)
		fill_end(&f);
	f.indent = column;
	fill_add(&f, right);
	fill_end(&f);
}

/* The column for what the first MOST examples tell: behind the longest, at LEAST or more. */
static size_t example_column(const struct command_example *example, size_t most, size_t least)
{
	for (; most > 0 && example->line != NULL; example++, most--)
		if (strlen(example->line) + 4 > least)
			least = strlen(example->line) + 4;
	return least < EXAMPLE_COLUMN_MAX ? least : EXAMPLE_COLUMN_MAX;
}

static void add_examples(struct text *t, const struct command_example *example, size_t most,
                         size_t column)
{
	for (; most > 0 && example->line != NULL; example++, most--)
		add_columns(t, example->line, column, example->tells);
}

/* Those of COMMAND, or where it is NULL of any command. */
static void add_statuses(struct text *t, struct style style, const struct program *program,
                         const struct command *command)
{
	struct fill f = fill_start(t, strlen("Exit status:"), 2);
	const char *separator = "";

	add_heading(t, style, "Exit status:");
	for (size_t i = 0; i < status_row_count; i++) {
		const struct status_row *row = &status_rows[i];
		char item[128];
		struct text words = TEXT_OVER(item);

		if (command ? !command_can_end_with(command, row->number)
		            : !program_can_end_with(program, row->number))
			continue;
		if (separator[0] != '\0')
			text_add_str(t, separator);
		f.column += strlen(separator);
		text_add(&words, "%s %s", row->number, row->brief);
		fill_add_unbroken(&f, item);
		separator = ",";
	}
	fill_end(&f);
}

/* "--color[=WHEN]", "--deadline DUR", "--json" */
static void add_long(struct text *t, const struct option_row *row)
{
	text_add(t, "--%s", row->name);
	if (row->kind == OPTION_MAYBE_CHOICE)
		text_add(t, "[=%s]", row->arg);
	else if (row->arg != NULL)
		text_add(t, " %s", row->arg);
}

/*
 * How much of the options the help of a command shows, so that it fits a screen; the last one
 * leaves out commas and the empty line below them too.
 */
enum detail { WITH_VALUES, NAMES_ONLY, TIGHT };

/* "network", and its options by name */
static void add_group_names(struct text *t, struct style style, const struct command *command,
                            const struct option_group *group, enum detail detail)
{
	struct fill f = fill_start(t, strlen(group->name) + 1, 2);
	struct command_row r;
	const char *separator = "";

	add_heading(t, style, group->name);
	text_add_str(t, ":");
	for (size_t i = 0; command_row_at(command, i, &r); i++) {
		char item[64];
		struct text words = TEXT_OVER(item);

		if (r.group != group)
			continue;
		text_add_str(t, separator);
		f.column += strlen(separator);
		if (r.row->letter != '\0')
			text_add(&words, "-%c%c", r.row->letter, detail == TIGHT ? '/' : ' ');
		if (detail == WITH_VALUES)
			add_long(&words, r.row);
		else
			text_add(&words, "--%s", r.row->name);
		fill_add_unbroken(&f, item);
		separator = detail == TIGHT ? "" : ",";
	}
	fill_end(&f);
}

/* Whether section I is the first of its group. */
static bool begins_group(const struct command *command, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (command->sections[j].group == command->sections[i].group)
			return false;
	return true;
}

static bool has_sockopts(const struct command *command)
{
	struct command_row r;

	for (size_t i = 0; command_row_at(command, i, &r); i++)
		if (r.row->complete == COMPLETE_SOCKOPT)
			return true;
	return false;
}

void help_add_group_names(struct text *t, const struct command *command, const char *separator)
{
	for (size_t i = 0; i < command->section_count; i++)
		if (begins_group(command, i))
			text_add(t, "%s%s", command->sections[i].group->name, separator);
	if (has_sockopts(command))
		text_add(t, "sockopt%s", separator);
	text_add_str(t, "all");
}

void help_add_program(struct text *t, struct style style, const struct program *program)
{
	size_t column = 0;

	text_add_str(t, "usage: sockit COMMAND [OPTION...] [OPERAND...]\n");
	text_add_str(t, "       sockit help [COMMAND [GROUP]] | --version\n\n");
	for (const struct command *const *c = program->commands; *c != NULL; c++)
		column = example_column((*c)->examples, 1, column);
	for (const struct command *const *c = program->commands; *c != NULL; c++)
		add_examples(t, (*c)->examples, 1, column);
	text_add_str(t, "\n");
	add_heading(t, style, "Commands:");
	text_add_str(t, "\n");
	for (const struct command *const *c = program->commands; *c != NULL; c++)
		add_columns(t, (*c)->name, COMMAND_COLUMN, (*c)->summary);
	add_columns(t, "help", COMMAND_COLUMN, "show the help of a command");
	text_add_str(t, "\n");
	text_add_str(t, "More: sockit help COMMAND, man sockit, man sockit-recipes\n");
	add_statuses(t, style, program, NULL);
}

static void add_more(struct text *t, const struct command *command)
{
	char groups[128], man[64];
	struct text g = TEXT_OVER(groups), m = TEXT_OVER(man);
	struct fill f = fill_start(t, strlen("More:"), 2);

	text_add_str(t, "More:");
	help_add_group_names(&g, command, "|");
	text_add_str(&g, ",");
	text_add(&m, "man sockit-%s", command->name);
	fill_add(&f, "sockit help");
	fill_add(&f, command->name);
	fill_add_unbroken(&f, groups);
	fill_add_unbroken(&f, man);
	fill_end(&f);
}

static void add_command(struct text *t, struct style style, const struct command *command,
                        enum detail detail)
{
	text_add(t, "usage: sockit %s [OPTION...] %s\n", command->name, command->operands);
	add_examples(t, command->examples, SIZE_MAX,
	             example_column(command->examples, SIZE_MAX, 0));
	text_add(t, "\n%s: %s\n", command->operands, command->operands_help);
	for (size_t i = 0; i < command->section_count; i++)
		if (begins_group(command, i))
			add_group_names(t, style, command, command->sections[i].group, detail);
	text_add_str(t, detail == TIGHT ? "" : "\n");
	add_more(t, command);
	add_statuses(t, style, NULL, command);
}

static size_t count_lines(const char *str)
{
	size_t lines = 0;

	while ((str = strchr(str, '\n')) != NULL) {
		str++;
		lines++;
	}
	return lines;
}

void help_add_command(struct text *t, struct style style, const struct command *command)
{
	const struct text before = *t;

	for (enum detail detail = WITH_VALUES; detail <= TIGHT; detail++) {
		*t = before;
		add_command(t, style, command, detail);
		if (count_lines(t->at + before.len) <= HELP_LINES)
			return;
	}
}

/* "(auto, quit, keep; default auto)"; one choice alone is named by the option's arg already. */
static void add_limits(struct fill *f, const struct option_row *row)
{
	char words[256];
	struct text t = TEXT_OVER(words);
	bool several = row->choices != NULL && row->choices[1].name[0] != '\0';

	if (!several && row->fallback == NULL)
		return;
	text_add_str(&t, "(");
	for (const struct option_choice *c = row->choices; several && c->name[0] != '\0'; c++)
		text_add(&t, "%s%s", c > row->choices ? ", " : "", c->name);
	if (row->fallback != NULL)
		text_add(&t, "%sdefault %s", several ? "; " : "", row->fallback);
	text_add_str(&t, ")");
	fill_add(f, words);
}

static void add_option(struct text *t, const struct option_row *row)
{
	char name[64];
	struct text left = TEXT_OVER(name);
	struct fill f = fill_start(t, 0, 2);

	if (row->letter != '\0')
		text_add(&left, "-%c, ", row->letter);
	else
		text_add_str(&left, "    ");
	add_long(&left, row);
	fill_add_unbroken(&f, name);
	if (f.column + 2 > OPTION_COLUMN)
		fill_end(&f);
	f.indent = OPTION_COLUMN;
	fill_add(&f, row->help);
	add_limits(&f, row);
	fill_end(&f);
}

static void add_group(struct text *t, struct style style, const struct command *command,
                      const struct option_group *group)
{
	struct command_row r;

	add_heading(t, style, group->title);
	text_add_str(t, "\n");
	for (size_t i = 0; command_row_at(command, i, &r); i++)
		if (r.group == group)
			add_option(t, r.row);
}

/* "tcp-keepidle=DUR   idle time before the first keepalive probe (TCP)" */
static void add_sockopts(struct text *t, struct style style)
{
	add_heading(t, style, "Socket options, as in --sockopt NAME=VALUE");
	text_add_str(t, "\n");
	for (size_t i = 0; i < sockopt_row_count; i++) {
		const struct sockopt *o = &sockopt_rows[i];
		char left[128], right[256];
		struct text l = TEXT_OVER(left), r = TEXT_OVER(right);

		text_add(&l, "%s=", o->name);
		sockopt_add_form(&l, o);
		text_add(&r, "%s (", o->help);
		sockopt_add_places(&r, o);
		text_add_str(&r, ")");
		add_columns(t, left, OPTION_COLUMN, right);
	}
}

/* Whether an option of GROUP takes a duration. */
static bool has_duration(const struct command *command, const struct option_group *group)
{
	struct command_row r;

	for (size_t i = 0; command_row_at(command, i, &r); i++)
		if (r.group == group && r.row->kind == OPTION_DURATION)
			return true;
	return false;
}

bool help_add_group(struct text *t, struct style style, const struct command *command,
                    const char *name)
{
	bool all = strcmp(name, "all") == 0;
	bool found = false, duration = false;

	for (size_t i = 0; i < command->section_count; i++) {
		const struct option_group *group = command->sections[i].group;

		if (!begins_group(command, i) || (!all && strcmp(group->name, name) != 0))
			continue;
		if (found)
			text_add_str(t, "\n");
		add_group(t, style, command, group);
		found = true;
		duration = duration || has_duration(command, group);
	}
	if (strcmp(name, "sockopt") == 0 && has_sockopts(command)) {
		add_sockopts(t, style);
		found = duration = true;
	}
	if (duration)
		text_add_str(t, "\nDUR: 2, 0.5, 500ms, 8s, 2m, 1h; a bare number is seconds.\n");
	return found;
}

void help_add_version(struct text *t, const struct program *program)
{
	text_add(t, "sockit %s\n", program->version);
	for (const char *const *line = program->built_in; *line != NULL; line++)
		text_add(t, "%s\n", *line);
}
