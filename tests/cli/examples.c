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
