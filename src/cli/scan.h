/*
 * The scanner: from the words after the command's name to options and operands. Options may follow
 * operands, `--` ends them. --name=VALUE, --name VALUE, -nVALUE, -n VALUE, letters grouped; no
 * abbreviations. It knows which options exist and whether they take a value, not what they mean.
 */
#ifndef SOCKIT_CLI_SCAN_H
#define SOCKIT_CLI_SCAN_H

#include "cli/command.h"

struct scan {
	const struct command *command;
	char **words; /* operands are moved to its beginning as they are found */
	size_t count;
	size_t next;
	const char *letters; /* what is left of a group of letters */
	size_t operand_count;
	bool runs;      /* the option that takes a program was there */
	size_t program; /* index of the first word of a program; count when there is none */
};

enum scan_kind {
	SCAN_END,
	SCAN_OPTION,
	SCAN_UNKNOWN, /* an option that the command does not have */
};

struct scan_found {
	struct command_row option;
	enum option_given given;
	const char *value; /* NULL when none was written, as for a flag */
	/* The unknown option: "-x", or as much of a long one as fits, without =VALUE. */
	struct option_typed unknown;
};

struct scan scan_start(const struct command *command, char **words, size_t count);

/* The next option in *found; at SCAN_END all operands are gathered. -1: a usage error. */
int scan_next(struct scan *s, enum scan_kind *kind, struct scan_found *found,
              struct err *err) MUST_CHECK;

#endif
