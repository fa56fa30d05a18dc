#include "cli/command.h"

#include <criterion/criterion.h>

#include "unit/cli/sample.h"

Test(command, rows_of_all_sections_in_order)
{
	struct command_row r;
	size_t own = sample_command.sections[0].count;
	size_t count = own + OBSERVE_OPTION_COUNT;

	for (size_t i = 0; i < count; i++) {
		cr_assert(command_row_at(&sample_command, i, &r));
		cr_assert_eq(r.index, i);
		cr_assert_eq(r.row, i < own ? &sample_command.sections[0].rows[i]
		                            : &observe_option_rows[i - own]);
		cr_assert_eq(r.group, i < own ? &option_group_network : &option_group_observe);
	}
	cr_assert(!command_row_at(&sample_command, count, &r));
}

/* A row's field is relative to its section's struct. */
Test(command, offsets)
{
	struct command_row r;

	cr_assert(command_row_named(&sample_command, "json", &r));
	cr_assert_eq(r.offset, offsetof(struct sample_options, observe) +
	                               offsetof(struct observe_options, json));
	cr_assert(command_row_lettered(&sample_command, 'c', &r));
	cr_assert_eq(r.offset, offsetof(struct sample_options, count));
}

Test(command, no_such_row)
{
	struct command_row r;

	cr_assert(!command_row_named(&sample_command, "coun", &r));
	cr_assert(!command_row_named(&sample_command, "", &r));
	cr_assert(!command_row_lettered(&sample_command, 'z', &r));
	cr_assert(!command_row_lettered(&sample_command, '\0', &r));
}

Test(command, options_are_called_as_they_were_given)
{
	struct command_row r;

	cr_assert(command_row_named(&sample_command, "count", &r));
	cr_assert_str_eq(option_as_given(r.row, GIVEN_BY_NAME).str, "--count");
	cr_assert_str_eq(option_as_given(r.row, GIVEN_BY_LETTER).str, "-c");
	cr_assert_str_eq(option_as_given(r.row, GIVEN_NOT).str, "--count");
}
