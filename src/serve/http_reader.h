/*
 * Reads a request: RFC 9112. However its bytes are cut into pieces, what comes of them is the same.
 */
#ifndef SOCKIT_SERVE_HTTP_READER_H
#define SOCKIT_SERVE_HTTP_READER_H

#include "serve/http_message.h"

enum http_progress {
	HTTP_HUNGRY, /* more is needed; what was not used is kept, and given again in front of it */
	HTTP_CONTINUE, /* the client wants to hear 100 before it goes on */
	HTTP_WHOLE,
	HTTP_REFUSED, /* m->refused */
	HTTP_MEMORY,  /* there is none */
};

/*
 * Take of the LEN bytes at IN what belongs to M; *used of them are used up. What comes behind a
 * whole one is left. At most HTTP_HEAD_MAX bytes are left when it is hungry.
 */
enum http_progress http_read(struct http_message *m, const uint8_t *in, size_t len, size_t *used);

#endif
