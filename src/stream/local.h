/* The files of Unix sockets that listen. */
#ifndef SOCKIT_STREAM_LOCAL_H
#define SOCKIT_STREAM_LOCAL_H

#include <sys/types.h>

#include "net/addr.h"

/* Which file it was that we made, so that no other is removed. */
struct local_file {
	dev_t dev;
	ino_t ino; /* 0: none */
	uid_t uid; /* who made it */
};

/*
 * Bind FD to path or abstract name A; MODE, or -1, becomes the mode of the file. A socket file that
 * nobody listens on is replaced. Fails with ERR_LOCAL, EADDRINUSE where somebody does or where the
 * path is something else.
 */
int local_bind(int fd, const struct addr *a, int mode, struct local_file *file,
               struct err *err) MUST_CHECK;

/*
 * Remove the file at A's path if it is still FILE. -1 with ERR_LOCAL when it stays; but where we
 * are not the user any more who made it (--user), it may.
 */
int local_remove(const struct addr *a, const struct local_file *file, struct err *err) MUST_CHECK;

#endif
