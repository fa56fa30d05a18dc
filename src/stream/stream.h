/*
 * A live endpoint: something that bytes come out of, go into, or both. Whoever has one need not
 * know what kind it is.
 *
 * Nothing here blocks, with one exception: regular files and devices that cannot be waited for.
 */
#ifndef SOCKIT_STREAM_STREAM_H
#define SOCKIT_STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/text.h"

/*
 * What a read or a write came to. WANT_* name the readiness of the descriptor to wait for, which
 * for a layer need not be that of the operation.
 */
enum io_kind {
	IO_DONE,       /* n bytes, more than 0 */
	IO_WANT_READ,  /* nothing yet */
	IO_WANT_WRITE, /* nothing yet */
	IO_END,        /* a read: the other side has ended what it sends */
	IO_FAILED,     /* error is an errno */
};

struct io {
	enum io_kind kind;
	size_t n;
	int error;
};

/*
 * What the kernel can do with the descriptor below; decides how bytes are moved, not what they
 * mean.
 */
enum stream_nature {
	STREAM_TCP,
	STREAM_SOCKET,    /* any other stream socket */
	STREAM_DATAGRAM,  /* a connected datagram socket, which has no end: see stream/datagram.h */
	STREAM_SEQPACKET, /* the same, but a connection that has */
	STREAM_PIPE,      /* FIFOs too */
	STREAM_FILE,      /* a regular file: always ready */
	STREAM_APPEND,    /* a regular file in append mode, which splice refuses */
	STREAM_TERMINAL,
	STREAM_DEVICE, /* any other */
};

struct stream;

struct stream_ops {
	struct io (*read)(struct stream *s, void *buf, size_t size);
	struct io (*write)(struct stream *s, const void *buf, size_t size);
	/* Tell the other side that nothing more will be sent. 0 or a negative errno. */
	int (*shut_write)(struct stream *s);
	/* 0, or the negative errno of a write that failed late. Frees S. */
	int (*close)(struct stream *s);
	/*
	 * The descriptor that the stream's bytes go through unchanged, for splice and sendfile; -1
	 * where a layer changes them.
	 */
	int (*splice_fd)(const struct stream *s);
	/* Append what it is, for people: "192.0.2.1 port 80", "standard input". */
	void (*describe)(const struct stream *s, struct text *t);
};

struct stream {
	const struct stream_ops *ops;
	int fd; /* to wait for */
	enum stream_nature nature;
};

static inline struct io io_done(size_t n)
{
	return (struct io){ .kind = IO_DONE, .n = n };
}

/* The outcome of a system call that returns bytes or a negative errno. */
struct io io_from_read(ssize_t result);
struct io io_from_write(ssize_t result);

/*
 * ERROR as it is to be told: in CLOSE_WAIT Linux tells of a reset as EPIPE, and shutdown as
 * ENOTCONN.
 */
int stream_error(int error);

/* NULL is allowed and closes nothing. */
int stream_close(struct stream *s);

#endif
