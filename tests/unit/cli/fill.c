#include "cli/fill.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/attr.h"

Test(fill, lines_begin_at_the_indent)
{
	char buffer[1024];
	struct text t = TEXT_OVER(buffer);
	struct fill f = fill_start(&t, 0, 4);

	for (int i = 0; i < 60; i++)
		fill_add(&f, "one  two");
	fill_end(&f);
	for (const char *line = buffer; *line != '\0'; line = strchr(line, '\n') + 1) {
		cr_assert_eq(strncmp(line, "    ", 4), 0);
		cr_assert_neq(line[4], ' ');
		cr_assert_leq(strcspn(line, "\n"), FILL_COLUMNS);
		cr_assert_neq(line[strcspn(line, "\n") - 1], ' ');
	}
	cr_assert_eq(t.at[t.len - 1], '\n');
}

Test(fill, unbroken_words_move_whole)
{
	char buffer[256];
	struct text t = TEXT_OVER(buffer);
	struct fill f = fill_start(&t, 0, 0);

	for (int i = 0; i < 10; i++)
		fill_add_unbroken(&f, "--name VALUE");
	cr_assert_eq(buffer[0], '-');
	cr_assert_not_null(strstr(buffer, "VALUE\n--name"));
	cr_assert_null(strstr(buffer, "--name\n"));
}

Test(fill, too_long_a_word_gets_a_line)
{
	char word[FILL_COLUMNS + 5];
	char buffer[256];
	struct text t = TEXT_OVER(buffer);
	struct fill f = fill_start(&t, 0, 2);

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	fill_add(&f, "a");
	fill_add(&f, word);
	fill_end(&f);
	cr_assert_eq(strncmp(buffer, "  a\n  x", 7), 0);
	cr_assert_eq(strlen(buffer), 4 + 2 + strlen(word) + 1);
}
