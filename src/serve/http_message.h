/* A request of HTTP/1.1 as far as it has come, or what is wrong with it. */
#ifndef SOCKIT_SERVE_HTTP_MESSAGE_H
#define SOCKIT_SERVE_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* What a request may have, in bytes. */
enum {
	HTTP_LINE_MAX = 8192,  /* the request line with its end; RFC 9112 section 3 wants 8000 */
	HTTP_HEAD_MAX = 16384, /* request line, header and trailer lines, with their ends */
	HTTP_FIELDS_MAX = 100, /* header and trailer lines */
	HTTP_BODY_MAX = 1 << 20,
	HTTP_CHUNK_LINE_MAX = 1024, /* a chunk's size with its extensions and line end */
};

struct http_field {
	const char *name, *value; /* in the message's text; the value without blanks around it */
};

/* What of it comes next. */
enum http_stage {
	HTTP_STAGE_LINE,
	HTTP_STAGE_FIELDS,
	HTTP_STAGE_SIZED, /* body_left bytes of a body */
	HTTP_STAGE_CHUNK_SIZE,
	HTTP_STAGE_CHUNK, /* body_left bytes of one */
	HTTP_STAGE_CHUNK_END,
	HTTP_STAGE_TRAILERS,
	HTTP_STAGE_WHOLE,
};

struct http_message {
	enum http_stage stage;
	const char *method, *target, *version; /* in text; NULL until they have come */
	unsigned minor;                        /* of HTTP/1: 0, or 1 for all that is later */
	bool close;                            /* the connection is not kept */
	bool expects;                          /* 100-continue, before its body is sent */

	/*
	 * Why it is refused, a constant sentence without its full stop, and the status; NULL: it is
	 * not.
	 */
	const char *refused;
	unsigned refused_status;

	uint8_t *body; /* NULL or owned, body_room bytes */
	size_t body_len, body_room;
	uint64_t body_left;

	size_t head_len; /* bytes that its lines took */
	size_t text_len;
	size_t field_count;
	size_t header_count; /* of these, once the header has ended; the rest are trailers */
	struct http_field fields[HTTP_FIELDS_MAX];
	char text[HTTP_HEAD_MAX]; /* the lines, cut into strings */
};

/* An empty one. NULL without memory. */
struct http_message *http_message_new(void) MUST_CHECK;
void http_message_free(struct http_message *m); /* NULL is allowed */

/*
 * From now on it is refused with STATUS, 4xx or 5xx, and WHY. Returns false, and so may all who
 * parse.
 */
bool http_message_refuse(struct http_message *m, unsigned status, const char *why);

/*
 * The value of the next header field called NAME, in any case, from number *i on; NULL for none. *i
 * goes behind it.
 */
const char *http_message_field(const struct http_message *m, const char *name, size_t *i);

bool http_message_is_head(const struct http_message *m);

/*
 * The path of the target, from "/" on, with its query: that of an absolute one too. "*" is its own.
 */
const char *http_message_path(const struct http_message *m);

#endif
