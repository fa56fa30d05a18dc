/* sockit resolve: names to addresses and back, as programs on this machine see them. */
#ifndef SOCKIT_CMD_RESOLVE_H
#define SOCKIT_CMD_RESOLVE_H

#include "cli/command.h"

extern const struct command resolve_command;

#endif
