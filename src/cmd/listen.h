/* sockit listen: accept a connection and join it to standard input and output. */
#ifndef SOCKIT_CMD_LISTEN_H
#define SOCKIT_CMD_LISTEN_H

#include "cli/command.h"

extern const struct command listen_command;

#endif
