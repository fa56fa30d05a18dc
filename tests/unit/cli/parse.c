#include "cli/parse.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "unit/cli/sample.h"

enum { WORDS_MAX = 64 };

/* A line taken apart at its blanks, and what was made of it. */
struct parsed {
	char line[512];
	char *words[WORDS_MAX];
	size_t count;
	struct parse_storage storage;
	struct command_call call;
	struct err e;
	int result;
};

static struct parsed parsed;

/* "''" stands for an empty word. */
static const struct sample_options *parse_as(const struct command *command, const char *line)
{
	struct text t = TEXT_OVER(parsed.line);

	parsed.count = 0;
	text_add_str(&t, line);
	for (char *word, *rest = parsed.line; (word = strsep(&rest, " ")) != NULL;)
		if (*word != '\0')
			parsed.words[parsed.count++] = strcmp(word, "''") == 0 ? word + 2 : word;
	parsed.call = (struct command_call){ .command = command };
	parsed.e = (struct err){ .domain = ERR_NONE };
	parsed.result = parse_command(&sample_program, parsed.words, parsed.count, &parsed.storage,
	                              &parsed.call, &parsed.e);
	return parsed.call.options;
}

static const struct sample_options *parse(const char *line)
{
	const struct sample_options *options = parse_as(&sample_command, line);

	cr_assert_eq(parsed.result, 0, "'%s': %s", line, parsed.e.detail);
	return options;
}

/* The message when LINE is refused. */
static const char *refuse(const char *line)
{
	parse_as(&sample_command, line);
	cr_assert_eq(parsed.result, -1, "'%s' is accepted", line);
	cr_assert_eq(parsed.e.domain, ERR_USAGE);
	return parsed.e.detail;
}

static void assert_operands(const char *wanted)
{
	char got[256];
	struct text t = TEXT_OVER(got);

	for (size_t i = 0; i < parsed.call.operand_count; i++)
		text_add(&t, "%s%s", i > 0 ? " " : "", parsed.call.operands[i]);
	cr_assert_str_eq(got, wanted);
}

Test(parse, fallbacks)
{
	const struct sample_options *o = parse("x");

	cr_assert(!o->flag);
	cr_assert_eq(o->count, 7);
	cr_assert_eq(o->wait, NSEC_NEVER);
	cr_assert_eq(o->size, 0);
	cr_assert_eq(o->mode, OPTION_MODE_UNSET);
	cr_assert_null(o->file);
	cr_assert_eq(o->when, SAMPLE_NEVER);
	cr_assert_eq(o->maybe, SAMPLE_LATER);
	cr_assert_eq(parsed.call.observe, &o->observe);
}

Test(parse, values_of_every_kind)
{
	const struct sample_options *o = parse(
		"--flag --count 12 --wait=2.5 --size=64K --mode 640 --file=a=b --when=now --maybe=never x");

	cr_assert(o->flag);
	cr_assert_eq(o->count, 12);
	cr_assert_eq(o->wait, 2500 * NSEC_PER_MSEC);
	cr_assert_eq(o->size, 65536);
	cr_assert_eq(o->mode, 0640);
	cr_assert_str_eq(o->file, "a=b");
	cr_assert_eq(o->when, SAMPLE_NOW);
	cr_assert_eq(o->maybe, SAMPLE_NEVER);
}

Test(parse, letters)
{
	const struct sample_options *o = parse("-4fvw2 -c12 -F - -w 3 x");

	cr_assert(o->inet && o->flag && o->observe.verbose);
	cr_assert_eq(o->wait, 3 * NSEC_PER_SEC);
	cr_assert_eq(o->count, 12);
	cr_assert_str_eq(o->file, "-");
}

Test(parse, same_by_letter_and_by_name)
{
	cr_assert_eq(parse("-w2 x")->wait, parse("--wait=2 x")->wait);
	cr_assert_eq(parse("-w 2 x")->wait, parse("--wait 2 x")->wait);
	cr_assert_str_eq(parse("-F- x")->file, "-");
	cr_assert_str_eq(parse("-F -5 x")->file, "-5");
}

Test(parse, last_value_holds)
{
	cr_assert_eq(parse("--count 3 -c4 --count=5 x")->count, 5);
	cr_assert(parse("-f -f --flag x")->flag);
	cr_assert_eq(parse("--maybe=never --maybe x")->maybe, SAMPLE_NOW);
}

/* More than the most that has a meaning counts as that. */
Test(parse, counts)
{
	cr_assert_eq(parse("x")->more, 0);
	cr_assert_eq(parse("-m x")->more, 1);
	cr_assert_eq(parse("-mm x")->more, 2);
	cr_assert_eq(parse("-m --more x -m")->more, 3);
	cr_assert_eq(parse("-mmmmm x")->more, 3);
	cr_assert_eq(parse("-vv x")->observe.verbose, 2);
	cr_assert_eq(parse("--verbose -v --verbose x")->observe.verbose, 2);
}

