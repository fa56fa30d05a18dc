#include "cli/scan.h"

#include <string.h>

#include "base/text.h"

struct scan scan_start(const struct command *command, char **words, size_t count)
{
	return (struct scan){
		.command = command,
		.words = words,
		.count = count,
		.letters = "",
		.program = count,
	};
}

/* A value in a word of its own: one that looks like an option is more likely a forgotten value. */
static bool looks_like_option(const char *word)
{
	return word[0] == '-' && (word[1] == '-' || (word[1] >= 'A' && word[1] <= 'Z') ||
	                          (word[1] >= 'a' && word[1] <= 'z'));
}

static int take_next_word(struct scan *s, struct scan_found *found, struct err *err)
{
	const struct option_row *row = found->option.row;
	struct option_typed typed = option_as_given(row, found->given);
	const char *word = s->next < s->count ? s->words[s->next] : NULL;

	if (word == NULL)
		return err_usage(err, "%s needs a value: %s", typed.str, row->arg);
	if (looks_like_option(word)) {
		err_usage(err, "%s needs a value: %s, not '%s'", typed.str, row->arg, word);
		err_hint(err, "if that is meant, write --%s=%s", row->name, word);
		return -1;
	}
	found->value = word;
	s->next++;
	return 0;
}

static int scan_long(struct scan *s, const char *word, enum scan_kind *kind,
                     struct scan_found *found, struct err *err)
{
	const char *equals = strchr(word, '=');
	size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
	struct text name = TEXT_OVER(found->unknown.str);

	text_add_bytes(&name, word, len);
	found->given = GIVEN_BY_NAME;
	if (!command_row_named(s->command, found->unknown.str + 2, &found->option)) {
		*kind = SCAN_UNKNOWN;
		return 0;
	}
	*kind = SCAN_OPTION;
	found->value = equals != NULL ? equals + 1 : NULL;
	if (equals != NULL && !option_takes_value(found->option.row))
		return err_usage(err, "--%s takes no value", found->option.row->name);
	if (equals == NULL && option_takes_word(found->option.row))
		return take_next_word(s, found, err);
	return 0;
}

/* All of a letter of UTF-8 that no option has, of which LETTERS begin with the second byte. */
static void add_rest_of_letter(struct text *name, const char **letters)
{
	while (((unsigned char)**letters & 0xc0) == 0x80 && !name->cut)
		text_add_bytes(name, (*letters)++, 1);
}

static int scan_letter(struct scan *s, enum scan_kind *kind, struct scan_found *found,
                       struct err *err)
{
	char letter = *s->letters++;
	struct text name = TEXT_OVER(found->unknown.str);
	const char *attached;

	text_add_bytes(&name, (const char[]){ '-', letter }, 2);
	found->given = GIVEN_BY_LETTER;
	found->value = NULL;
	if (!command_row_lettered(s->command, letter, &found->option)) {
		add_rest_of_letter(&name, &s->letters);
		*kind = SCAN_UNKNOWN;
		return 0;
	}
	*kind = SCAN_OPTION;
	if (!option_takes_word(found->option.row))
		return 0;
	attached = s->letters;
	s->letters = "";
	if (attached[0] == '\0')
		return take_next_word(s, found, err);
	if (attached[0] == '=') {
		const char *value = attached[1] ? attached + 1 : found->option.row->arg;

		return err_usage(err, "-%c%s: write -%c %s or --%s=%s", letter, attached, letter,
		                 value, found->option.row->name, value);
	}
	found->value = attached;
	return 0;
}

static void end_options(struct scan *s)
{
	if (s->runs) {
		s->program = s->next;
		s->next = s->count;
	}
	while (s->next < s->count)
		s->words[s->operand_count++] = s->words[s->next++];
}

/* The next option; operands on the way to it are gathered. */
static int scan_word(struct scan *s, enum scan_kind *kind, struct scan_found *found,
                     struct err *err)
{
	if (*s->letters != '\0')
		return scan_letter(s, kind, found, err);
	while (s->next < s->count) {
		char *word = s->words[s->next++];

		if (strcmp(word, "--") == 0) {
			end_options(s);
		} else if (strncmp(word, "--", 2) == 0) {
			return scan_long(s, word, kind, found, err);
		} else if (word[0] == '-' && word[1] != '\0') {
			s->letters = word + 1;
			return scan_letter(s, kind, found, err);
		} else {
			s->words[s->operand_count++] = word;
		}
	}
	*kind = SCAN_END;
	return 0;
}

int scan_next(struct scan *s, enum scan_kind *kind, struct scan_found *found, struct err *err)
{
	const char *program = s->command->takes_program;
	int result = scan_word(s, kind, found, err);

	if (result == 0 && *kind == SCAN_OPTION && program != NULL &&
	    strcmp(found->option.row->name, program) == 0)
		s->runs = true;
	return result;
}
