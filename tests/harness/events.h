/* The lines that --json and --trace write, read back. */
#ifndef HARNESS_EVENTS_H
#define HARNESS_EVENTS_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Each line of TEXT as an object, in an array; fails the test when one is not a JSON object, or is
 * an event whose keys are not those of the manual.
 */
json_t *events_parse(const char *text);

/* The first event that has KEY, or whose KEY is the string VALUE; NULL: none. Borrowed. */
json_t *events_with(json_t *events, const char *key);
json_t *events_where(json_t *events, const char *key, const char *value);

/*
 * Fail the test unless TEXT holds lines that contain the given words, in this order; other lines
 * may come between.
 */
void lines_in_order(const char *text, const char *const *words);

/* Whether a line of TEXT contains both A and B. */
bool line_with(const char *text, const char *a, const char *b);

/* How many lines TEXT has. */
unsigned lines_count(const char *text);

/* How often WORD is in TEXT. */
unsigned count_of(const char *text, const char *word);

#endif
