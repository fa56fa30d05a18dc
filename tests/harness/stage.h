/*
 * A small world in which the examples of the manual run: two machines, `here` and `there`, whose
 * names are in /etc/hosts, with services there and files to send.
 */
#ifndef HARNESS_STAGE_H
#define HARNESS_STAGE_H

#include "harness/example.h"

/* Build it around this test. Skips the test where the machine does not allow namespaces. */
void stage_enter(void);

/*
 * Type the steps, in the terminal `there` on that machine and in all others on this one. A step
 * that shows an error ends with a status that is not 0, every other one with 0, and what it shows
 * is what comes. What serves is waited for until it listens, and ended when everything was typed.
 */
void stage_play(const struct example *example);

#endif
