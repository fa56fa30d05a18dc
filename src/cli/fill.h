/* Words filled into lines of FILL_COLUMNS: the lines after the first begin at an indent. */
#ifndef SOCKIT_CLI_FILL_H
#define SOCKIT_CLI_FILL_H

#include "base/text.h"

/* The last of 80 stays empty: not every terminal wraps late. */
enum { FILL_COLUMNS = 79 };

struct fill {
	struct text *text;
	size_t indent; /* of the lines to come */
	size_t column; /* where the next byte goes */
};

/* A fill whose first line goes on at COLUMN. */
struct fill fill_start(struct text *text, size_t column, size_t indent);

/* Add WORDS, of ASCII, which may be broken at every blank, and a blank in front of them. */
void fill_add(struct fill *f, const char *words);

/* Add WORD, which is kept together, with room for a comma that may follow. */
void fill_add_unbroken(struct fill *f, const char *word);

/* End the line, if there is something on it. */
void fill_end(struct fill *f);

#endif
