/* The socket options of multicast groups that take structures (man 7 ip, RFC 3678), for --trace. */
#ifndef SOCKIT_OUT_DECODE_GROUP_H
#define SOCKIT_OUT_DECODE_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct decode_group {
	int level, number; /* as setsockopt knows it */
	const char *name;
	const char *help; /* a phrase, no full stop */
};

/* The one that setsockopt knows by these, or NULL. */
const struct decode_group *decode_group_option(int level, int number);

/* Append its value, LEN bytes. */
void decode_group_add(struct text *t, const struct decode_group *option, const void *value,
                      size_t len);

#endif
