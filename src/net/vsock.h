/*
 * Addresses of vsock(7), which join virtual machines and their host: a context identifier (CID) and
 * a port of 32 bits each.
 */
#ifndef SOCKIT_NET_VSOCK_H
#define SOCKIT_NET_VSOCK_H

#include "net/addr.h"

/*
 * CID is a number or one of `local` (1), `host` (2) and `hypervisor` (0); empty it is local for a
 * client; for a server it is any, as `*` and `any` are. PORT is a number; 0 is for a server, whose
 * port the kernel then chooses. -1 with a usage error.
 */
int vsock_parse(struct addr *a, const char *cid, const char *port, bool server,
                struct err *err) MUST_CHECK;

/*
 * Add to what *err says of a vsock address what its errno means there: a hint, where there is
 * something to be done. Nothing for addresses of another family.
 */
void vsock_explain(struct err *err, const struct addr *a);

#endif
