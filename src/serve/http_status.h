/* The status codes of HTTP, from the registry of IANA as of RFC 9110. */
#ifndef SOCKIT_SERVE_HTTP_STATUS_H
#define SOCKIT_SERVE_HTTP_STATUS_H

#include <stdbool.h>

struct http_status {
	unsigned code;
	char reason[36]; /* "" for a code that is not registered */
	/* Header lines, each with its end, that must or should come with it; or "". */
	char fields[52];
};

/* CODE is 100 to 599. */
struct http_status http_status_of(unsigned code);

/* Whether an answer with CODE has a content at all, RFC 9110 section 6.4.1. */
bool http_status_has_content(unsigned code);

#endif
