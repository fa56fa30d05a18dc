/* sockit byteorder: values in host and in network byte order. */
#ifndef SOCKIT_CMD_BYTEORDER_H
#define SOCKIT_CMD_BYTEORDER_H

#include "cli/command.h"

extern const struct command byteorder_command;

#endif
