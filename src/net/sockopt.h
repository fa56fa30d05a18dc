/*
 * The socket options that --sockopt NAME=VALUE sets, as plain data. The parser, the help, the
 * manual, the completions and --trace read the one table. A name is the C constant's in lower case,
 * with dashes and without SO_: SO_RCVBUF is rcvbuf, TCP_NODELAY is tcp-nodelay. Meanings and limits
 * are those of man 7 socket, ip, ipv6, tcp and udp.
 */
#ifndef SOCKIT_NET_SOCKOPT_H
#define SOCKIT_NET_SOCKOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/text.h"
#include "base/unit.h"

/* How a value is written, and what the kernel gets. */
enum sockopt_type {
	SOCKOPT_FLAG,     /* on or off; an int */
	SOCKOPT_NUMBER,   /* from min to max; an int */
	SOCKOPT_BITS,     /* the same, also as 0x and hexadecimal digits, and shown so */
	SOCKOPT_SIZE,     /* bytes, from min to max; an int */
	SOCKOPT_RATE,     /* bytes a second; 64 bits */
	SOCKOPT_DURATION, /* whole units, from min to max of them; an int that counts units */
	SOCKOPT_LINGER,   /* off, or a duration in whole seconds; struct linger */
	SOCKOPT_DISCOVER, /* one of sockopt_discover; an int */
	SOCKOPT_NAME,     /* text of at most SOCKOPT_NAME_MAX bytes */
};

enum { SOCKOPT_NAME_MAX = 15, SOCKOPT_LIST_MAX = 32 };

/*
 * What a socket is and does. Of each line a socket has one, and an option those that it has a
 * meaning for.
 */
enum sockopt_place {
	SOCKOPT_IPV4 = 1,
	SOCKOPT_IPV6 = 2,
	SOCKOPT_UNIX = 4,

	SOCKOPT_STREAM = 8,
	SOCKOPT_DATAGRAM = 16,

	SOCKOPT_CONNECTS = 32,
	SOCKOPT_LISTENS = 64, /* and the sockets that it accepts */

	/* Of an option alone: connecting or accepting loses it, so it is set once more then. */
	SOCKOPT_FADES = 128,
};

/* How the path MTU is found, by either IP. */
struct sockopt_discover {
	char name[12];
	int value;
};
enum { SOCKOPT_DISCOVER_COUNT = 6 };
extern const struct sockopt_discover sockopt_discover[SOCKOPT_DISCOVER_COUNT];

struct sockopt {
	char name[28];     /* "tcp-nodelay" */
	int level, number; /* for setsockopt */
	int read;          /* the number for getsockopt where it is another one, else 0 */
	enum sockopt_type type;
	unsigned places; /* enum sockopt_place, or'ed */
	uint64_t min, max;
	nsec_t unit;   /* of a duration */
	char help[76]; /* a phrase, no full stop */
};

/* By level, then by name. */
extern const struct sockopt sockopt_rows[];
extern const size_t sockopt_row_count;

/* As the kernel takes it and gives it. */
union sockopt_value {
	int number;
	uint64_t rate;
	struct linger linger;
	char name[SOCKOPT_NAME_MAX + 1];
};

struct sockopt_setting {
	const struct sockopt *option;
	union sockopt_value value;
	const char *asked; /* the value as it was typed */
};

/* What was asked for, each option once. */
struct sockopt_list {
	const char *from; /* the option that they came with, for messages; NULL: --sockopt */
	struct sockopt_setting at[SOCKOPT_LIST_MAX];
	size_t count;
};

/* The option called NAME, LEN bytes: its name or the C constant's, in any case. NULL for none. */
const struct sockopt *sockopt_named(const char *name, size_t len);

/* Append the C constant's name: TCP_NODELAY, SO_RCVBUF. */
void sockopt_add_constant(struct text *t, const struct sockopt *option);

/* The option that setsockopt knows by these, or NULL. */
const struct sockopt *sockopt_numbered(int level, int number);

/*
 * Read VALUE as a value of OPTION. A usage error says what it should be, but not where it came
 * from.
 */
int sockopt_parse_value(const struct sockopt *option, const char *value, union sockopt_value *out,
                        struct err *err) MUST_CHECK;

/*
 * Add the setting TEXT, "NAME=VALUE", which the list keeps by pointer; an option that is in the
 * list already gets the new value. -1 with a usage error.
 */
int sockopt_list_add(struct sockopt_list *list, const char *text, struct err *err) MUST_CHECK;

/*
 * Whether OPTION has a meaning for a socket at PLACES; where these hold several families, for one
 * of them.
 */
bool sockopt_suits(const struct sockopt *option, unsigned places);

/* The first of LIST that has no meaning at PLACES, or NULL. */
const struct sockopt_setting *sockopt_list_misfit(const struct sockopt_list *list, unsigned places);

/* Whether the option that setsockopt knows by these is in LIST, which may be NULL. */
bool sockopt_list_has(const struct sockopt_list *list, int level, int number);

/* The place of a socket of FAMILY (AF_...): one bit. */
unsigned sockopt_family_place(int family);

/* The option that LIST's came with. */
const char *sockopt_list_from(const struct sockopt_list *list);

/*
 * A usage error: the option, of LIST, has no meaning for ENDPOINT, which is none of its places.
 * Returns -1.
 */
int sockopt_refuse(const struct sockopt_list *list, const struct sockopt *option,
                   const char *endpoint, struct err *err);

/* Append what it is for: "TCP", "UDP over IPv6", "listening on TCP". */
void sockopt_add_places(struct text *t, const struct sockopt *option);

/* Append how its value is written: "on|off", "1-127", "DUR". */
void sockopt_add_form(struct text *t, const struct sockopt *option);

/* Whether its values are words, and append them with SEPARATOR between them. */
bool sockopt_has_words(const struct sockopt *option);
void sockopt_add_words(struct text *t, const struct sockopt *option, const char *separator);

/* Bytes of a value to be set, and room for one to be got. */
socklen_t sockopt_value_size(const struct sockopt *option, const union sockopt_value *value);
socklen_t sockopt_value_room(const struct sockopt *option);

/* A duration's value in nanoseconds; of SOCKOPT_LINGER too, where it is not off. */
nsec_t sockopt_value_time(const struct sockopt *option, const union sockopt_value *value);

/* Append VALUE as one would type it. The name of a SOCKOPT_NAME is escaped. */
void sockopt_add_value(struct text *t, const struct sockopt *option,
                       const union sockopt_value *value);

#endif
