#include "out/style.h"

#include <stdlib.h>
#include <string.h>

#include "sys/file.h"

static bool env_is_set(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] != '\0';
}

static bool style_auto(int fd)
{
	const char *term = getenv("TERM"), *force = getenv("CLICOLOR_FORCE");

	if (env_is_set("NO_COLOR"))
		return false;
	if (env_is_set("CLICOLOR_FORCE") && strcmp(force, "0") != 0)
		return true;
	return sys_is_terminal(fd) && term && strcmp(term, "dumb") != 0;
}

struct style style_for(int fd, enum style_when when)
{
	return (struct style){ .color = when == STYLE_ALWAYS ||
		                        (when == STYLE_AUTO && style_auto(fd)) };
}

void style_add(struct text *t, struct style style, enum style_ink ink)
{
	static const char *const sequences[INK_COUNT] = {
		[INK_PLAIN] = "\033[0m", [INK_BOLD] = "\033[1m",   [INK_DIM] = "\033[2m",
		[INK_RED] = "\033[31m",  [INK_GREEN] = "\033[32m", [INK_CYAN] = "\033[36m",
	};

	if (style.color)
		text_add_str(t, sequences[ink]);
}
