/* The role of forwarding: each client is joined to another endpoint. */
#ifndef SOCKIT_SERVE_ROLE_FORWARD_H
#define SOCKIT_SERVE_ROLE_FORWARD_H

#include "serve/role.h"

/*
 * Its context is a struct forward_request (relay/forward.h), of which it fills the rest in a copy
 * of its own; its deadline is the server's. That the target cannot be reached is told as an error
 * the first time, and again after it could be.
 */
extern const struct role role_forward;

#endif
