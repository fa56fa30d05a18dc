/*
 * The role of echo-serve in the event model: clients are spoken to by the services of their places.
 */
#ifndef SOCKIT_SERVE_ROLE_SERVICE_H
#define SOCKIT_SERVE_ROLE_SERVICE_H

#include "serve/role.h"

extern const struct role role_service;

#endif
