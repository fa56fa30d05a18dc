/* One argument of a system call as text. Each appends argument I of CALL. */
#ifndef SOCKIT_OUT_DECODE_H
#define SOCKIT_OUT_DECODE_H

#include "base/text.h"
#include "sys/call.h"

typedef void decode_arg(struct text *t, const struct sys_call *call, int i);

decode_arg decode_int;
decode_arg decode_null;
decode_arg decode_htons; /* a port in host byte order, which the call takes in network order */
decode_arg decode_family;
decode_arg decode_socktype;
decode_arg decode_protocol;
decode_arg decode_addr;     /* its length is argument I + 1 */
decode_arg decode_addr_out; /* the length is at argument I + 1; filled by a call that succeeded */
decode_arg decode_how;
decode_arg decode_level;
decode_arg decode_option;    /* its level is argument I - 1 */
decode_arg decode_option_in; /* as net/sockopt.h knows its type */
decode_arg decode_option_out;
decode_arg decode_bytes_in;     /* as many as argument I + 1 says */
decode_arg decode_bytes_out;    /* as many as the result says */
decode_arg decode_messages_in;  /* datagrams: how many is argument I + 1 */
decode_arg decode_messages_out; /* as many as the result says */
decode_arg decode_msg_flags;
decode_arg decode_socket_flags; /* SOCK_CLOEXEC and the like, without a type */
decode_arg decode_splice_flags;
decode_arg decode_pipe_flags;
decode_arg decode_pipe_ends;
decode_arg decode_ioctl;
decode_arg decode_ioctl_out;
decode_arg decode_fcntl;
decode_arg decode_clone_flags;
decode_arg decode_prctl;
decode_arg decode_wait_status; /* of a child, where the result is one */
decode_arg decode_wait_flags;
decode_arg decode_str;
decode_arg decode_words; /* strings, up to a NULL */
decode_arg decode_status_flags;
decode_arg decode_hints;
decode_arg decode_ni_flags;
decode_arg decode_ordered;

/* A number that OP (sys/order.h) takes or gives, in hex and with all its digits. */
void decode_add_ordered(struct text *t, enum sys_op op, intptr_t value);
decode_arg decode_host_addr; /* an in_addr or in6_addr, the family is argument I + 2 */

/* What setting the option does, a phrase without a full stop; NULL when nobody here knows. */
const char *decode_option_help(int level, int number);

/* "AF_INET"; NULL when nobody here has a name for it. */
const char *decode_family_name(int family);

/* A value by its name, as "AF_INET"; as a number when it has none. */
void decode_add_family(struct text *t, int family);
void decode_add_socktype(struct text *t, int type);
void decode_add_protocol(struct text *t, int protocol);
void decode_add_ai_flags(struct text *t, int flags);

#endif
