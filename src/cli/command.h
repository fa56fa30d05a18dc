/*
 * A command as data, and a call of one. To add a command: its file in cmd/, its record in
 * cmd/commands.c; tests/unit/cmd/commands.c then checks its rows.
 */
#ifndef SOCKIT_CLI_COMMAND_H
#define SOCKIT_CLI_COMMAND_H

#include "base/attr.h"
#include "base/err.h"
#include "cli/option.h"

struct report; /* out/report.h */
struct observe_options;

/* What one invocation asked for. Everything in it lives until the program ends. */
struct command_call {
	const struct command *command;
	const void *options;                   /* the command's options struct */
	const struct observe_options *observe; /* the part of it that all commands have */
	const char *const *operands;
	size_t operand_count;
	const char *const *program; /* the words after `--` of a command that runs a program */
	size_t program_count;
	const unsigned char *given; /* enum option_given by the index of a command_row */
	struct report *report;      /* main sets it */
};

struct command_example {
	const char *line; /* what is typed */
	const char *tells;
};

/* A JSON object that a command puts on standard output, or that lies in one. */
struct command_result {
	const char *what;   /* a phrase */
	const char *fields; /* its keys, as those of a report_row */
};

struct command {
	const char *name;
	const char *summary;       /* a phrase, no capital, no full stop */
	const char *operands;      /* as in the usage line: "ENDPOINT" */
	const char *operands_help; /* how they are written */
	size_t min_operands;
	size_t max_operands;
	bool answers; /* its standard output is for results, and for what --json tells */
	enum option_complete offers; /* by a shell for each operand, where it answers */
	bool many_endpoints;         /* of several kinds in one call, each with its own options */
	/* The option with which the words after `--` are a program's and not operands, or NULL. */
	const char *takes_program;
	const struct command_example *examples; /* up to a NULL line; several */
	const struct option_section *sections;
	size_t section_count;
	size_t options_size;  /* of its options struct, at most COMMAND_OPTIONS_SIZE */
	size_t observe;       /* the offset of its struct observe_options */
	const char *statuses; /* that it can end with: numbers of status_rows, blanks between */
	const struct command_result *results; /* up to a NULL what; NULL: it does not answer */
	/* Returns 0, or -1 with *err filled. */
	int (*run)(const struct command_call *call, struct err *err);
};

enum { COMMAND_OPTIONS_SIZE = 2048, COMMAND_ROWS_MAX = 128 };

/* How an option was given, so that messages can call it what the user called it. */
enum option_given {
	GIVEN_NOT,
	GIVEN_BY_NAME,
	GIVEN_BY_LETTER,
};

/* "--name" or "-n". */
struct option_typed {
	char str[64];
};
struct option_typed option_as_given(const struct option_row *row, enum option_given given);

/* A row of a command and where its value is. */
struct command_row {
	const struct option_row *row;
	const struct option_group *group;
	size_t offset; /* of the value in the command's options struct */
	size_t index;
};

/* The index'th row of all sections: false behind the last. */
bool command_row_at(const struct command *command, size_t index, struct command_row *out);

/* By long name or by letter: false when the command has no such option. */
bool command_row_named(const struct command *command, const char *name, struct command_row *out);
bool command_row_lettered(const struct command *command, char letter, struct command_row *out);

/*
 * To be called with the kind of the parsed endpoint (enum spec_kind) and the endpoint as it was
 * typed: a usage error when an option was given that has no meaning for it.
 */
int command_check_endpoint(const struct command_call *call, unsigned kind, const char *endpoint,
                           struct err *err) MUST_CHECK;

/*
 * The same for several endpoints, of KINDS (FOR_... of option.h): one that has a meaning for any of
 * them passes.
 */
int command_check_kinds(const struct command_call *call, unsigned kinds, const char *endpoints,
                        struct err *err) MUST_CHECK;

/* A usage error: the operands of COMMAND are missing. Returns -1. */
int command_miss_operands(const struct command *command, struct err *err);

/*
 * A usage error when one of ROWS, which other commands have without it, was given and the option
 * NEEDED was not.
 */
int command_check_needs(const struct command_call *call, const struct option_row *rows,
                        size_t count, const char *needed, struct err *err) MUST_CHECK;

/* Whether it can end with the status NUMBER, as status_rows has it. */
bool command_can_end_with(const struct command *command, const char *number);

#endif
