/* Values and lines of JSON, as everything here writes them. */
#ifndef SOCKIT_OUT_CELL_H
#define SOCKIT_OUT_CELL_H

#include <jansson.h>

#include "base/unit.h"

/* A string; escaped first when it is not UTF-8. NULL without memory, as from all of these. */
json_t *cell_json_str(const char *str);

/* The number that STR is in decimal. */
json_t *cell_json_number(const char *str);

/* The words of STR, which blanks separate, as a list of strings. */
json_t *cell_json_words(const char *str);

/* Milliseconds, with microseconds behind the point. */
json_t *cell_json_msec(nsec_t time);

/* A line with its end, to be freed: ASCII alone, so that no byte of it does anything to a terminal.
 * Takes OBJECT. */
char *cell_json_line(json_t *object);

#endif
