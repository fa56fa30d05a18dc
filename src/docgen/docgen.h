/* Build-only: completions and the option parts of the manual, from the tables of the commands. */
#ifndef SOCKIT_DOCGEN_DOCGEN_H
#define SOCKIT_DOCGEN_DOCGEN_H

#include "base/text.h"
#include "cli/command.h"

/* Whole files. COMMANDS ends with a NULL. */
void bash_add(struct text *t, const struct command *const *commands);
void zsh_add(struct text *t, const struct command *const *commands);
void fish_add(struct text *t, const struct command *const *commands);

/*
 * The rows of a command's OPTIONS and EXIT STATUS sections, in mdoc. The statuses of NULL are those
 * that any command can end with.
 */
void man_add_options(struct text *t, const struct command *command);
void man_add_statuses(struct text *t, const struct command *command);

/* What a command puts on standard output with --json. */
void man_add_results(struct text *t, const struct command *command);

/*
 * The lists of socket options, of what --json tells of, of echo-serve's services and of its models.
 */
void man_add_sockopts(struct text *t);
void man_add_events(struct text *t);
void man_add_services(struct text *t);
void man_add_models(struct text *t);

/* Add words as lines of roff. */
void man_add_phrase(struct text *t, const char *words);

/* Add STR with a backslash before every byte of SPECIAL. */
void escaped_add(struct text *t, const char *str, const char *special);

/* Add the names of a row's choices with SEPARATOR between them. */
void choices_add(struct text *t, const struct option_row *row, const char *separator);

/* Add the names of echo-serve's services, each with END, and blanks between them. */
void served_add(struct text *t, const char *end);

#endif
