/*
 * Streams over standard input and output, whatever the shell has put there. The shared open file
 * description keeps its flags: a pipe is asked not to block call by call (RWF_NOWAIT); where the
 * kernel lacks that, as a terminal is, it is opened a second time, non-blocking, for our own use; a
 * socket is used with MSG_DONTWAIT; where none of these goes, readiness is asked for first.
 */
#ifndef SOCKIT_STREAM_STDIO_H
#define SOCKIT_STREAM_STDIO_H

#include "base/err.h"
#include "stream/stream.h"

/* FD is 0 (read only) or 1 (written only). shut_write on the latter closes it, so that a reader
 * of ours sees the end, and tells of writes that failed late. */
struct stream *stream_standard_new(int fd, struct err *err) MUST_CHECK;

#endif
