#include "base/near.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/attr.h"

Test(near, distance)
{
	static const struct {
		const char *a;
		const char *b;
		size_t distance;
	} rows[] = {
		{ "", "", 0 },
		{ "", "ab", 2 },
		{ "listen", "listen", 0 },
		{ "lisen", "listen", 1 },
		{ "lissten", "listen", 1 },
		{ "lisden", "listen", 1 },
		{ "lsiten", "listen", 1 },
		{ "ilstne", "listen", 2 },
		{ "lit", "listen", 3 },
		{ "kitten", "sitting", 3 },
		{ "ca", "abc", 3 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_assert_eq(near_distance(rows[i].a, rows[i].b, 9), rows[i].distance, "%s %s",
		             rows[i].a, rows[i].b);
		cr_assert_eq(near_distance(rows[i].b, rows[i].a, 9), rows[i].distance, "%s %s",
		             rows[i].b, rows[i].a);
	}
}

Test(near, distance_is_bounded)
{
	char longest[NEAR_WORD_MAX + 1];
	char longer[NEAR_WORD_MAX + 2];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	cr_assert_eq(near_distance("abcdef", "uvwxyz", 2), 3);
	cr_assert_eq(near_distance(longest, longest, 2), 0);
	cr_assert_eq(near_distance(longest, longest + 1, 2), 1);
	cr_assert_eq(near_distance(longer, longer, 2), 3);
	cr_assert_eq(near_distance(longest, longer, 2), 3);
}

static const char *nearest(const char *word)
{
	static const char *const candidates[] = { "connect",   "listen",   "raw",
		                                  "send-only", "no-stdin", "no-half-close" };
	struct near near = near_start(word);

	for (size_t i = 0; i < ARRAY_LEN(candidates); i++)
		near_offer(&near, candidates[i]);
	return near_best(&near);
}

Test(near, best)
{
	cr_assert_str_eq(nearest("connet"), "connect");
	cr_assert_str_eq(nearest("conet"), "connect");
	cr_assert_str_eq(nearest("lsiten"), "listen");
	cr_assert_str_eq(nearest("rae"), "raw");
	cr_assert_null(nearest("conxyzt"));
	cr_assert_null(nearest("resolve"));
}

Test(near, nearest_and_first_of_equals)
{
	struct near near = near_start("stdin");

	near_offer(&near, "stdout");
	near_offer(&near, "stdi");
	near_offer(&near, "tdin");
	near_offer(&near, "sddiin");
	cr_assert_str_eq(near_best(&near), "stdi");
}

Test(near, short_words_are_no_guess)
{
	cr_assert_null(nearest("x"));
	cr_assert_null(nearest("xx"));
	cr_assert_null(nearest("rxy"));
	cr_assert_null(nearest(""));
}

Test(near, only_beginning)
{
	cr_assert_str_eq(nearest("send"), "send-only");
	cr_assert_str_eq(nearest("no-s"), "no-stdin");
	cr_assert_null(nearest("no-"));

	struct near near = near_start("");

	near_offer(&near, "listen");
	cr_assert_null(near_best(&near));
}
