/* What is to be reached by a dial, and how. */
#ifndef SOCKIT_STREAM_DIAL_REQUEST_H
#define SOCKIT_STREAM_DIAL_REQUEST_H

#include "base/unit.h"
#include "net/sockopt.h"
#include "net/spec.h"
#include "stream/multicast.h"

struct dial_request {
	const struct spec *spec;   /* must live as long as the dial */
	int family;                /* AF_UNSPEC, AF_INET or AF_INET6 */
	bool numeric;              /* no look-ups */
	const struct addr *source; /* to connect from, of FAMILY, or NULL; its port may be 0 */
	const char *interface;     /* SO_BINDTODEVICE, or NULL */
	const struct sockopt_list *sockopts; /* to be set, or NULL */
	const struct multicast *multicast;   /* of UDP; the distance, of TCP too; or NULL */
	nsec_t deadline;                     /* for all of it: name, connect */
	nsec_t limit; /* the duration that the deadline was made from, for the message */
};

#endif
