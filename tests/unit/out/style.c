/* out/style: --color, then NO_COLOR, then CLICOLOR_FORCE, then the terminal; stream by stream. */
#include "out/style.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/fail.h"

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static int open_terminal(void)
{
	int master = must(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");

	must(grantpt(master), "grantpt");
	must(unlockpt(master), "unlockpt");
	return must(open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC), "terminal");
}

struct style_row {
	const char *no_color, *force, *term;
	bool terminal;
	bool color; /* with auto */
};

Test(style, auto_asks_the_environment_and_then_the_terminal)
{
	static const struct style_row rows[] = {
		{ NULL, NULL, "xterm", true, true }, { NULL, NULL, "xterm", false, false },
		{ NULL, NULL, "dumb", true, false }, { NULL, NULL, NULL, true, false },
		{ "1", NULL, "xterm", true, false }, { "0", NULL, "xterm", true, false },
		{ "", NULL, "xterm", true, true },   { "", NULL, "xterm", false, false },
		{ NULL, "1", "xterm", false, true }, { NULL, "1", "dumb", false, true },
		{ NULL, "1", NULL, false, true },    { NULL, "0", "xterm", false, false },
		{ NULL, "0", "xterm", true, true },  { NULL, "", "xterm", false, false },
		{ NULL, "", "xterm", true, true },   { "1", "1", "xterm", true, false },
		{ "1", "1", "xterm", false, false }, { "", "1", "xterm", false, true },
	};
	int terminal = open_terminal(),
	    file = must(open("/dev/null", O_WRONLY | O_CLOEXEC), "null");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fd = rows[i].terminal ? terminal : file;

		set("NO_COLOR", rows[i].no_color);
		set("CLICOLOR_FORCE", rows[i].force);
		set("TERM", rows[i].term);
		cr_assert_eq(style_for(fd, STYLE_AUTO).color, rows[i].color, "row %zu", i);
		/* What was asked for wins over all of it. */
		cr_assert(style_for(fd, STYLE_ALWAYS).color);
		cr_assert(!style_for(fd, STYLE_NEVER).color);
	}
}

Test(style, without_colour_nothing_is_added)
{
	char buf[64];
	struct text t = TEXT_OVER(buf);

	for (int ink = 0; ink < INK_COUNT; ink++)
		style_add(&t, (struct style){ .color = false }, ink);
	cr_assert_str_eq(buf, "");
}

Test(style, with_colour_each_ink_is_a_sequence)
{
	for (int ink = 0; ink < INK_COUNT; ink++) {
		char buf[64];
		struct text t = TEXT_OVER(buf);

		style_add(&t, (struct style){ .color = true }, ink);
		cr_assert_eq(buf[0], '\033');
		cr_assert_eq(buf[1], '[');
		cr_assert_eq(buf[t.len - 1], 'm');
	}
}
