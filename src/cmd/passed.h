/* Sockets that were passed (net/passed.h) in the place of an endpoint. */
#ifndef SOCKIT_CMD_PASSED_H
#define SOCKIT_CMD_PASSED_H

#include "cli/command.h"
#include "net/spec.h"

/*
 * How many there are for CALL: 0 where an endpoint is given. -1 with a usage error, also for an
 * option that says how a socket is to be made.
 */
int passed_for(const struct command_call *call, unsigned *count, struct err *err) MUST_CHECK;

/* All COUNT of them as one endpoint, of one kind. */
int passed_as_one(unsigned count, struct spec *spec, struct err *err) MUST_CHECK;

#endif
