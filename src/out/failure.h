/* A struct err as people read it: one sentence, and one more with a hint where there is one. */
#ifndef SOCKIT_OUT_FAILURE_H
#define SOCKIT_OUT_FAILURE_H

#include "base/err.h"
#include "base/text.h"

/* Append "cannot connect to HOST port 80 (192.0.2.1): Connection refused", escaped. */
void failure_add_message(struct text *t, const struct err *e);

/* The name of the code, as a program reads it: "ECONNREFUSED", "EAI_NONAME", "USAGE". */
const char *failure_code_name(const struct err *e);

/* The name of an EAI_* value. */
const char *failure_eai_name(int eai);

/* The name of an h_errno value. */
const char *failure_h_errno_name(int h_error);

/* "Connection reset by peer" and the like. */
const char *failure_errno_text(int error);

#endif
