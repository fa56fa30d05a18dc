/* `sockit services`: well-known ports and service names, and who uses them here. */
#ifndef SOCKIT_CMD_SERVICES_H
#define SOCKIT_CMD_SERVICES_H

#include "cli/command.h"

extern const struct command services_command;

#endif
