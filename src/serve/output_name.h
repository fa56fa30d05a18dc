/* The name of the file that a client's bytes go to, from a template such as "log/{id}-{peer}". */
#ifndef SOCKIT_SERVE_OUTPUT_NAME_H
#define SOCKIT_SERVE_OUTPUT_NAME_H

#include "base/err.h"
#include "base/text.h"
#include "base/unit.h"
#include "net/addr.h"

/* What its words stand for. */
struct output_words {
	uint64_t id;             /* {id} */
	const struct addr *peer; /* {peer}: the address; {port}: its port, 0 where there is none */
	nsec_t wall;             /* {time}: when it came, as in 20261121T142905Z; since 1970 */
};

/* A usage error when it has a word that is not known, or braces that are no word's. */
int output_name_check(const char *template, struct err *err) MUST_CHECK;

/* ERR_LOCAL when there is no such folder, as far as that is known before somebody comes. */
int output_name_check_folder(const char *template, struct err *err) MUST_CHECK;

/*
 * Append the name, for a template that passed. What comes from outside is part of one file name in
 * it: bytes other than letters, digits and a few others, and a dot at its beginning, become %HH.
 */
void output_name_add(struct text *t, const char *template, const struct output_words *words);

#endif
