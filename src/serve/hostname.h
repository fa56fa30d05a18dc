/* The name of an address, for one who waits for it. */
#ifndef SOCKIT_SERVE_HOSTNAME_H
#define SOCKIT_SERVE_HOSTNAME_H

#include "base/unit.h"
#include "net/addr.h"

enum { HOSTNAME_SIZE = 1025 }; /* NI_MAXHOST */

/*
 * Into NAME, "" when there is none within LIMIT, or when a signal comes to this thread first. It is
 * looked up in a thread, which is left behind when it takes longer (man 3 getnameinfo has no limit
 * of its own).
 */
void hostname_of(const struct addr *a, nsec_t limit, char name[HOSTNAME_SIZE]);

#endif
