/*
 * Sockets that whoever started this process has opened for it: descriptors 3 and up, so many as
 * LISTEN_FDS says, where LISTEN_PID is this process (sd_listen_fds(3), systemd.socket(5)).
 */
#ifndef SOCKIT_NET_PASSED_H
#define SOCKIT_NET_PASSED_H

#include "net/spec.h"

enum { PASSED_FIRST = 3, PASSED_MAX = 64 };

/*
 * How many: 0 where there are none, or they are another process's. -1 with a usage error where the
 * variables make no sense, or there are more than PASSED_MAX.
 */
int passed_count(unsigned *count, struct err *err) MUST_CHECK;

/*
 * The endpoint that the I'th is; it will not be inherited. -1 with a usage error where it is
 * nothing that listens or receives datagrams.
 */
int passed_endpoint(unsigned i, struct spec *spec, struct err *err) MUST_CHECK;

#endif
