#include "cli/scan.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "unit/cli/sample.h"

enum { WORDS_MAX = 12, ROUNDS = 20000 };

static unsigned next_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

/* What a line means, as text: its options with their values, in order, or the operands. */
static int scan_all(char **words, size_t count, struct text *options, struct text *operands)
{
	struct scan s = scan_start(&sample_command, words, count);
	struct scan_found found;
	enum scan_kind kind;
	struct err e;

	for (;;) {
		if (scan_next(&s, &kind, &found, &e) != 0)
			return -1;
		if (kind == SCAN_END)
			break;
		if (kind == SCAN_UNKNOWN)
			text_add(options, "?%s ", found.unknown.str);
		else
			text_add(options, "%s(%s) ", found.option.row->name,
			         found.value != NULL ? found.value : "");
	}
	for (size_t i = 0; i < s.operand_count; i++)
		text_add(operands, "%s ", words[i]);
	cr_assert_eq(s.next, count);
	return 0;
}

/* Each option in a word of its own, so that it can be moved. */
static char *const whole_options[] = { "--flag", "-f",         "--count=5", "-c5",
	                               "-fc5",   "--file=-x",  "--maybe",   "--maybe=now",
	                               "-",      "--nonsense", "-fz",       "--wait=" };
static char *const plain_words[] = { "host", "80", "", "a b", "=", "x--y" };

/* Wherever options stand among the operands, and whether operands stand behind `--`. */
Test(scan, place_of_options_does_not_matter)
{
	unsigned state = 1;

	for (int round = 0; round < ROUNDS; round++) {
		char *mixed[WORDS_MAX + 1];
		char *sorted[WORDS_MAX + 1];
		char *operands[WORDS_MAX];
		char texts[4][512];
		struct text t[] = { TEXT_OVER(texts[0]), TEXT_OVER(texts[1]), TEXT_OVER(texts[2]),
			            TEXT_OVER(texts[3]) };
		size_t count = next_random(&state) % WORDS_MAX;
		size_t options = 0;
		size_t plain = 0;

		for (size_t i = 0; i < count; i++) {
			if (next_random(&state) % 2 == 0) {
				mixed[i] = whole_options[next_random(&state) %
				                         ARRAY_LEN(whole_options)];
				if (strcmp(mixed[i], "-") == 0)
					operands[plain++] = mixed[i];
				else
					sorted[options++] = mixed[i];
			} else {
				mixed[i] =
					plain_words[next_random(&state) % ARRAY_LEN(plain_words)];
				operands[plain++] = mixed[i];
			}
		}
		sorted[options] = "--";
		memcpy(sorted + options + 1, operands, plain * sizeof(*operands));
		cr_assert_eq(scan_all(mixed, count, &t[0], &t[1]), 0);
		cr_assert_eq(scan_all(sorted, count + 1, &t[2], &t[3]), 0);
		cr_assert_str_eq(texts[0], texts[2]);
		cr_assert_str_eq(texts[1], texts[3]);
	}
}

/* Whatever the words are, the scanner ends, and every operand it gives was among them. */
Test(scan, random_words)
{
	static const char alphabet[] = "-=fcwFz4 a\x1b\xff";
	unsigned state = 2;

	for (int round = 0; round < ROUNDS; round++) {
		char store[WORDS_MAX][8];
		char *words[WORDS_MAX];
		char texts[2][1024];
		struct text options = TEXT_OVER(texts[0]);
		struct text operands = TEXT_OVER(texts[1]);
		size_t count = next_random(&state) % WORDS_MAX;

		for (size_t i = 0; i < count; i++) {
			size_t len = next_random(&state) % (sizeof(store[i]) - 1);

			for (size_t j = 0; j < len; j++)
				store[i][j] = alphabet[next_random(&state) % strlen(alphabet)];
			store[i][len] = '\0';
			words[i] = store[i];
		}
		scan_all(words, count, &options, &operands);
		for (size_t i = 0; i < count; i++)
			cr_assert(words[i] >= store[0] && words[i] < store[WORDS_MAX - 1] + 8);
	}
}

Test(scan, a_flag_has_no_value)
{
	char *words[] = { "-w2", "-f", "--flag" };
	struct scan s = scan_start(&sample_command, words, ARRAY_LEN(words));
	struct scan_found found;
	enum scan_kind kind;
	struct err e;

	cr_assert_eq(scan_next(&s, &kind, &found, &e), 0);
	cr_assert_str_eq(found.value, "2");
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(scan_next(&s, &kind, &found, &e), 0);
		cr_assert_null(found.value);
		cr_assert_eq(found.given, i == 0 ? GIVEN_BY_LETTER : GIVEN_BY_NAME);
	}
	cr_assert_eq(scan_next(&s, &kind, &found, &e), 0);
	cr_assert_eq(kind, SCAN_END);
}
