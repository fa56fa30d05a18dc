/*
 * Every example of the README, the help and the manual does what it says. To be run from the top
 * folder. How examples are written is said in harness/example.h.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "harness/example.h"
#include "harness/fail.h"
#include "harness/sockit.h"
#include "harness/stage.h"

/* What cannot be tried by a machine, by the beginning of its first command, and why. */
static const struct {
	const char *command, *why;
} untried[] = {
	{ "rlwrap ", "somebody must type" },
	{ "tail -f ", "never ends by itself" },
};

static const char *const commands[] = {
	"resolve", "connect", "listen", "echo-serve", "byteorder", "services",
};

enum { PAGES = 9 }; /* of the manual; each has a test below */

static const char *reason_against(const struct example *example)
{
	for (size_t i = 0; i < ARRAY_LEN(untried); i++)
		if (strncmp(example->steps[0].command, untried[i].command,
		            strlen(untried[i].command)) == 0)
			return untried[i].why;
	return NULL;
}

static void try_all(const char *from, struct examples examples)
{
	unsigned tried = 0, left_out = 0;

	if (examples.count == 0)
		fail("%s has no examples", from);
	for (size_t i = 0; i < examples.count; i++) {
		const struct example *example = &examples.at[i];
		const char *why = reason_against(example);

		if (why) {
			fprintf(stderr, "examples: %s:%u is not tried: %s\n", from, example->line,
			        why);
			left_out++;
			continue;
		}
		stage_play(example);
		tried++;
	}
	fprintf(stderr, "examples: %s: %u tried, %u not\n", from, tried, left_out);
}

static void try_page(const char *from)
{
	stage_enter();
	try_all(from, examples_of_page(from));
}

Test(examples, of_the_readme)
{
	stage_enter();
	try_all("README.md", examples_of_markdown("README.md"));
}

Test(examples, of_the_help)
{
	char from[64];

	stage_enter();
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct child child = sockit_expect(WORDS("help", commands[i]), 0);

		snprintf(from, sizeof from, "sockit help %s", commands[i]);
		try_all(from, examples_of_help(from, child_out(&child)));
	}
}

Test(examples, of_sockit)
{
	try_page("man/sockit.1");
}

Test(examples, of_connect)
{
	try_page("man/sockit-connect.1");
}

Test(examples, of_listen)
{
	try_page("man/sockit-listen.1");
}

Test(examples, of_echo_serve)
{
	try_page("man/sockit-echo-serve.1");
}

Test(examples, of_resolve)
{
	try_page("man/sockit-resolve.1");
}

Test(examples, of_byteorder)
{
	try_page("man/sockit-byteorder.1");
}

Test(examples, of_services)
{
	try_page("man/sockit-services.1");
}

Test(examples, of_the_course)
{
	try_page("man/sockit-sockets.7");
}

Test(examples, of_the_recipes)
{
	try_page("man/sockit-recipes.7");
}

static unsigned count_untried(struct examples examples)
{
	unsigned count = 0;

	for (size_t i = 0; i < examples.count; i++)
		count += reason_against(&examples.at[i]) != NULL;
	return count;
}

Test(examples, are_counted)
{
	size_t found = 0, untried_ones = 0, pages = 0;
	struct examples some = examples_of_markdown("README.md");
	DIR *folder = opendir("man");
	struct dirent *entry;
	char *from;

	found += some.count;
	untried_ones += count_untried(some);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct child child = sockit_expect(WORDS("help", commands[i]), 0);

		found += examples_of_help(commands[i], child_out(&child)).count;
	}
	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		must(asprintf(&from, "man/%s", entry->d_name), "asprintf");
		some = examples_of_page(from);
		found += some.count;
		untried_ones += count_untried(some);
		pages++;
	}
	(void)closedir(folder);
	fprintf(stderr, "examples: %zu in README, help and manual, %zu of them not tried\n", found,
	        untried_ones);
	cr_assert_eq(pages, PAGES, "%zu pages, and %d have a test here", pages, PAGES);
}
