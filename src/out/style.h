/* Colour, only where it helps, decided for each output stream by itself. */
#ifndef SOCKIT_OUT_STYLE_H
#define SOCKIT_OUT_STYLE_H

#include <stdbool.h>

#include "base/text.h"

/* As --color says. */
enum style_when {
	STYLE_AUTO,
	STYLE_ALWAYS,
	STYLE_NEVER,
};

enum style_ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_GREEN, INK_CYAN, INK_COUNT };

struct style {
	bool color;
};

/* What holds for descriptor FD: WHEN, then NO_COLOR (no-color.org), then CLICOLOR_FORCE
 * (bixense.com/clicolors), then whether it is a terminal that is not dumb. */
struct style style_for(int fd, enum style_when when);

/* Append the escape sequence for what follows; INK_PLAIN ends it. Nothing without colour. */
void style_add(struct text *t, struct style style, enum style_ink ink);

#endif
