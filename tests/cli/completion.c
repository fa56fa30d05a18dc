/* The completions of three shells, each tried in that shell. To be run from the top folder. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/child.h"
#include "harness/fail.h"
#include "harness/launch.h"

static void try_shell(const char *shell, const char *script)
{
	char sockit[512];
	struct child child;

	if (access(script, X_OK) < 0)
		fail("%s is not here: run the tests from the top folder of the project", script);
	child = child_run(
		&(struct plan){ .program = "sh", .args = WORDS("-c", "command -v \"$0\"", shell) });
	if (child.status != 0)
		skip("%s is not installed", shell);
	snprintf(sockit, sizeof(sockit), "SOCKIT=%s", launch_sockit());
	child = child_run(&(struct plan){ .program = script, .env = WORDS(sockit) });
	child_expect(&child, 0);
}

Test(completion, of_bash)
{
	try_shell("bash", "tests/scripts/completion_bash.sh");
}

Test(completion, of_zsh)
{
	try_shell("zsh", "tests/scripts/completion_zsh.sh");
}

Test(completion, of_fish)
{
	try_shell("fish", "tests/scripts/completion_fish.sh");
}

Test(completion, and_page_have_every_option)
{
	const char *script = "tests/scripts/everywhere.sh";
	struct child child;

	if (access(script, X_OK) < 0)
		fail("%s is not here: run the tests from the top folder of the project", script);
	child = child_run(&(struct plan){ .program = script, .args = WORDS(launch_sockit()) });
	child_expect(&child, 0);
}
