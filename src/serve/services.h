/* The services that echo-serve has. */
#ifndef SOCKIT_SERVE_SERVICES_H
#define SOCKIT_SERVE_SERVICES_H

#include "serve/service.h"

extern const struct service *const services_table[];
extern const size_t services_count;

/* NULL for none. */
const struct service *services_named(const char *name, size_t len);

#endif
