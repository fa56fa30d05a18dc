/* A value of an answer as JSON. */
#ifndef SOCKIT_OUT_CELL_H
#define SOCKIT_OUT_CELL_H

#include <jansson.h>

/* A string; escaped first when it is not UTF-8. NULL without memory, as from the next two. */
json_t *cell_json_str(const char *str);

/* The number that STR is in decimal. */
json_t *cell_json_number(const char *str);

/* The words of STR, which blanks separate, as a list of strings. */
json_t *cell_json_words(const char *str);

#endif
