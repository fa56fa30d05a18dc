/*
 * The examples of the README, the help and the manual, as somebody would type them. A line `$
 * COMMAND` is typed in a terminal, `NAME$ COMMAND` in one that is called NAME; a backslash at its
 * end carries it on. Other lines are what the last command shows, from its start to the end of the
 * block; the word `...` among them stands for any that are left out. A shown line may be broken at
 * any blank.
 */
#ifndef HARNESS_EXAMPLE_H
#define HARNESS_EXAMPLE_H

#include <stddef.h>

enum { EXAMPLE_STEPS = 24 };

struct step {
	char terminal[16];
	char *command; /* on one line */
	char *shown;   /* "" when nothing is */
};

/* A block of steps, tried one after the other in one place. */
struct example {
	const char *from; /* "man/sockit.1"; borrowed */
	unsigned line;    /* of its first line there */
	size_t count;
	struct step steps[EXAMPLE_STEPS];
};

struct examples {
	size_t count;
	struct example *at;
};

/*
 * The examples of a manual page, of a file in markdown, and of `sockit help COMMAND` as TEXT. They
 * live as long as the test. FROM must, too.
 */
struct examples examples_of_page(const char *from);
struct examples examples_of_markdown(const char *from);
struct examples examples_of_help(const char *from, const char *text);

#endif
