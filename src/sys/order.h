/* Host and network byte order: man 3 byteorder and man 3 endian. */
#ifndef SOCKIT_SYS_ORDER_H
#define SOCKIT_SYS_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/call.h"

/* htons, htonl or htobe64, or with FROM_NETWORK their opposites, for WIDTH 16, 32 or 64 bits. */
enum sys_op sys_order_op(unsigned width, bool from_network);

/* The bits of the numbers that OP takes and gives; 0 when it is none of the six. */
unsigned sys_order_width(enum sys_op op);

/* What the function OP makes of VALUE, of which only so many bits count. It cannot fail. */
uint64_t sys_order(enum sys_op op, uint64_t value);

/* Whether the least significant byte of a number has the lowest address here. */
bool sys_is_little_endian(void);

#endif
