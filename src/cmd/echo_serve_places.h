/* What echo-serve serves where: its operands. */
#ifndef SOCKIT_CMD_ECHO_SERVE_PLACES_H
#define SOCKIT_CMD_ECHO_SERVE_PLACES_H

#include "cli/command.h"
#include "net/spec.h"
#include "serve/service.h"

struct echo_serve_place {
	const struct service *service;
	struct spec spec;
};

enum { ECHO_SERVE_PLACES_MAX = 64 };

/*
 * Read CALL's operands by RULES: [SERVICE=]ENDPOINT each, or HOST PORT; none is localhost, and any
 * port. An endpoint alone gets the service called NAME. *places has one for each and is the
 * caller's to free. -1 with a usage error.
 */
int echo_serve_places(const struct command_call *call, const struct spec_rules *rules,
                      const char *name, struct echo_serve_place **places, size_t *count,
                      struct err *err) MUST_CHECK;

#endif
