/*
 * Ports and service names. The system's database answers first; a table of well-known services,
 * built in from services.txt, answers where that is missing or lacks the name.
 */
#ifndef SOCKIT_NET_SERVICE_H
#define SOCKIT_NET_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Arrays, not pointers: a table that nobody asks costs nothing at the start. */
struct service {
	char name[20];
	uint16_t port;
	char protocol[6]; /* "tcp", "udp", ... */
	char aliases[36]; /* separated by blanks, maybe empty */
};

extern const struct service service_table[];
extern const size_t service_count;

/* The port of service NAME (any case) for PROTOCOL, or -1 when nobody knows it. */
int service_port(const char *name, const char *protocol) MUST_CHECK;

/* A port as people write it: 0-65535 or a service name; else a usage error. */
int service_parse_port(const char *text, const char *protocol, uint16_t *port,
                       struct err *err) MUST_CHECK;

#endif
