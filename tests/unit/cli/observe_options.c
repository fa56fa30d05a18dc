#include "cli/observe_options.h"

#include <criterion/criterion.h>

#include "cli/value.h"

Test(observe_options, report_file_implies_json)
{
	cr_assert(!observe_wants_json(&(struct observe_options){ .verbose = 1 }));
	cr_assert(observe_wants_json(&(struct observe_options){ .json = true }));
	cr_assert(observe_wants_json(&(struct observe_options){ .report = "file" }));
}

/* What --color and --trace mean without a value. */
Test(observe_options, bare)
{
	unsigned bare;
	struct err e;

	const unsigned bare_values[] = { [false] = TRACE_CALLS, [true] = STYLE_ALWAYS };

	for (size_t i = 0; i < OBSERVE_OPTION_COUNT; i++) {
		const struct option_row *row = &observe_option_rows[i];
		bool color = row->field == offsetof(struct observe_options, color);

		if (row->kind != OPTION_MAYBE_CHOICE)
			continue;
		cr_assert_eq(value_parse(row, row->name, NULL, &bare, &e), 0);
		cr_assert_eq(bare, bare_values[color]);
	}
}
