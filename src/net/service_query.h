/* The words by which a person asks for services: NAME, PORT or LOW-HIGH, each maybe with /PROTO. */
#ifndef SOCKIT_NET_SERVICE_QUERY_H
#define SOCKIT_NET_SERVICE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/service_list.h"

/* TEXT must outlive the query. A usage error when it is none of these. */
int service_query_parse(struct service_query *q, const char *text, struct err *err) MUST_CHECK;

/* Let it be about PROTOCOL only; a usage error when it already is about another, or when that is no
 * protocol's name. */
int service_query_limit(struct service_query *q, const char *protocol, struct err *err) MUST_CHECK;

/* Whether E is of the query: names and aliases in any case. */
bool service_query_matches(const struct service_query *q, const struct service_entry *e);

/* Whether TEXT is part of E's name or of an alias, in any case; one with a slash, of its
 * "port/protocol" as well. */
bool service_entry_contains(const struct service_entry *e, const char *text);

#endif
