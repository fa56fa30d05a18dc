/* What is told to those who ask: what they asked, and who they are. */
#ifndef SOCKIT_SERVE_HTTP_PAGE_H
#define SOCKIT_SERVE_HTTP_PAGE_H

#include "net/addr.h"
#include "serve/http_answer.h"
#include "serve/http_message.h"

struct http_asker {
	const struct addr *addr;
	const char *name; /* "" for none: the address stands for it */
};

/*
 * A whole request M as a line of JSON, ASCII alone:
 *
 *   {"method", "target", "version", "headers": [{"name", "value"}...] in their order,
 *    "trailers": the same, "body", "body_size", "peer": {"name", "address", "port"}}
 *
 * A value that is not UTF-8 has \xHH for what is not; a body that is not is null, and "body_base64"
 * has it. A peer on a Unix socket has no port. The body is NULL without memory, as from all of
 * these.
 */
struct http_content http_page_json(const struct http_message *m, const struct http_asker *asker);

/* The same for people, HTML. */
struct http_content http_page_html(const struct http_message *m, const struct http_asker *asker);

/*
 * STATUS as a line of JSON: {"status", "reason"}; with WHY, which may be NULL, {"error": {...,
 * "message"}}.
 */
struct http_content http_page_status(unsigned status, const char *why);

/* Whether Accept names text/html, and rather than application/json (RFC 9110 section 12.5.1). */
bool http_page_wants_html(const struct http_message *m);

#endif
