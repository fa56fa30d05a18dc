/* base/text: what does not fit is cut, and remembered. */
#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

Test(text, is_empty_at_first_and_always_terminated)
{
	char buf[4] = { 'x', 'x', 'x', 'x' };
	struct text t = TEXT_OVER(buf);

	cr_assert_str_eq(buf, "");
	cr_assert_eq(t.len, 0);
	cr_assert(!t.cut);
}

Test(text, appends_piece_by_piece)
{
	char buf[32];
	struct text t = TEXT_OVER(buf);

	text_add(&t, "%s %d", "port", 80);
	text_add_str(&t, "/");
	text_add_bytes(&t, "tcpxx", 3);
	cr_assert_str_eq(buf, "port 80/tcp");
	cr_assert_eq(t.len, strlen(buf));
	cr_assert(!t.cut);
}

/* Every way to append, at every size around the length of what is added. */
Test(text, cuts_at_the_last_byte_that_fits)
{
	for (int way = 0; way < 3; way++) {
		for (size_t size = 1; size <= 8; size++) {
			char buf[10];
			memset(buf, 'x', sizeof buf);
			struct text t = text_over(buf, size);

			if (way == 0)
				text_add(&t, "%s", "abcdef");
			else if (way == 1)
				text_add_str(&t, "abcdef");
			else
				text_add_bytes(&t, "abcdef", 6);
			size_t fits = size - 1 < 6 ? size - 1 : 6;
			cr_assert_eq(t.len, fits, "way %d, size %zu: length %zu", way, size, t.len);
			cr_assert_eq(strlen(buf), fits);
			cr_assert_eq(strncmp(buf, "abcdef", fits), 0);
			cr_assert_eq(t.cut, fits < 6, "way %d, size %zu", way, size);
			cr_assert_eq(buf[size], 'x', "way %d, size %zu: wrote behind the end", way,
			             size);
		}
	}
}

Test(text, stays_cut_and_takes_no_more)
{
	char buf[4];
	struct text t = TEXT_OVER(buf);

	text_add_str(&t, "abcdef");
	text_add_str(&t, "g");
	text_add(&t, "%d", 1);
	text_add_str(&t, "");
	cr_assert_str_eq(buf, "abc");
	cr_assert(t.cut);
}

Test(text, pads_to_a_column_and_never_back)
{
	char buf[16];
	struct text t = TEXT_OVER(buf);

	text_add_str(&t, "ab");
	text_pad_to(&t, 5);
	cr_assert_str_eq(buf, "ab   ");
	text_pad_to(&t, 3);
	cr_assert_str_eq(buf, "ab   ");
	text_pad_to(&t, 100);
	cr_assert_eq(t.len, sizeof buf - 1);
	cr_assert(t.cut);
}

Test(text, numbers)
{
	char buf[64];
	struct text t = TEXT_OVER(buf);

	text_add_number(&t, 0);
	text_add_str(&t, " ");
	text_add_number(&t, 65535);
	text_add_str(&t, " ");
	text_add_number(&t, UINT64_MAX);
	cr_assert_str_eq(buf, "0 65535 18446744073709551615");
}

Test(text, is_of_a_set)
{
	cr_assert(text_is_of("", "abc"));
	cr_assert(text_is_of("cab", "abc"));
	cr_assert(!text_is_of("cabd", "abc"));
	cr_assert(!text_is_of("dcab", "abc"));
	cr_assert(!text_is_of("a", ""));
}
