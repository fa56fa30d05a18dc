#include "cli/value.h"

#include <criterion/criterion.h>

#include "cli/command.h"
#include "unit/cli/sample.h"

static const struct option_row *row_named(const char *name)
{
	struct command_row r;

	cr_assert(command_row_named(&sample_command, name, &r));
	return r.row;
}

Test(value, refusals)
{
	static const struct {
		const char *name;
		const char *text;
		const char *message;
	} rows[] = {
		{ "count", "1", "--o: 1 is not in 2-40" },
		{ "count", "41", "--o: 41 is not in 2-40" },
		{ "count", "4x", "--o: '4x' is not a whole number" },
		{ "count", "-4", "--o: '-4' is not a whole number" },
		{ "wait", "0", "--o: the time must be longer than 0" },
		{ "wait", "0.0ms", "--o: the time must be longer than 0" },
		{ "wait", "0.0000000001", "--o: 0.0000000001 is out of range, 1 ns to 292 years" },
		{ "wait", "inf",
		  "--o: 'inf' is not a duration (such as 2, 0.5, 500ms, 8s, 2m or 1h)" },
		{ "wait", "9999999h", "--o: 9999999h is out of range, 1 ns to 292 years" },
		{ "size", "511", "--o: 511 is not in 512-1048576" },
		{ "size", "2M", "--o: 2M is not in 512-1048576" },
		{ "size", "2k", "--o: '2k' is not a size (such as 4096, 64K, 10MiB or 1GB)" },
		{ "mode", "10000", "--o: 10000 is not in 0-7777" },
		{ "mode", "rw", "--o: 'rw' is not a file mode (such as 600 or 0660)" },
		{ "when", "no", "--o: 'no' is not one of later, now, never" },
		{ "when", "NOW", "--o: 'NOW' is not one of later, now, never" },
		{ "maybe", "x", "--o: 'x' is not one of later, now, never" },
		{ "file", "", "--o: the value is empty" },
		{ "count", "", "--o: the value is empty" },
	};
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t field = 77;

		cr_assert_eq(value_parse(row_named(rows[i].name), "--o", rows[i].text, &field, &e),
		             -1, "%s %s", rows[i].name, rows[i].text);
		cr_assert_str_eq(e.detail, rows[i].message);
		cr_assert_eq(e.domain, ERR_USAGE);
		cr_assert_eq(field, 77, "%s %s is written", rows[i].name, rows[i].text);
	}
}

Test(value, limits_are_included)
{
	struct err e;
	unsigned count = 0;
	uint64_t size = 0;

	cr_assert_eq(value_parse(row_named("count"), "--o", "2", &count, &e), 0);
	cr_assert_eq(count, 2);
	cr_assert_eq(value_parse(row_named("count"), "--o", "40", &count, &e), 0);
	cr_assert_eq(count, 40);
	cr_assert_eq(value_parse(row_named("size"), "--o", "1M", &size, &e), 0);
	cr_assert_eq(size, 1 << 20);
}

Test(value, a_choice_in_any_case_where_the_row_says_so)
{
	static const struct option_choice choices[] = { { "OPEN", 3, "" },
		                                        { "shut", 4, "" },
		                                        { "", 0, "" } };
	struct option_row row = { .name = "door", .kind = OPTION_CHOICE, .choices = choices };
	unsigned field = 77;
	struct err e;

	cr_assert_eq(value_parse(&row, "--door", "open", &field, &e), -1);
	row.any_case = true;
	cr_assert_eq(value_parse(&row, "--door", "open", &field, &e), 0);
	cr_assert_eq(field, 3);
	cr_assert_eq(value_parse(&row, "--door", "Shut", &field, &e), 0);
	cr_assert_eq(field, 4);
	cr_assert_eq(value_parse(&row, "--door", "ope", &field, &e), -1);
}
