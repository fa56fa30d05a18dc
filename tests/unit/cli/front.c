#include "cli/front.h"

#include <criterion/criterion.h>
#include <string.h>

#include "unit/cli/sample.h"

static struct front front = { .program = &sample_program };
static struct err e;

/* What main would do for up to four words behind "sockit". */
static enum front_outcome run(const char *a, const char *b, const char *c, const char *d)
{
	static char words[5][64];
	const char *given[] = { "sockit", a, b, c, d };
	static char *argv[ARRAY_LEN(given) + 1];
	int argc = 0;

	for (; argc < (int)ARRAY_LEN(given) && given[argc] != NULL; argc++) {
		struct text t = TEXT_OVER(words[argc]);

		text_add_str(&t, given[argc]);
		argv[argc] = words[argc];
	}
	argv[argc] = NULL;
	e = (struct err){ .domain = ERR_NONE };
	return front_read(&front, argc, argv, &e);
}

Test(front, nothing_is_a_usage_error_with_help)
{
	cr_assert_eq(run(NULL, NULL, NULL, NULL), FRONT_USAGE);
	cr_assert_eq(strncmp(front.text.at, "usage: sockit COMMAND", 21), 0);
}

Test(front, help_in_every_spelling)
{
	char whole[FRONT_TEXT_SIZE];
	struct text t = TEXT_OVER(whole);

	cr_assert_eq(run("--help", NULL, NULL, NULL), FRONT_TEXT);
	text_add_str(&t, front.text.at);
	cr_assert_eq(run("-h", NULL, NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, whole);
	cr_assert_eq(run("help", NULL, NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, whole);
	t = TEXT_OVER(whole);
	cr_assert_eq(run("help", "sample", NULL, NULL), FRONT_TEXT);
	text_add_str(&t, front.text.at);
	cr_assert_eq(run("sample", "-h", NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, whole);
	cr_assert_eq(run("sample", "x", "--help", NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, whole);
}

Test(front, help_for_groups)
{
	cr_assert_eq(run("help", "sample", "observe", NULL), FRONT_TEXT);
	cr_assert_not_null(strstr(front.text.at, "--verbose"));
	cr_assert_null(strstr(front.text.at, "--flag"));
	cr_assert_eq(run("help", "sample", "all", NULL), FRONT_TEXT);
	cr_assert_not_null(strstr(front.text.at, "--flag"));
	cr_assert_eq(run("help", "sample", "nonsense", NULL), FRONT_ERROR);
	cr_assert_str_eq(
		e.detail,
		"help: 'sample' has no group 'nonsense'; its groups are network, observe, all");
	cr_assert_eq(run("help", "sample", "all", "more"), FRONT_ERROR);
	cr_assert_eq(run("help", "smaple", NULL, NULL), FRONT_ERROR);
	cr_assert_str_eq(e.hint, "did you mean 'sample'?");
}

/* Whoever asks for help twice gets it, and for a command when that stands behind. */
Test(front, help_in_more_spellings)
{
	cr_assert_eq(run("--help", "sample", NULL, NULL), FRONT_TEXT);
	cr_assert_not_null(strstr(front.text.at, "usage: sockit sample"));
	cr_assert_eq(run("-h", "sample", "all", NULL), FRONT_TEXT);
	cr_assert_not_null(strstr(front.text.at, "--flag"));
	cr_assert_eq(run("-h", "smaple", NULL, NULL), FRONT_ERROR);
	cr_assert_str_eq(e.hint, "did you mean 'sample'?");
	cr_assert_eq(run("help", "--", "sample", NULL), FRONT_TEXT);
	cr_assert_not_null(strstr(front.text.at, "usage: sockit sample"));
	cr_assert_eq(run("help", "sample", "-h", NULL), FRONT_TEXT);
	cr_assert_not_null(strstr(front.text.at, "usage: sockit sample"));
	cr_assert_eq(run("help", "-h", NULL, NULL), FRONT_TEXT);
	cr_assert_eq(strncmp(front.text.at, "usage: sockit COMMAND", 21), 0);
	cr_assert_eq(run("-h", "-V", NULL, NULL), FRONT_TEXT);
	cr_assert_eq(strncmp(front.text.at, "usage: sockit COMMAND", 21), 0);
	cr_assert_eq(run("help", "--help", NULL, NULL), FRONT_TEXT);
	cr_assert_eq(strncmp(front.text.at, "usage: sockit COMMAND", 21), 0);
	cr_assert_eq(run("help", "sockopt", NULL, NULL), FRONT_ERROR, "the sample has none");
	cr_assert_str_eq(e.detail, "'sockopt' is not a command");
}

Test(front, version)
{
	cr_assert_eq(run("--version", "foo", NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, "sockit 1.2.3\nwith nothing\n");
	cr_assert_eq(run("-V", "-h", NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, "sockit 1.2.3\nwith nothing\n");
	cr_assert_eq(run("--version", NULL, NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, "sockit 1.2.3\nwith nothing\n");
	cr_assert_eq(run("-V", NULL, NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, "sockit 1.2.3\nwith nothing\n");
	cr_assert_eq(run("sample", "-fV", "--count=x", NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, "sockit 1.2.3\nwith nothing\n");
	cr_assert_eq(run("sample", "--version", NULL, NULL), FRONT_TEXT);
	cr_assert_str_eq(front.text.at, "sockit 1.2.3\nwith nothing\n");
}

Test(front, only_help_and_version_before_the_command)
{
	cr_assert_eq(run("-v", "sample", "x", NULL), FRONT_ERROR);
	cr_assert_str_eq(e.detail, "-v: only --help and --version may stand before the command");
	cr_assert_eq(run("-l", "7777", NULL, NULL), FRONT_ERROR);
	cr_assert_str_eq(e.detail, "-l: use 'sockit listen'");
	cr_assert_eq(run("-lp", "7777", NULL, NULL), FRONT_ERROR);
	cr_assert_str_eq(e.detail, "-l: use 'sockit listen'");
	cr_assert_eq(run("-N", "localhost", "80", NULL), FRONT_ERROR);
	cr_assert_not_null(strstr(e.detail, "-N: not needed"));
	cr_assert_str_eq(e.hint, "usage: sockit COMMAND [OPTION...] [OPERAND...]");
	cr_assert_eq(run("--", "sample", "x", NULL), FRONT_ERROR);
	cr_assert_null(front.call.command);
}

Test(front, a_guess_is_never_run)
{
	cr_assert_eq(run("sampel", "x", NULL, NULL), FRONT_ERROR);
	cr_assert_null(front.call.command);
	cr_assert_str_eq(e.hint, "did you mean 'sample'?");
	cr_assert_eq(run("sam", "x", NULL, NULL), FRONT_ERROR);
	cr_assert_eq(run("", NULL, NULL, NULL), FRONT_ERROR);
}

Test(front, run)
{
	cr_assert_eq(run("sample", "-f", "x", NULL), FRONT_RUN);
	cr_assert_eq(front.call.command, &sample_command);
	cr_assert(((const struct sample_options *)front.call.options)->flag);
	cr_assert_eq(front.call.operand_count, 1);
	cr_assert_str_eq(front.call.operands[0], "x");
}

Test(front, an_error_still_names_its_command)
{
	cr_assert_eq(run("sample", "--json", "--count=x", NULL), FRONT_ERROR);
	cr_assert_eq(front.call.command, &sample_command);
	cr_assert(front.call.observe->json);
	cr_assert_eq(run("sample", "--nosuch", "x", "--json"), FRONT_ERROR);
	cr_assert(front.call.observe->json);
	cr_assert_eq(run("sample", "--nosuch", "--", "--json"), FRONT_ERROR);
	cr_assert(!front.call.observe->json);
}

/* Wherever it stands, as --json. */
Test(front, colour_does_not_depend_on_the_order_of_the_words)
{
	cr_assert_eq(run("sample", "--nosuch", "--color=always", NULL), FRONT_ERROR);
	cr_assert_eq(front.call.observe->color, STYLE_ALWAYS);
	cr_assert_eq(run("sample", "--nosuch", "--color", "--color=never"), FRONT_ERROR);
	cr_assert_eq(front.call.observe->color, STYLE_NEVER);
	cr_assert_eq(run("sample", "--color=never", "--nosuch", "--color=x"), FRONT_ERROR);
	cr_assert_eq(front.call.observe->color, STYLE_NEVER);
	cr_assert_eq(run("sample", "--nosuch", "--", "--color"), FRONT_ERROR);
	cr_assert_eq(front.call.observe->color, STYLE_AUTO);
	cr_assert_eq(run("sample", "--help", "--color", NULL), FRONT_TEXT);
	cr_assert_not_null(strchr(front.text.at, '\033'));
	cr_assert_eq(run("sample", "--color=never", "--help", NULL), FRONT_TEXT);
	cr_assert_null(strchr(front.text.at, '\033'));
}
