/* One argument of a system call as text. Each appends argument I of CALL. */
#ifndef SOCKIT_OUT_DECODE_H
#define SOCKIT_OUT_DECODE_H

#include "base/text.h"
#include "sys/call.h"

typedef void decode_arg(struct text *t, const struct sys_call *call, int i);

decode_arg decode_int;
decode_arg decode_null;
decode_arg decode_family;
decode_arg decode_socktype;
decode_arg decode_protocol;
decode_arg decode_addr;     /* its length is argument I + 1 */
decode_arg decode_addr_out; /* the length is at argument I + 1; filled by a call that succeeded */
decode_arg decode_how;
decode_arg decode_level;
decode_arg decode_option;    /* its level is argument I - 1 */
decode_arg decode_option_in; /* an int by its pointer, or the text of SO_BINDTODEVICE */
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
decode_arg decode_queue;
decode_arg decode_queue_out;
decode_arg decode_str;
decode_arg decode_hints;
decode_arg decode_ni_flags;

#endif
