/*
 * The services that this machine's name service switch knows, which is /etc/services nearly
 * everywhere. Names are compared as they are, so case counts.
 */
#ifndef SOCKIT_SYS_SERVICE_H
#define SOCKIT_SYS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/* A struct servent (man 3 getservent) with the port in host byte order. */
struct sys_service {
	const char *name;
	char *const *aliases; /* up to a NULL */
	uint16_t port;
	const char *protocol;
};

/* SERVICE and what it points to are valid until it returns. */
typedef void sys_service_found(void *context, const struct sys_service *service);

/* man 3 getservbyname, getservbyport; PROTOCOL NULL is any. FOUND may be NULL and is called once
 * with the first that fits. Return its port, or -ENOENT when there is none, or another -errno. */
int sys_service_by_name(const char *name, const char *protocol, sys_service_found *found,
                        void *context) MUST_CHECK;
int sys_service_by_port(uint16_t port, const char *protocol, sys_service_found *found,
                        void *context) MUST_CHECK;

/* man 3 getservent: all of them to FOUND, in the order of the file. To the observer it is one call.
 * Returns how many there are, or a negative errno where there may be more. Not for two threads at
 * once. */
int sys_service_each(sys_service_found *found, void *context) MUST_CHECK;

#endif
