/*
 * Ports and service names. The system's database answers first; a table of well-known services,
 * built in from services.txt, answers where that is missing or lacks the name.
 */
#ifndef SOCKIT_NET_SERVICE_H
#define SOCKIT_NET_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sys/service.h"

enum { SERVICE_WORD_SIZE = 64 }; /* longer names are nobody's */

/* Arrays, not pointers: a table that nobody asks costs nothing at the start. */
struct service_row {
	char name[20];
	uint16_t port;
	char protocol[6]; /* "tcp", "udp", ... */
	char aliases[36]; /* separated by blanks, maybe empty */
};

extern const struct service_row service_table[];
extern const size_t service_count;

/* Whether TEXT can be the name of a service (RFC 6335 section 5.1, plus what old tables hold):
 * letters, digits and -_+. with a letter among them; service_is_word: without one, too. */
bool service_is_name(const char *text);
bool service_is_word(const char *text);

/* Whether WORD, in any case, is the NAME or one of the ALIASES, which blanks separate. */
bool service_is_called(const char *name, const char *aliases, const char *word);

/* TEXT in small letters, cut to what fits. */
void service_lower(char lower[SERVICE_WORD_SIZE], const char *text);

/* As sys_service_by_name; a NAME that it does not know is asked for in small letters, too. It is
 * shorter than SERVICE_WORD_SIZE. */
int service_by_name(const char *name, const char *protocol, sys_service_found *found,
                    void *context) MUST_CHECK;

/* The port of service NAME (any case) for PROTOCOL, or -1 when nobody knows it. */
int service_port(const char *name, const char *protocol) MUST_CHECK;

/* A port as people write it: 0-65535 or a service name; else a usage error. */
int service_parse_port(const char *text, const char *protocol, uint16_t *port,
                       struct err *err) MUST_CHECK;

#endif
