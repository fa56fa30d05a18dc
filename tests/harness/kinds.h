/*
 * The kinds of JSON objects and their keys, as the manual lists them. To be used in the top folder.
 */
#ifndef HARNESS_KINDS_H
#define HARNESS_KINDS_H

#include <jansson.h>

/*
 * Fail the test unless PAGE of the manual has a list of keys for WHAT ("closed", "a number") that
 * is met by OBJECT: no key but those, and all of them that are always there.
 */
void kinds_expect(const json_t *object, const char *page, const char *what);

/* kinds_expect() for an object that is an event or an error; another one is left alone. */
void kinds_expect_event(const json_t *object);

#endif
