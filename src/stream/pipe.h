/* Streams over the ends of pipes that lead to and from a program. */
#ifndef SOCKIT_STREAM_PIPE_H
#define SOCKIT_STREAM_PIPE_H

#include "stream/stream.h"

/*
 * Takes FD, one end of a pipe, which does not block. NAME, of static storage, is what people read.
 * NULL without memory; FD is then still the caller's. shut_write closes it.
 */
struct stream *stream_pipe_new(int fd, const char *name) MUST_CHECK;

#endif