Test(parse, lists_keep_every_value_in_order)
{
	const struct sample_options *o = parse("--word a -Wb --word=c=d x -W e");

	cr_assert_eq(o->words.count, 4);
	cr_assert_str_eq(o->words.at[0], "a");
	cr_assert_str_eq(o->words.at[1], "b");
	cr_assert_str_eq(o->words.at[2], "c=d");
	cr_assert_str_eq(o->words.at[3], "e");
	assert_operands("x");
	cr_assert_eq(parse("x")->words.count, 0);
}

Test(parse, lists_are_bounded)
{
	char line[OPTION_LIST_MAX * 8 + 32];
	struct text t = TEXT_OVER(line);

	for (int i = 0; i < OPTION_LIST_MAX; i++)
		text_add_str(&t, "-Wx ");
	text_add_str(&t, "x");
	cr_assert_eq(parse(line)->words.count, OPTION_LIST_MAX);
	text_add_str(&t, " -Wy");
	cr_assert_str_eq(refuse(line), "-W: given more than 32 times");
}

Test(parse, bare_choice_takes_no_word)
{
	cr_assert_eq(parse("--maybe never")->maybe, SAMPLE_NOW);
	assert_operands("never");
}

Test(parse, operands_and_options_mix)
{
	cr_assert(parse("a --flag b -w 2 c")->flag);
	assert_operands("a b c");
	parse("- a");
	assert_operands("- a");
	parse("a -- --flag -x");
	assert_operands("a --flag -x");
	cr_assert(!parse("a -- --flag")->flag);
	parse("-- -- a");
	assert_operands("-- a");
}

Test(parse, words_of_a_program_stay_apart)
{
	parse_as(&sample_runner, "x -f -v -- prog --flag -- y");
	cr_assert_eq(parsed.result, 0);
	assert_operands("x");
	cr_assert_eq(parsed.call.program_count, 4);
	cr_assert_str_eq(parsed.call.program[0], "prog");
	cr_assert_str_eq(parsed.call.program[2], "--");
	parse_as(&sample_runner, "x");
	cr_assert_eq(parsed.result, 0);
	cr_assert_eq(parsed.call.program_count, 0);
	parse_as(&sample_runner, "-- x");
	cr_assert_eq(parsed.result, 0);
	assert_operands("x");
	cr_assert_eq(parsed.call.program_count, 0);
}

Test(parse, a_program_comes_behind_two_dashes)
{
	parse_as(&sample_runner, "x --flag cat");
	cr_assert_eq(parsed.result, -1);
	cr_assert_str_eq(parsed.e.detail, "--flag needs a program: --flag -- PROG ARG...");
	parse_as(&sample_runner, "x --flag --");
	cr_assert_eq(parsed.result, -1);
	cr_assert_str_eq(parsed.e.detail, "--flag needs a program: --flag -- PROG ARG...");
}

Test(parse, operand_count)
{
	cr_assert_str_eq(refuse("-f"), "no WHAT given");
	cr_assert_str_eq(refuse("a b c d"), "unexpected operand 'd'");
	cr_assert_str_eq(parsed.e.hint, "usage: sockit sample [OPTION...] WHAT");
}

Test(parse, help_stops_the_reading)
{
	parse("--count 3 -vh --nonsense");
	cr_assert(parsed.call.observe->help);
	parse_as(&sample_command, "--nonsense --help");
	cr_assert_eq(parsed.result, -1);
}

Test(parse, observe_is_there_after_an_error)
{
	refuse("--json --nonsense");
	cr_assert(parsed.call.observe->json);
	refuse("--nonsense --json");
	cr_assert(!parsed.call.observe->json);
}

Test(parse, messages)
{
	static const struct {
		const char *line;
		const char *message;
	} rows[] = {
		{ "--flag=1 x", "--flag takes no value" },
		{ "--flag= x", "--flag takes no value" },
		{ "x --count", "--count needs a value: N" },
		{ "x -c", "-c needs a value: N" },
		{ "x -fc", "-c needs a value: N" },
		{ "--file --flag x", "--file needs a value: FILE, not '--flag'" },
		{ "-F -- x", "-F needs a value: FILE, not '--'" },
		{ "-F -f x", "-F needs a value: FILE, not '-f'" },
		{ "-w=2 x", "-w=2: write -w 2 or --wait=2" },
		{ "-w= x", "-w=: write -w DUR or --wait=DUR" },
		{ "--count= x", "--count: the value is empty" },
		{ "--count '' x", "--count: the value is empty" },
		{ "--file= x", "--file: the value is empty" },
		{ "--when= x", "--when: the value is empty" },
		{ "--maybe= x", "--maybe: the value is empty" },
		{ "--cou 3 x", "--cou: unknown option" },
		{ "--FLAG x", "--FLAG: unknown option" },
		{ "---flag x", "---flag: unknown option" },
		{ "--=3 x", "--: unknown option" },
		{ "-fz x", "-z: unknown option" },
		{ "-f- x", "--: unknown option" },
		{ "-of x", "-f and -o exclude each other" },
		{ "--wants-file x", "--wants-file needs --file" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		cr_assert_str_eq(refuse(rows[i].line), rows[i].message);
}

Test(parse, long_unknown_option)
{
	char line[512];

	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "--", 2);
	line[sizeof(line) - 1] = '\0';
	cr_assert_eq(strncmp(refuse(line), "--xxxx", 6), 0);
}
