/*
 * The header by which a proxy tells who its client is: haproxy's proxy-protocol.txt, versions 1 (a
 * line of text) and 2 (binary). It goes before everything else on a connection.
 */
#ifndef SOCKIT_NET_PROXY_HEADER_H
#define SOCKIT_NET_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "net/addr.h"

enum proxy_version {
	PROXY_NONE,
	PROXY_V1,
	PROXY_V2,
};

/*
 * The longest line of version 1; the longest header that is read, of which version 2 could have
 * more.
 */
enum { PROXY_HEADER_LINE = 107, PROXY_HEADER_MOST = 4096 };

struct proxy_header {
	bool known; /* the addresses are; else those of the connection itself count */
	struct addr client;
	struct addr local; /* where the client connected to */
};

/*
 * A header for a stream connection of CLIENT, which has connected to LOCAL: "UNKNOWN" or LOCAL for
 * other than IPv4 and IPv6. How many bytes of ROOM it took, which is at least PROXY_HEADER_LINE.
 */
size_t proxy_header_write(enum proxy_version version, const struct addr *client,
                          const struct addr *local, uint8_t *room);

/*
 * Read the header that the N bytes AT begin with: its size, 0 when more bytes are needed, or -1
 * when they cannot begin one. It is never longer than PROXY_HEADER_MOST. *h is written when it is
 * whole.
 */
int proxy_header_read(const uint8_t *at, size_t n, struct proxy_header *h) MUST_CHECK;

#endif
