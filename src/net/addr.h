/* A socket address of any family as a plain value, and as people write it. */
#ifndef SOCKIT_NET_ADDR_H
#define SOCKIT_NET_ADDR_H

#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/err.h"
#include "base/text.h"

struct addr {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
		struct sockaddr_vm vsock;
		struct sockaddr_storage room;
	} at;
	socklen_t len;
};

/* Copies; LEN is cut to what a struct addr holds. */
struct addr addr_from(const struct sockaddr *at, socklen_t len);

/* Whether inet_aton(3) or inet_pton(3) may accept HOST; getaddrinfo then decides. */
bool addr_looks_numeric(const char *host);

/* The wildcard address of FAMILY, AF_INET or AF_INET6. */
struct addr addr_wildcard(int family, uint16_t port);

/* The loopback address of FAMILY, AF_INET or AF_INET6. */
struct addr addr_loopback(int family, uint16_t port);

/* A path, or with ABSTRACT a name in the abstract namespace (man 7 unix). -1 when it is too long,
 * with a usage error. */
int addr_local(struct addr *a, const char *path, bool abstract, struct err *err) MUST_CHECK;

/* The address of FAMILY, AF_INET or AF_INET6, that BYTES are, 4 or 16 of them in network order; and
 * the bytes of such an address, *n of them. */
struct addr addr_of_bytes(int family, const uint8_t *bytes, uint16_t port);
const uint8_t *addr_bytes(const struct addr *a, size_t *n);

/*
 * In host byte order; 0 for families that have no port. That of IP has 16 bits, that of vsock 32,
 * of which the kernel's choice is 0 here as well.
 */
uint32_t addr_port(const struct addr *a);
void addr_set_port(struct addr *a, uint32_t port);

/* IPv4 or IPv6. */
bool addr_is_inet(const struct addr *a);

/* The address that TEXT is, without a port; false when it is none. Zones are not taken. */
bool addr_of_text(struct addr *a, const char *text);

/*
 * A, or where it is an address of IPv4 that is mapped into IPv6 (RFC 4291 section 2.5.5.2), that
 * one.
 */
struct addr addr_unmapped(const struct addr *a);

bool addr_is_wildcard(const struct addr *a);

/* A multicast group: RFC 5771, RFC 4291 section 2.7. */
bool addr_is_group(const struct addr *a);

/* 255.255.255.255: everybody on the network (RFC 919). */
bool addr_is_broadcast(const struct addr *a);

/* The same address, whatever port and zone they have; of AF_INET or AF_INET6 both. */
bool addr_same_host(const struct addr *a, const struct addr *b);

/* The same in every byte; and a number that is then the same too, of no use against an enemy. */
bool addr_same(const struct addr *a, const struct addr *b);
uint32_t addr_hash(const struct addr *a);

/* 127.0.0.0/8, ::1, and the first as IPv6 (::ffff:127.0.0.1). */
bool addr_is_loopback(const struct addr *a);

/* Append the address without its port, numerically: 192.0.2.1, fe80::1%eth0, unix:/path,
 * unix:@name, vsock:3. Nothing is looked up. */
void addr_add_host(struct text *t, const struct addr *a);

/* The same with the port: "192.0.2.1 port 80", and as one word: "[::1]:80". */
void addr_add(struct text *t, const struct addr *a);
void addr_add_word(struct text *t, const struct addr *a);

#endif
