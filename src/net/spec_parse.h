/* From words to an endpoint. The spellings are those of sockit(1), ENDPOINTS. */
#ifndef SOCKIT_NET_SPEC_PARSE_H
#define SOCKIT_NET_SPEC_PARSE_H

#include "net/spec.h"

/*
 * Read COUNT words, 0 to 2 (0 only with rules->port). 0, or -1 with a usage error, in most cases
 * with a hint. *spec is written only on success.
 */
int spec_parse(struct spec *spec, const char *const *words, size_t count,
               const struct spec_rules *rules, struct err *err) MUST_CHECK;

#endif
