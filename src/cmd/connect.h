/* sockit connect: open a connection and join it to standard input and output. */
#ifndef SOCKIT_CMD_CONNECT_H
#define SOCKIT_CMD_CONNECT_H

#include "cli/command.h"

extern const struct command connect_command;

#endif
