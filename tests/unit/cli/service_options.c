/* cli/service_options: what services are told. */
#include "cli/service_options.h"

#include <criterion/criterion.h>
#include <string.h>

#include "harness/scratch.h"

Test(service_options, none_are_no_quote_and_no_faults)
{
	struct service_values v;
	struct err err;

	cr_assert_eq(service_options_read(&(struct service_options){ 0 }, &v, &err), 0);
	cr_assert(v.setup.quote == NULL && v.setup.faults == NULL);
	service_values_free(&v);
}

Test(service_options, all_are_read)
{
	struct service_options o = { .quote = scratch_file("quote", "hello\n"),
		                     .fault = "rate=5,refuse=50%",
		                     .seed = 4294967295 };
	struct service_values v;
	struct err err;

	cr_assert_eq(service_options_read(&o, &v, &err), 0);
	cr_assert_eq(v.setup.quote_len, 6);
	cr_assert_eq(memcmp(v.setup.quote, "hello\n", 6), 0);
	cr_assert_eq(v.setup.faults, &v.faults);
	cr_assert_eq(v.faults.rate, 5);
	cr_assert_eq(v.faults.seed, 4294967295);
	service_values_free(&v);
}

Test(service_options, what_is_wrong_is_told)
{
	struct service_values v;
	struct err err;

	cr_assert_eq(service_options_read(&(struct service_options){ .fault = "x" }, &v, &err), -1);
	cr_assert_eq(err.domain, ERR_USAGE);
	cr_assert_eq(service_options_read(&(struct service_options){ .quote = "/nonexistent" }, &v,
	                                  &err),
	             -1);
	cr_assert_eq(err.domain, ERR_LOCAL);
}
