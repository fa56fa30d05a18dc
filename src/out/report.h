/*
 * Everything that happens is told here, once: a kind of event and its named fields. As text the
 * fields fill the kind's sentence; as JSON they are printed as they are. The kinds are rows of
 * report_kinds.c.
 */
#ifndef SOCKIT_OUT_REPORT_H
#define SOCKIT_OUT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/unit.h"
#include "net/addr.h"
#include "out/report_kinds.h"
#include "out/style.h"

enum report_type {
	REPORT_STR, /* escaped when shown as text; NULL is left out of JSON */
	REPORT_INT,
	REPORT_BOOL,  /* text: on or off */
	REPORT_TIME,  /* JSON: NAME_ms */
	REPORT_ADDR,  /* JSON: NAME_addr and NAME_port, or NAME_path */
	REPORT_WORDS, /* text alone: JSON has the same in other fields */
	REPORT_LIST,  /* JSON: a list of strings; text: the strings, escaped, with blanks between */
};

struct report_field {
	const char *name;
	enum report_type type;
	union {
		const char *str;
		int64_t number;
		bool truth;
		nsec_t time;
		const struct addr *addr;
		const char *const *list; /* up to a NULL */
	} is;
};

#define FIELD_STR(key, value)                                                                      \
	{                                                                                          \
		.name = (key), .type = REPORT_STR, .is.str = (value)                               \
	}
#define FIELD_INT(key, value)                                                                      \
	{                                                                                          \
		.name = (key), .type = REPORT_INT, .is.number = (int64_t)(value)                   \
	}
#define FIELD_BOOL(key, value)                                                                     \
	{                                                                                          \
		.name = (key), .type = REPORT_BOOL, .is.truth = (value)                            \
	}
#define FIELD_TIME(key, value)                                                                     \
	{                                                                                          \
		.name = (key), .type = REPORT_TIME, .is.time = (value)                             \
	}
#define FIELD_WORDS(value)                                                                         \
	{                                                                                          \
		.name = "words", .type = REPORT_WORDS, .is.str = (value)                           \
	}
#define FIELD_LIST(key, value)                                                                     \
	{                                                                                          \
		.name = (key), .type = REPORT_LIST, .is.list = (value)                             \
	}
#define FIELD_ADDR(key, value)                                                                     \
	{                                                                                          \
		.name = (key), .type = REPORT_ADDR, .is.addr = (value)                             \
	}

struct report_config {
	const char *command; /* the name in front of an error: "connect"; NULL for none */
	unsigned verbose;    /* tell events as text; from 2 on details too, in JSON as well */
	bool json;           /* tell them as JSON */
	const char *file;    /* JSON goes there, NULL: to stderr */
	bool json_to_stdout; /* or there */
	struct style style;  /* of stderr */
};

struct report; /* opaque; several threads may tell at once */

extern const char report_built_in[]; /* for --version */

/*
 * A report that tells nothing but errors and what cannot wait. NULL without memory. It lives as
 * long as the program, for a look-up that was left behind may still be traced.
 */
struct report *report_new(void) MUST_CHECK;

/* From now on as CONFIG says; -1 when its file cannot be opened (it is made with mode 0600). */
int report_configure(struct report *r, const struct report_config *config,
                     struct err *err) MUST_CHECK;

/* For the next three R may be NULL, which nobody hears. */

/* Whether anybody hears events, so that finding fields can be saved. */
bool report_is_heard(const struct report *r);

/* Whether anybody hears details, such as what became of a socket option: -vv. */
bool report_hears_details(const struct report *r);

/* Tell an event. URGENT ones are told as text even where nobody asked for events. */
void report_event(struct report *r, enum report_kind kind, bool urgent,
                  const struct report_field *fields, size_t count);

#define REPORT_WITH(report, kind, urgent, ...)                                                     \
	report_event((report), (kind), (urgent), (const struct report_field[]){ __VA_ARGS__ },     \
	             sizeof((const struct report_field[]){ __VA_ARGS__ }) /                        \
	                     sizeof(struct report_field))
#define REPORT(report, kind, ...) REPORT_WITH(report, kind, false, __VA_ARGS__)

/* Tell of a failure: on stderr, and in the report file where there is one. */
void report_failure(struct report *r, const struct err *e);

/* The same for what comes too late to be the result: see report_close. */
void report_late_failure(struct report *r, const struct err *e);

/*
 * The end of the report file, if there is one: 0, or -1 when something of what was asked for could
 * not be written, there or elsewhere: ERR_LOCAL, or ERR_STDOUT_GONE; or else, after a late failure,
 * ERR_SHOWN with its status. What is told from now on goes to stderr, as text.
 */
int report_close(struct report *r, struct err *err) MUST_CHECK;

/* Whether something that could not be written was for standard output. */
bool report_results_are_lost(const struct report *r);

#endif
