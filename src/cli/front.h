/*
 * From argv to what main has to do. Only --help and --version may stand before the command. No I/O:
 * texts are handed over, main writes them.
 */
#ifndef SOCKIT_CLI_FRONT_H
#define SOCKIT_CLI_FRONT_H

#include "base/text.h"
#include "cli/parse.h"
#include "out/style.h"

enum front_outcome {
	FRONT_RUN,   /* set call.report, then call.command->run(&call, &err) */
	FRONT_TEXT,  /* write the text to standard output, status 0 */
	FRONT_USAGE, /* write the text to standard error, status 2 */
	FRONT_ERROR, /* *err is filled; call.command names the command, call.observe how to tell it;
	              * both may be NULL */
};

enum { FRONT_TEXT_SIZE = 16384 };

struct front {
	const struct program *program;
	struct style style; /* of standard output, for the help, where --color leaves it open */
	/* Filled by front_read; it points into itself and into argv, so it stays where it is. */
	struct command_call call;
	struct text text;
	struct parse_storage storage;
	char buffer[FRONT_TEXT_SIZE];
};

/* Reads ARGC words and a NULL, main's own; the words are reordered. */
enum front_outcome front_read(struct front *front, int argc, char **argv,
                              struct err *err) MUST_CHECK;

#endif
