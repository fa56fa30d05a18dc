/* The small services that every Unix machine once had. */
#ifndef SOCKIT_SERVE_CLASSIC_H
#define SOCKIT_SERVE_CLASSIC_H

#include "base/err.h"
#include "serve/service.h"

extern const struct service service_echo;    /* RFC 862 */
extern const struct service service_discard; /* RFC 863 */
extern const struct service service_upper;   /* answers in capitals: ASCII letters alone change */

/*
 * The lines of RFC 864, from the one that begins with a blank: on a stream without an end, in a
 * datagram 1 to 512 characters of them, a number that changes from one to the next.
 */
extern const struct service service_chargen;

/* RFC 867: one line, "Saturday, November 21, 2026 09:51:14 +0000" and CR LF, in local time. */
extern const struct service service_daytime;

/* RFC 868: the seconds since 1900 modulo 2^32, four bytes in network order. */
extern const struct service service_time;

/*
 * RFC 865: setup->quote as it is, or one of ours; in a datagram its first 512 bytes at most, and of
 * UTF-8 whole characters.
 */
extern const struct service service_qotd;

/* The most that a datagram of chargen and qotd has. */
enum { CLASSIC_DATAGRAM = 512 };

/* What service_daytime (LEN bytes) and service_time say at WALL, nanoseconds since 1970. */
enum { CLASSIC_DAYTIME_SIZE = 64 };
size_t classic_daytime(nsec_t wall, char line[CLASSIC_DAYTIME_SIZE]);
uint32_t classic_time(nsec_t wall);

/* The most that is read of a file with a quote. */
enum { CLASSIC_QUOTE_MAX = SERVICE_ROOM };

/*
 * All of FILE, which is the caller's to free. -1 when it cannot be read (ERR_LOCAL), or with a
 * usage error when it is empty or too long.
 */
int classic_read_quote(const char *file, char **quote, size_t *len, struct err *err) MUST_CHECK;

#endif
