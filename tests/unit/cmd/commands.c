#include "cmd/commands.h"
#include "cmd/listen.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "cli/parse.h"
#include "cli/value.h"

/* Calls CHECK with every row of every command. */
static void for_each_row(void (*check)(const struct command *c, const struct command_row *r))
{
	struct command_row r;
	size_t rows = 0;

	for (const struct command *const *c = commands; *c != NULL; c++)
		for (size_t i = 0; command_row_at(*c, i, &r); i++, rows++)
			check(*c, &r);
	cr_assert(rows > 40);
}

static void check_texts(const struct command *c, const struct command_row *r)
{
	const struct option_row *row = r->row;

	cr_assert(row->name != NULL && strlen(row->name) > 1);
	cr_assert_eq(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(row->name));
	cr_assert(row->help != NULL && row->help[0] != '\0', "%s --%s", c->name, row->name);
	cr_assert_neq(row->help[strlen(row->help) - 1], '.', "%s --%s", c->name, row->name);
	cr_assert(row->man == NULL || row->man[strlen(row->man) - 1] == '.', "--%s", row->name);
	cr_assert_eq(row->arg != NULL, option_takes_value(row), "%s --%s", c->name, row->name);
	cr_assert_eq(row->choices != NULL,
	             row->kind == OPTION_CHOICE || row->kind == OPTION_MAYBE_CHOICE);
}

Test(commands, rows_have_texts)
{
	for_each_row(check_texts);
}

static void check_unique(const struct command *c, const struct command_row *r)
{
	struct command_row found;

	cr_assert(command_row_named(c, r->row->name, &found));
	cr_assert_eq(found.index, r->index, "%s --%s twice", c->name, r->row->name);
	if (r->row->letter != '\0') {
		cr_assert(command_row_lettered(c, r->row->letter, &found));
		cr_assert_eq(found.index, r->index, "%s -%c twice", c->name, r->row->letter);
	}
}

Test(commands, names_and_letters_are_unique)
{
	for_each_row(check_unique);
}

static void check_relations(const struct command *c, const struct command_row *r)
{
	struct command_row other;
	char names[512], *left = names, *name;

	cr_assert(!r->row->needs || command_row_named(c, r->row->needs, &other), "--%s needs --%s",
	          r->row->name, r->row->needs);
	snprintf(names, sizeof names, "%s", r->row->excludes ? r->row->excludes : "");
	while ((name = strsep(&left, " ")) && r->row->excludes) {
		cr_assert(command_row_named(c, name, &other), "--%s excludes --%s", r->row->name,
		          name);
		cr_assert_str_neq(name, r->row->name);
		cr_assert(!option_names_has(other.row->excludes, r->row->name),
		          "--%s and --%s: twice", r->row->name, name);
	}
}

Test(commands, needs_and_excludes_exist)
{
	for_each_row(check_relations);
}

static void check_fallback(const struct command *c, const struct command_row *r)
{
	struct err e;
	uint64_t field;

	if (r->row->fallback == NULL)
		return;
	cr_assert_neq(r->row->kind, OPTION_FLAG);
	cr_assert_eq(value_parse(r->row, r->row->name, r->row->fallback, &field, &e), 0,
	             "%s %s: %s", c->name, r->row->name, e.detail);
}

Test(commands, fallbacks_are_values)
{
	for_each_row(check_fallback);
}

static void check_place(const struct command *c, const struct command_row *r)
{
	struct command_row other;

	cr_assert(r->offset < c->options_size);
	for (size_t i = 0; i < r->index && command_row_at(c, i, &other); i++)
		cr_assert_neq(other.offset, r->offset, "--%s and --%s share a field", r->row->name,
		              other.row->name);
}

Test(commands, every_row_has_its_own_field)
{
	for_each_row(check_place);
}

/* Each pair as a table says it, through the parser, in both orders. */
static const char *parse_pair(const struct command *c, const char *first, const char *second)
{
	static const struct program program = { .commands = commands };
	static struct parse_storage storage;
	static struct err e;
	static char words[3][64];
	char *argv[] = { words[0], words[1], words[2] };
	struct command_call call = { .command = c };
	struct text a = TEXT_OVER(words[0]);
	struct text b = TEXT_OVER(words[1]);
	struct text operand = TEXT_OVER(words[2]);

	text_add_str(&a, first);
	text_add_str(&b, second);
	text_add_str(&operand, "x");
	e.detail[0] = '\0';
	cr_assert_eq(parse_command(&program, argv, 3, &storage, &call, &e) != 0,
	             e.detail[0] != '\0');
	return e.detail;
}

