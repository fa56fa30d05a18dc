/* An answer of HTTP/1.1, on its way piece by piece. */
#ifndef SOCKIT_SERVE_HTTP_ANSWER_H
#define SOCKIT_SERVE_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/unit.h"

struct http_content {
	const char *type; /* "application/json" */
	char *body;       /* malloc'd, LEN bytes; NULL: the pattern below, repeated */
	uint64_t len;
	nsec_t interval; /* from one byte to the next; 0: as fast as it goes */
};

/* 64 bytes, the last a newline. */
extern const char http_pattern[];

struct http_answer; /* opaque, under 1 KiB */

/*
 * With STATUS, 200 to 599. What must not have a content has none, whatever CONTENT says; FOR_HEAD
 * sends the header alone, as it would be with it. CLOSE says whether the connection ends behind it.
 * Takes content's body also when there is no memory, which gives NULL.
 */
struct http_answer *http_answer_new(unsigned status, struct http_content content, bool for_head,
                                    bool close) MUST_CHECK;
void http_answer_free(struct http_answer *a); /* NULL is allowed */

bool http_answer_closes(const struct http_answer *a);

enum http_given {
	HTTP_GIVEN_SOME, /* there is more, and no room for it */
	HTTP_GIVEN_ALL,
	HTTP_GIVEN_EARLY, /* there is more at *wake, which is written only then */
};

/* Copy what comes next into ROOM, *given of its LEN bytes. */
enum http_given http_answer_give(struct http_answer *a, uint8_t *room, size_t len, nsec_t now,
                                 size_t *given, nsec_t *wake);

#endif
