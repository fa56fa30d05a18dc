/* The lines before a body, and behind a chunked one: RFC 9112 sections 3, 5 and 6. */
#ifndef SOCKIT_SERVE_HTTP_HEAD_H
#define SOCKIT_SERVE_HTTP_HEAD_H

#include "serve/http_message.h"

/*
 * Each takes a LINE without its end, LEN bytes and a NUL, in m->text, and cuts it into strings.
 * False: M is refused.
 */
bool http_head_request_line(struct http_message *m, char *line, size_t len);
bool http_head_field(struct http_message *m, char *line, size_t len);

/*
 * The empty line after the header has come: what it says of the connection and of the body.
 * m->stage becomes that of the body. False: M is refused.
 */
bool http_head_end(struct http_message *m);

#endif
