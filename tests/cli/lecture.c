/* The lectures: each is a script that checks its own output. To be run from the top folder. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/child.h"
#include "harness/fail.h"
#include "harness/launch.h"

#define FOLDER "tests/lecture"

enum { LECTURES = 10 };

/* A lecture ends itself after a minute. */
static void hold(const char *name, const char *shell)
{
	char script[256], sockit[512], last[256];
	struct child child;

	snprintf(script, sizeof(script), FOLDER "/%s.sh", name);
	snprintf(sockit, sizeof(sockit), "SOCKIT=%s", launch_sockit());
	snprintf(last, sizeof(last), "%s.sh: everything was as told\n", name);
	if (access(script, X_OK) < 0)
		fail("%s is not here: run the tests from the top folder of the project", script);
	child = child_start(
		&(struct plan){ .program = shell, .args = WORDS(script), .env = WORDS(sockit) });
	child_finish_within(&child, 70);
	child_expect(&child, 0);
	child_says(&child, last);
	cr_assert_str_empty(child_err(&child), "%s says on stderr: %s", script, child_err(&child));
}

static void hold_in_both(const char *name)
{
	hold(name, "sh");
	hold(name, "bash");
}

Test(lecture, host_lookup)
{
	hold_in_both("host-lookup");
}

Test(lecture, byte_order)
{
	hold_in_both("byte-order");
}

Test(lecture, iterative)
{
	hold_in_both("iterative");
}

Test(lecture, fork)
{
	hold_in_both("fork");
}

Test(lecture, thread)
{
	hold_in_both("thread");
}

Test(lecture, event)
{
	hold_in_both("event");
}

Test(lecture, half_close)
{
	hold_in_both("half-close");
}

Test(lecture, sigpipe)
{
	hold_in_both("sigpipe");
}

Test(lecture, time_wait)
{
	hold_in_both("time-wait");
}

Test(lecture, port_in_use)
{
	hold_in_both("port-in-use");
}

Test(lecture, every_script_has_a_test)
{
	unsigned found = 0;
	struct dirent *entry;
	DIR *folder = opendir(FOLDER);

	if (!folder)
		fail("%s is not here: run the tests from the top folder of the project", FOLDER);
	while ((entry = readdir(folder)))
		found += strstr(entry->d_name, ".sh") && strcmp(entry->d_name, "lecture.sh") != 0;
	(void)closedir(folder);
	cr_assert_eq(found, LECTURES, "%u scripts, %d tests", found, LECTURES);
}
