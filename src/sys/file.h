/*
 * Descriptors, files and pipes. Each function is the call of its name (man 2 NAME) and returns its
 * result, or the negative errno. What is opened is close-on-exec.
 */
#ifndef SOCKIT_SYS_FILE_H
#define SOCKIT_SYS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/attr.h"

ssize_t sys_read(int fd, void *buf, size_t size) MUST_CHECK;
ssize_t sys_write(int fd, const void *buf, size_t size) MUST_CHECK;

/*
 * The same, but a descriptor that blocks gives EAGAIN instead (man 2 preadv2, RWF_NOWAIT).
 * EOPNOTSUPP where it cannot be asked that: pipes can from Linux 6.4 on.
 */
ssize_t sys_read_now(int fd, void *buf, size_t size) MUST_CHECK;
ssize_t sys_write_now(int fd, const void *buf, size_t size) MUST_CHECK;

/* From the file's own offset, which moves on. */
ssize_t sys_sendfile(int to, int from, size_t size) MUST_CHECK;

/* Pipes never block it (SPLICE_F_NONBLOCK); a socket must be non-blocking itself. */
ssize_t sys_splice(int from, int to, size_t size) MUST_CHECK;

int sys_open(const char *path, int flags, mode_t mode) MUST_CHECK;
int sys_pipe(int ends[2]) MUST_CHECK; /* non-blocking; [0] is read, [1] written */

/* A second open file description of what FD is, non-blocking and with O_RDONLY or O_WRONLY as
 * ACCESS says, through /proc/self/fd, so that FD's own flags, which others share, stay as they
 * are. Fails for sockets (ENXIO) and where /proc or the permission is missing. */
int sys_reopen(int fd, int access) MUST_CHECK;

/* F_SETPIPE_SZ: ask for SIZE bytes of room. Returns the size it has now. */
int sys_pipe_resize(int fd, int size) MUST_CHECK;

/* Returns 0 or what a failing close says of earlier writes (EIO, ENOSPC, EDQUOT). FD is closed
 * either way; -1 is allowed and does nothing. */
int sys_close(int fd);

int sys_fstat(int fd, struct stat *st) MUST_CHECK;
int sys_stat(const char *path, struct stat *st) MUST_CHECK;
int sys_lstat(const char *path, struct stat *st) MUST_CHECK;
int sys_unlink(const char *path) MUST_CHECK;
int sys_rename(const char *from, const char *to) MUST_CHECK;
int sys_chmod(const char *path, mode_t mode) MUST_CHECK;
int sys_fchmod(int fd, mode_t mode) MUST_CHECK;

/* The target into BUF, NUL-terminated; cut if it does not fit. Returns its length. */
ssize_t sys_readlink(const char *path, char *buf, size_t size) MUST_CHECK;

/* The status flags of FD (fcntl F_GETFL). */
int sys_status_flags(int fd) MUST_CHECK;

/* From now on reads, writes and accepts on FD wait (fcntl F_SETFL without O_NONBLOCK). */
int sys_set_blocking(int fd) MUST_CHECK;

/* Have FD closed in programs that are run (fcntl F_SETFD with FD_CLOEXEC). */
int sys_set_close_on_exec(int fd) MUST_CHECK;

bool sys_is_terminal(int fd);

/* Whether FD is a pipe made by pipe(2), not a FIFO that has a name. */
bool sys_is_nameless_pipe(int fd);

/* Open /dev/null for reading on each of 0, 1 and 2 that is closed. */
int sys_fill_standard_fds(void) MUST_CHECK;

/* Whether it found FD, 0, 1 or 2, closed. */
bool sys_standard_fd_was_closed(int fd);

/*
 * Close FD, 0 or 1, and leave standard error in its place, so that no socket comes there. Returns
 * as sys_close.
 */
int sys_retire_standard_fd(int fd) MUST_CHECK;

/*
 * SIZE bytes of zeroes that this process shares with those that it will fork, NULL without memory.
 */
void *sys_shared_memory(size_t size) MUST_CHECK;
void sys_shared_memory_free(void *at, size_t size);

/* The entries of directory PATH one by one to EACH until it returns false. */
int sys_list(const char *path, bool (*each)(void *context, const char *name),
             void *context) MUST_CHECK;

/* A descriptor that is closed when it goes out of scope, unless TAKE_FD handed it over. */
static inline void own_fd_cleanup(const int *fd)
{
	(void)sys_close(*fd);
}
#define OWN_FD __attribute__((cleanup(own_fd_cleanup))) int
#define TAKE_FD(fd)                                                                                \
	(__extension__({                                                                           \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	}))

#endif
