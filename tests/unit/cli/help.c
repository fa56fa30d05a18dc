#include "cli/help.h"

#include <criterion/criterion.h>
#include <string.h>

#include "cli/front.h"
#include "cmd/commands.h"
#include "cmd/connect.h"

static const struct program real_program = { .commands = commands };
static char buffer[FRONT_TEXT_SIZE];

static void assert_fits(const struct text *t, size_t most_lines)
{
	size_t lines = 0;

	cr_assert_lt(HELP_COLUMNS, 80);
	cr_assert_lt(HELP_LINES, 24, "the prompt needs a line");
	cr_assert(!t->cut);
	for (const char *line = t->at; *line != '\0'; line = strchr(line, '\n') + 1, lines++)
		cr_assert_leq(strcspn(line, "\n"), HELP_COLUMNS, "too wide: %.100s", line);
	cr_assert_leq(lines, most_lines, "%zu lines:\n%s", lines, t->at);
}

Test(help, program_fits_a_screen)
{
	struct text t = TEXT_OVER(buffer);

	help_add_program(&t, (struct style){ false }, &real_program);
	assert_fits(&t, HELP_LINES);
}

Test(help, commands_fit_a_screen)
{
	for (const struct command *const *c = commands; *c != NULL; c++) {
		struct text t = TEXT_OVER(buffer);

		help_add_command(&t, (struct style){ false }, *c);
		assert_fits(&t, HELP_LINES);
	}
}

/* Every option, by its name in the short help and with its text in the long one. */
Test(help, nothing_is_left_out)
{
	for (const struct command *const *c = commands; *c != NULL; c++) {
		struct command_row r;
		char name[64];

		for (size_t i = 0; command_row_at(*c, i, &r); i++) {
			struct text n = TEXT_OVER(name);
			struct text t = TEXT_OVER(buffer);

			text_add(&n, "--%s", r.row->name);
			help_add_command(&t, (struct style){ false }, *c);
			cr_assert_not_null(strstr(buffer, name), "%s", name);
			t = TEXT_OVER(buffer);
			cr_assert(help_add_group(&t, (struct style){ false }, *c, r.group->name));
			cr_assert_not_null(strstr(buffer, name), "%s", name);
			assert_fits(&t, SIZE_MAX);
		}
	}
}

Test(help, fallback_and_choices_are_told)
{
	struct text t = TEXT_OVER(buffer);

	cr_assert(help_add_group(&t, (struct style){ false }, &connect_command, "all"));
	cr_assert_not_null(strstr(buffer, "(default 8s)"));
	cr_assert_not_null(strstr(buffer, "(auto, quit, keep; default auto)"));
	cr_assert_not_null(strstr(buffer, "DUR: 2, 0.5"));
	t = TEXT_OVER(buffer);
	cr_assert(help_add_group(&t, (struct style){ false }, &connect_command, "observe"));
	cr_assert_null(strstr(buffer, "DUR"));
}

/* What DUR means is said where there is one. */
Test(help, durations_are_explained_where_they_are_taken)
{
	struct text t = TEXT_OVER(buffer);

	cr_assert(help_add_group(&t, (struct style){ false }, &connect_command, "relay"));
	cr_assert_not_null(strstr(buffer, "\nDUR: "));
	t = TEXT_OVER(buffer);
	cr_assert(help_add_group(&t, (struct style){ false }, &connect_command, "observe"));
	cr_assert_null(strstr(buffer, "DUR"));
}

Test(help, unknown_group)
{
	struct text t = TEXT_OVER(buffer);

	cr_assert(!help_add_group(&t, (struct style){ false }, &connect_command, "nonsense"));
	cr_assert(!help_add_group(&t, (struct style){ false }, &connect_command, ""));
	cr_assert_eq(t.len, 0);
}

Test(help, bold_only_where_asked)
{
	struct text t = TEXT_OVER(buffer);

	help_add_command(&t, (struct style){ false }, &connect_command);
	cr_assert_null(strchr(buffer, '\033'));
	t = TEXT_OVER(buffer);
	help_add_command(&t, (struct style){ true }, &connect_command);
	cr_assert_not_null(strstr(buffer, "\033[1mnetwork\033[0m:"));
	t = TEXT_OVER(buffer);
	help_add_program(&t, (struct style){ true }, &real_program);
	cr_assert_not_null(strstr(buffer, "\033[1mCommands:\033[0m"));
}
