/* What a program has shown against what a page says it shows. */
#ifndef HARNESS_WORDS_H
#define HARNESS_WORDS_H

#include <stdbool.h>

/*
 * Whether the words of SAID are those of SHOWN, however they are broken into lines; `...` in SHOWN
 * stands for any number of words. What differs from run to run counts as the same: times, ephemeral
 * ports, numbers of processes, and of the descriptors of sockets.
 */
bool words_match(const char *shown, const char *said);

#endif
