/* out/cell: values as JSON. */
#include "out/cell.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect(json_t *json, const char *want)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

	cr_assert_str_eq(text, want);
	free(text);
	json_decref(json);
}

Test(cell, strings)
{
	expect(cell_json_str(""), "\"\"");
	expect(cell_json_str("a\"b"), "\"a\\\"b\"");
	expect(cell_json_str("\xc3\xa9"), "\"\\u00E9\"");
	/* What is not UTF-8 cannot be in JSON. */
	expect(cell_json_str("a\xff"), "\"a\\\\xff\"");
}

Test(cell, numbers)
{
	expect(cell_json_number("0"), "0");
	expect(cell_json_number("-9223372036854775808"), "-9223372036854775808");
}

Test(cell, words)
{
	expect(cell_json_words(""), "[]");
	expect(cell_json_words("  "), "[]");
	expect(cell_json_words("one"), "[\"one\"]");
	expect(cell_json_words(" one  two\xff "), "[\"one\",\"two\\\\xff\"]");
}

Test(cell, lines)
{
	char *line = cell_json_line(
		json_pack("{s:o, s:o}", "a\xc3\xa9", json_null(), "t_ms", cell_json_msec(1234567)));

	cr_assert_str_eq(line, "{\"a\\u00E9\":null,\"t_ms\":1.234}\n");
	free(line);
}
