/* What `sockit byteorder` has to say of one value. Each adds to the record that is open in A. */
#ifndef SOCKIT_CMD_BYTEORDER_SHOW_H
#define SOCKIT_CMD_BYTEORDER_SHOW_H

#include "net/addr.h"
#include "net/quantity.h"
#include "out/answer.h"

/* A number in both orders and what the function between them gives; or an IPv6 address. */
void byteorder_show_quantity(struct answer *a, const struct quantity *q, bool from_network);

/* A socket as proc_net_parse_addr has read it. */
void byteorder_show_proc_net(struct answer *a, const struct addr *addr);

#endif
