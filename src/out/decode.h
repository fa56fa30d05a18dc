/* One argument of a system call as text. Each appends argument I of CALL. */
#ifndef SOCKIT_OUT_DECODE_H
#define SOCKIT_OUT_DECODE_H

#include "base/text.h"
#include "sys/call.h"

typedef void decode_arg(struct text *t, const struct sys_call *call, int i);

/* What tables call them, and the functions. */
#define DECODERS(X)                                                                                \
	X(INT, int)                                                                                \
	X(NULL, null)                                                                              \
	X(HTONS, htons) /* a port in host byte order, which the call takes in network order */     \
	X(FAMILY, family)                                                                          \
	X(SOCKTYPE, socktype)                                                                      \
	X(PROTOCOL, protocol)                                                                      \
	X(ADDR, addr) /* its length is argument I + 1 */                                           \
	X(ADDR_OUT,                                                                                \
	  addr_out) /* the length is at argument I + 1; filled by a call that succeeded */         \
	X(HOW, how)                                                                                \
	X(LEVEL, level)                                                                            \
	X(OPTION, option)       /* its level is argument I - 1 */                                  \
	X(OPTION_IN, option_in) /* as net/sockopt.h knows its type */                              \
	X(OPTION_OUT, option_out)                                                                  \
	X(BYTES_IN, bytes_in)         /* as many as argument I + 1 says */                         \
	X(BYTES_OUT, bytes_out)       /* as many as the result says */                             \
	X(MESSAGES_IN, messages_in)   /* datagrams: how many is argument I + 1 */                  \
	X(MESSAGES_OUT, messages_out) /* as many as the result says */                             \
	X(MSG_FLAGS, msg_flags)                                                                    \
	X(SOCKET_FLAGS, socket_flags) /* SOCK_CLOEXEC and the like, without a type */              \
	X(SPLICE_FLAGS, splice_flags)                                                              \
	X(PIPE_FLAGS, pipe_flags)                                                                  \
	X(PIPE_ENDS, pipe_ends)                                                                    \
	X(IOCTL, ioctl)                                                                            \
	X(IOCTL_OUT, ioctl_out)                                                                    \
	X(FCNTL, fcntl)                                                                            \
	X(CLONE_FLAGS, clone_flags)                                                                \
	X(PRCTL, prctl)                                                                            \
	X(WAIT_STATUS, wait_status) /* of a child, where the result is one */                      \
	X(WAIT_FLAGS, wait_flags)                                                                  \
	X(STR, str)                                                                                \
	X(WORDS, words) /* strings, up to a NULL */                                                \
	X(STATUS_FLAGS, status_flags)                                                              \
	X(HINTS, hints)                                                                            \
	X(NI_FLAGS, ni_flags)                                                                      \
	X(ORDERED, ordered)                                                                        \
	X(HOST_ADDR, host_addr) /* an in_addr or in6_addr, the family is argument I + 2 */

#define DECODER_FUNCTION(upper, lower) decode_arg decode_##lower;
DECODERS(DECODER_FUNCTION)
#undef DECODER_FUNCTION

enum decoder {
	DECODE_NOTHING, /* part of the one before, or none */
#define DECODER_NUMBER(upper, lower) DECODE_##upper,
	DECODERS(DECODER_NUMBER)
#undef DECODER_NUMBER
};

/* A number that OP (sys/order.h) takes or gives, in hex and with all its digits. */
void decode_add_ordered(struct text *t, enum sys_op op, intptr_t value);

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
