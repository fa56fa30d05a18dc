/* The command echo-serve: test servers. */
#ifndef SOCKIT_CMD_ECHO_SERVE_H
#define SOCKIT_CMD_ECHO_SERVE_H

#include "cli/command.h"

extern const struct command echo_serve_command;

#endif
