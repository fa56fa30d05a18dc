/* The socket options of multicast groups that take structures (man 7 ip, RFC 3678), for --trace. */
#ifndef SOCKIT_OUT_DECODE_GROUP_H
#define SOCKIT_OUT_DECODE_GROUP_H

#include <stddef.h>

#include "base/text.h"

/* Append the value of the one that setsockopt knows by NUMBER, LEN bytes. */
void decode_group_add(struct text *t, int number, const void *value, size_t len);

#endif