/* What has no meaning together, as people type it. */
static const struct {
	const char *a;
	const char *b;
} impossible[] = {
	{ "-4", "-6" },
	{ "--send-only", "--recv-only" },
	{ "--send-only", "--raw" },
	{ "--send-only", "--no-half-close" },
	{ "-d", "--send-only" },
	{ "-d", "--recv-only" },
	{ "-d", "--no-half-close" },
	{ "-d", "--on-peer-close=quit" },
	{ "-d", "-q0" },
	{ "--recv-only", "--no-half-close" },
	{ "--recv-only", "--on-peer-close=keep" },
	{ "--recv-only", "-q1" },
	{ "-U", "-4" },
	{ "-U", "-6" },
	{ "-U", "-n" },
	{ "-U", "-s::1" },
	{ "-U", "-p80" },
	{ "-U", "-Ilo" },
};

/* Between one connection and standard input and output. */
static bool moves_bytes(const struct command *c)
{
	return !c->answers && !c->many_endpoints;
}

Test(commands, impossible_pairs)
{
	for (const struct command *const *c = commands; *c != NULL; c++) {
		for (size_t i = 0; moves_bytes(*c) && i < ARRAY_LEN(impossible); i++) {
			const char *a = impossible[i].a;
			const char *b = impossible[i].b;

			cr_assert_not_null(strstr(parse_pair(*c, a, b), "exclude each other"),
			                   "%s %s %s", (*c)->name, a, b);
			cr_assert_not_null(strstr(parse_pair(*c, b, a), "exclude each other"),
			                   "%s %s %s", (*c)->name, b, a);
		}
	}
}

Test(commands, possible_pairs)
{
	static const struct {
		const char *a;
		const char *b;
	} possible[] = {
		{ "--send-only", "-q1" },
		{ "--send-only", "--on-peer-close=keep" },
		{ "--recv-only", "--raw" },
		{ "-d", "--raw" },
		{ "-d", "-i3" },
		{ "-q1", "--no-half-close" },
		{ "-q1", "--on-peer-close=keep" },
		{ "-U", "-v" },
		{ "-4", "-n" },
		{ "-p80", "-s::1" },
		{ "--json", "--color=never" },
		{ "--trace=explain", "--json" },
		{ "-i3", "--deadline=9" },
	};

	for (const struct command *const *c = commands; *c != NULL; c++)
		for (size_t i = 0; moves_bytes(*c) && i < ARRAY_LEN(possible); i++)
			cr_assert_str_empty(parse_pair(*c, possible[i].a, possible[i].b));
}

Test(commands, unix_mode_is_not_for_tcp)
{
	static const char *const tcp[] = { "-4",   "-6",   "-n",           "-s::1",
		                           "-p80", "-Ilo", "--port-file=x" };

	for (size_t i = 0; i < ARRAY_LEN(tcp); i++)
		cr_assert_not_null(
			strstr(parse_pair(&listen_command, "--unix-mode=600", tcp[i]), "exclude"),
			"%s", tcp[i]);
	cr_assert_str_empty(parse_pair(&listen_command, "--unix-mode=600", "-U"));
}

Test(commands, records)
{
	for (const struct command *const *c = commands; *c != NULL; c++) {
		cr_assert((*c)->options_size <= COMMAND_OPTIONS_SIZE);
		cr_assert((*c)->run != NULL && (*c)->summary != NULL &&
		          (*c)->operands_help != NULL);
		cr_assert((*c)->examples[0].line != NULL && (*c)->examples[1].line != NULL);
		cr_assert((*c)->min_operands <= (*c)->max_operands);
		cr_assert_not_null((*c)->statuses, "%s: no exit statuses", (*c)->name);
		char statuses[64], *left = statuses, *s;

		snprintf(statuses, sizeof statuses, "%s", (*c)->statuses);
		while ((s = strsep(&left, " "))) {
			size_t i = 0;

			while (i < status_row_count && strcmp(status_rows[i].number, s) != 0)
				i++;
			cr_assert(i < status_row_count, "%s: status %s", (*c)->name, s);
		}
	}
}
