/*
 * HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112): any request is answered with what was asked and by
 * whom; the paths that do more are in serve/http_route.h.
 */
#ifndef SOCKIT_SERVE_HTTP_H
#define SOCKIT_SERVE_HTTP_H

#include "serve/service.h"

/* How long a request may take from its first byte to its last: then 408. */
#define HTTP_REQUEST_TIME (30 * NSEC_PER_SEC)

extern const struct service service_http;

#endif
