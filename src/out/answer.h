/*
 * What a command that answers a question prints on standard output: records of named values, given
 * once, shown as text or as JSON. In JSON a value stands under its key, and an outermost record is
 * a line. As text a value is a line, its label and itself, indented as deep as it lies. Lines are
 * collected and written when there are many, or when asked for.
 */
#ifndef SOCKIT_OUT_ANSWER_H
#define SOCKIT_OUT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/unit.h"
#include "out/style.h"

struct answer; /* opaque; one thread at a time */

/* NULL without memory. STYLE is that of standard output. */
struct answer *answer_new(bool json, struct style style) MUST_CHECK;

/* NULL is allowed. What was not flushed is lost. */
void answer_free(struct answer *a);

/*
 * Write all finished lines to standard output. 0, or -1 when this or anything before it failed:
 * ERR_LOCAL, ERR_STDOUT_GONE when the reader has left, or ERR_SIGNAL when a caught one ended the
 * wait for it.
 */
int answer_flush(struct answer *a, struct err *err) MUST_CHECK;

/*
 * A record, or a list of records, until answer_end. KEY is NULL outermost and for what lies in a
 * list. LABEL is the line above it in text; with NULL there is none, and no deeper indentation.
 */
void answer_begin(struct answer *a, const char *key, const char *label);
void answer_list(struct answer *a, const char *key, const char *label);
void answer_end(struct answer *a);

/* A value. KEY NULL: in text alone. LABEL NULL: in JSON alone. STR may hold any bytes: they are
 * escaped; NULL is null, and no line. */
void answer_str(struct answer *a, const char *key, const char *label, const char *str);
void answer_int(struct answer *a, const char *key, const char *label, int64_t value);
void answer_bool(struct answer *a, const char *key, const char *label, bool value);
void answer_time(struct answer *a, const char *key, const char *label, nsec_t value); /* KEY_ms */
/* All 64 bits are meant, not a count: a string in JSON, for many readers know doubles alone. */
void answer_u64(struct answer *a, const char *key, const char *label, uint64_t value);

/* A line of text alone, indented, as it is: the caller escapes what is foreign in it. */
void answer_line(struct answer *a, const char *format, ...) PRINTF_LIKE(2, 3);

/* A table: in text a line a row, in columns that are as wide as they need to be; in JSON a record a
 * row. All rows are kept until its end. */
struct answer_column {
	char title[16]; /* "": not in text */
	char key[14];   /* "": not in JSON */
	bool number;    /* to the right; a number in JSON */
	bool words;     /* with blanks between; a list of strings in JSON */
};

/* COLUMNS must live until answer_table_end. TITLES: with a line of them on top. */
void answer_table(struct answer *a, const struct answer_column *columns, size_t count, bool titles);

/* One cell a column, in text. NULL: "-", and not in the JSON. */
void answer_row(struct answer *a, const char *const *cells);
void answer_table_end(struct answer *a);

#endif
