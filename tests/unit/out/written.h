/* What an answer writes to standard output. */
#ifndef UNIT_OUT_WRITTEN_H
#define UNIT_OUT_WRITTEN_H

#include "out/answer.h"

/* An answer to speak to. Standard output is a file from then on. */
struct answer *written_begin(bool json);

/* All that A has written, until the next call; A is freed. */
const char *written_end(struct answer *a);

#endif
