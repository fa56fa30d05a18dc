/* Who has the address that we wanted: looked for in /proc, told only where it can be read. */
#ifndef SOCKIT_NET_HOLDER_H
#define SOCKIT_NET_HOLDER_H

#include "base/text.h"
#include "net/addr.h"

/* Append "held by NAME, pid N" for the process that listens on A's TCP port. Appends nothing where
 * /proc does not say. */
void holder_add_tcp(struct text *t, const struct addr *a);

/* The same for whoever is bound to A's UDP port. */
void holder_add_udp(struct text *t, const struct addr *a);

/* The same for Unix path or abstract name A. */
void holder_add_local(struct text *t, const struct addr *a);

#endif
