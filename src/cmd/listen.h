/*
 * sockit listen: accept connections and join each to stdio, a program, another endpoint or each
 * other.
 */
#ifndef SOCKIT_CMD_LISTEN_H
#define SOCKIT_CMD_LISTEN_H

#include "cli/command.h"

extern const struct command listen_command;

#endif
