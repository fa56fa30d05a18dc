/* A command with an option of every kind and relation, and a program that has only that. */
#ifndef TESTS_UNIT_CLI_SAMPLE_H
#define TESTS_UNIT_CLI_SAMPLE_H

#include "cli/observe_options.h"
#include "cli/program.h"

enum sample_when {
	SAMPLE_LATER,
	SAMPLE_NOW,
	SAMPLE_NEVER,
};

struct sample_options {
	struct observe_options observe;
	bool flag;
	bool other;
	unsigned count;
	nsec_t wait;
	uint64_t size;
	unsigned mode;
	const char *file;
	enum sample_when when;
	enum sample_when maybe;
	bool wants_file;
	bool inet;
	bool local;
	unsigned more;
	struct option_list words;
};

/* The second one takes a program with --flag. */
extern const struct command sample_command;
extern const struct command sample_runner;
extern const struct program sample_program;

#endif
