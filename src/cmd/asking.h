/* What the commands that answer a question share. */
#ifndef SOCKIT_CMD_ASKING_H
#define SOCKIT_CMD_ASKING_H

#include "cli/command.h"
#include "out/answer.h"

/* Asks, and puts what it finds into ANSWER. What is in there is written even when it fails. */
typedef int asking_command(const struct command_call *call, struct answer *answer, struct err *err);

/* Run COMMAND with an answer as its options want it, and write all of that. */
int asking_run(const struct command_call *call, asking_command *command,
               struct err *err) MUST_CHECK;

#endif
