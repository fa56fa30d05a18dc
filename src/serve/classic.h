/* The small services that every Unix machine once had. */
#ifndef SOCKIT_SERVE_CLASSIC_H
#define SOCKIT_SERVE_CLASSIC_H

#include "serve/service.h"

extern const struct service service_echo;    /* RFC 862 */
extern const struct service service_discard; /* RFC 863 */
extern const struct service service_upper;   /* answers in capitals: ASCII letters alone change */

#endif
