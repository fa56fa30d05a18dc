#include "harness/words.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fail.h"

enum { MAX_WORDS = 4096, WORD_SIZE = 256, FIRST_EPHEMERAL = 32768, LAST_EPHEMERAL = 60999 };

struct words {
	size_t count;
	char (*at)[WORD_SIZE];
};

static const char *behind_digits(const char *p)
{
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* The length of a time with its unit at P, such as 0.1ms or 12s; 0: none is there. */
static size_t time_at(const char *p)
{
	const char *end = behind_digits(p);

	if (end > p && *end == '.')
		end = behind_digits(end + 1);
	if (end == p)
		return 0;
	if (strncmp(end, "ms", 2) == 0 || strncmp(end, "us", 2) == 0)
		end += 2;
	else if (*end == 's')
		end++;
	else
		return 0;
	return isalnum((unsigned char)*end) ? 0 : (size_t)(end - p);
}

/*
 * "=" and the result of a call that makes something; "pid" and a number; "sockit/4711"; "close(4)"
 */
static bool is_number_of_run(const struct words *words, const char *word, const char *p, bool made)
{
	const char *before = words->count > 0 ? words->at[words->count - 1] : "";
	const char *end = behind_digits(p);
	unsigned long number = strtoul(p, NULL, 10);

	if (p == word && ((made && strcmp(before, "=") == 0) || strcmp(before, "pid") == 0))
		return true;
	if (p > word && p[-1] == '/')
		return isalpha((unsigned char)word[0]) && *end == '\0';
	if (p > word && p[-1] == '(' && (*end == ',' || *end == ')'))
		return strchr(word, '(') == p - 1 && number < 100;
	return number >= FIRST_EPHEMERAL && number <= LAST_EPHEMERAL;
}

/* Append WORD, with a # for each number of this run alone. MADE: behind makes(). */
static void add_word(struct words *words, const char *word, bool made)
{
	char *to = words->at[words->count];
	size_t len = 0;

	for (const char *p = word; *p && len + 1 < WORD_SIZE;) {
		bool begins = isdigit((unsigned char)*p) &&
		              (p == word || !isalnum((unsigned char)p[-1])) &&
		              (p < word + 2 || p[-1] != '.' || !isdigit((unsigned char)p[-2]));
		size_t time = begins ? time_at(p) : 0;

		if (time > 0 || (begins && is_number_of_run(words, word, p, made))) {
			to[len++] = '#';
			p = time > 0 ? p + time : behind_digits(p);
		} else {
			to[len++] = *p++;
		}
	}
	to[len] = '\0';
	words->count++;
}

/* Whether WORD begins a call whose result is a descriptor or a process. */
static bool makes(const char *word)
{
	static const char *const calls[] = { "socket(", "accept4(", "fork(", "waitpid(" };

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strncmp(word, calls[i], strlen(calls[i])) == 0)
			return true;
	return false;
}

static bool begins_call(const char *word)
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len > 0 && word[len] == '(';
}

static struct words words_of(const char *text)
{
	struct words words = { .at = calloc(MAX_WORDS, WORD_SIZE) };
	bool made = false;
	char word[WORD_SIZE];

	if (!words.at)
		fail("no memory for words");
	while (*(text += strspn(text, " \t\r\n"))) {
		size_t len = strcspn(text, " \t\r\n");

		if (words.count == MAX_WORDS)
			fail("more than %d words", MAX_WORDS);
		snprintf(word, sizeof word, "%.*s", (int)len, text);
		made = makes(word) || (made && !begins_call(word));
		add_word(&words, word, made);
		text += len;
	}
	return words;
}

bool words_match(const char *shown, const char *said)
{
	struct words pattern = words_of(shown), text = words_of(said);
	size_t p = 0, t = 0, after_dots = SIZE_MAX, tried = 0;
	bool matches;

	while (t < text.count) {
		if (p < pattern.count && strcmp(pattern.at[p], "...") == 0) {
			after_dots = ++p;
			tried = t;
		} else if (p < pattern.count && strcmp(pattern.at[p], text.at[t]) == 0) {
			p++;
			t++;
		} else if (after_dots != SIZE_MAX) {
			p = after_dots;
			t = ++tried;
		} else {
			break;
		}
	}
	while (p < pattern.count && strcmp(pattern.at[p], "...") == 0)
		p++;
	matches = p == pattern.count && t == text.count;
	free(pattern.at);
	free(text.at);
	return matches;
}
