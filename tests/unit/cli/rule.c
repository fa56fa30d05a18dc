#include "cli/rule.h"

#include <criterion/criterion.h>

#include "unit/cli/sample.h"

static struct command_row named(const char *name)
{
	struct command_row r;

	cr_assert(command_row_named(&sample_command, name, &r));
	return r;
}

/* The message with both given, or "". */
static const char *check(const char *a, const char *b)
{
	static struct err e;
	unsigned char given[COMMAND_ROWS_MAX] = { 0 };

	e.detail[0] = '\0';
	given[named(a).index] = GIVEN_BY_NAME;
	given[named(b).index] = GIVEN_BY_NAME;
	cr_assert_eq(rule_check(&sample_command, given, &e) != 0, e.detail[0] != '\0');
	return e.detail;
}

Test(rule, exclusion_holds_from_both_sides)
{
	cr_assert_str_eq(check("flag", "other"), "--flag and --other exclude each other");
	cr_assert_str_eq(check("other", "count"), "--other and --count exclude each other");
	cr_assert_str_eq(check("flag", "count"), "");
}

Test(rule, no_endpoint_suits_both)
{
	cr_assert_str_eq(check("inet", "local"), "--inet and --local exclude each other");
	cr_assert_str_eq(check("inet", "inet"), "");
	cr_assert_str_eq(check("inet", "flag"), "");
}

Test(rule, need)
{
	cr_assert_str_eq(check("wants-file", "flag"), "--wants-file needs --file");
	cr_assert_str_eq(check("wants-file", "file"), "");
}

Test(rule, endpoint)
{
	unsigned char given[COMMAND_ROWS_MAX] = { 0 };
	struct command_call call = { .command = &sample_command, .given = given };
	struct err e;

	cr_assert_eq(command_check_endpoint(&call, SPEC_UNIX, "unix:/s", &e), 0);
	given[named("flag").index] = GIVEN_BY_NAME;
	given[named("inet").index] = GIVEN_BY_LETTER;
	cr_assert_eq(command_check_endpoint(&call, SPEC_TCP, "[::1]:80", &e), 0);
	cr_assert_eq(command_check_endpoint(&call, SPEC_UNIX, "unix:/s", &e), -1);
	cr_assert_str_eq(e.detail, "-4 has no meaning for unix:/s");
	given[named("inet").index] = GIVEN_NOT;
	given[named("local").index] = GIVEN_BY_NAME;
	cr_assert_eq(command_check_endpoint(&call, SPEC_UNIX, "unix:/s", &e), 0);
	cr_assert_eq(command_check_endpoint(&call, SPEC_TCP, "[::1]:80", &e), -1);
	cr_assert_str_eq(e.detail, "--local has no meaning for [::1]:80");
}

/* One is often a part of another: exec and sh-exec, tag and tagged. */
Test(rule, names_are_whole_words)
{
	static const char names[] = "sh-exec tagged x exec-x";

	cr_assert(option_names_has(names, "sh-exec"));
	cr_assert(option_names_has(names, "x"));
	cr_assert(option_names_has(names, "exec-x"));
	cr_assert(!option_names_has(names, "exec"));
	cr_assert(!option_names_has(names, "tag"));
	cr_assert(!option_names_has(names, "sh"));
	cr_assert(!option_names_has(NULL, "x"));
}
