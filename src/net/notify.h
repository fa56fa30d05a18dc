/*
 * Telling the service manager, as sd_notify(3) does: what is said goes as a datagram to the Unix
 * socket whose path, or whose abstract name behind '@', is in NOTIFY_SOCKET.
 */
#ifndef SOCKIT_NET_NOTIFY_H
#define SOCKIT_NET_NOTIFY_H

#include "base/attr.h"

/* Tell STATE, "READY=1" for one. 0, also where nobody is to be told, or the negative errno. */
int notify_manager(const char *state);

#endif
