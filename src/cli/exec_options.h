/* A program in the place of standard input and output: shared by connect and listen. */
#ifndef SOCKIT_CLI_EXEC_OPTIONS_H
#define SOCKIT_CLI_EXEC_OPTIONS_H

#include "cli/command.h"

struct exec_options {
	bool exec;           /* the words behind `--` are the program */
	const char *sh_exec; /* a command line for /bin/sh */
	bool allow_setuid;
};

enum { EXEC_OPTION_COUNT = 3 };
extern const struct option_row exec_option_rows[EXEC_OPTION_COUNT];

/* Whether a program was asked for. */
bool exec_options_given(const struct exec_options *o);

/* The program to be run and its words, up to a NULL; zeroed at first. */
struct exec_words {
	const char *const *argv;
	const char *sh[4]; /* argv, for a shell */
	char *path;        /* NULL: no program was asked for */
};

/* A local that is freed when it goes out of scope. */
static inline void exec_words_cleanup(struct exec_words *words)
{
	free(words->path);
}
#define OWN_EXEC_WORDS __attribute__((cleanup(exec_words_cleanup))) struct exec_words

/*
 * Look for it, if one was asked for: -1 with a usage error, or with ERR_PROGRAM when there is no
 * such program or it may not be run. To be called before anything is opened.
 */
int exec_options_find(const struct exec_options *o, const struct command_call *call,
                      struct exec_words *words, struct err *err) MUST_CHECK;

#endif
