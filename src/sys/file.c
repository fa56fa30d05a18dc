#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sys/call.h"

ssize_t sys_read(int fd, void *buf, size_t size)
{
	struct sys_call call = { SYS_READ, .arg = { fd, (intptr_t)buf, (intptr_t)size } };

	SYS_RUN(call, read(fd, buf, (size_t)call.arg[2]));
	return call.result;
}

ssize_t sys_write(int fd, const void *buf, size_t size)
{
	struct sys_call call = { SYS_WRITE, .arg = { fd, (intptr_t)buf, (intptr_t)size } };

	SYS_RUN(call, write(fd, buf, (size_t)call.arg[2]));
	return call.result;
}

ssize_t sys_read_now(int fd, void *buf, size_t size)
{
	struct sys_call call = { SYS_READ, .arg = { fd, (intptr_t)buf, (intptr_t)size } };

	SYS_RUN(call, preadv2(fd, &(struct iovec){ buf, (size_t)call.arg[2] }, 1, -1, RWF_NOWAIT));
	return call.result == -ENOSYS ? -EOPNOTSUPP : call.result;
}

ssize_t sys_write_now(int fd, const void *buf, size_t size)
{
	struct sys_call call = { SYS_WRITE, .arg = { fd, (intptr_t)buf, (intptr_t)size } };

	SYS_RUN(call, pwritev2(fd, &(struct iovec){ (void *)buf, (size_t)call.arg[2] }, 1, -1,
	                       RWF_NOWAIT));
	return call.result == -ENOSYS ? -EOPNOTSUPP : call.result;
}

ssize_t sys_sendfile(int to, int from, size_t size)
{
	struct sys_call call = { SYS_SENDFILE, .arg = { to, from, 0, (intptr_t)size } };

	SYS_RUN(call, sendfile(to, from, NULL, (size_t)call.arg[3]));
	return call.result;
}

ssize_t sys_splice(int from, int to, size_t size)
{
	unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
	struct sys_call call = { SYS_SPLICE, .arg = { from, 0, to, 0, (intptr_t)size, flags } };

	SYS_RUN(call, splice(from, NULL, to, NULL, (size_t)call.arg[4], flags));
	return call.result;
}

int sys_open(const char *path, int flags, mode_t mode)
{
	flags |= O_CLOEXEC | O_NOCTTY;

	struct sys_call call = { SYS_OPEN, .arg = { (intptr_t)path, flags, mode } };

	SYS_RUN(call, open(path, flags, mode));
	return (int)call.result;
}

int sys_pipe(int ends[2])
{
	int flags = O_CLOEXEC | O_NONBLOCK;
	struct sys_call call = { SYS_PIPE2, .arg = { (intptr_t)ends, flags } };

	SYS_RUN(call, pipe2(ends, flags));
	return (int)call.result;
}

int sys_reopen(int fd, int access)
{
	char path[32];

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return sys_open(path, access | O_NONBLOCK, 0);
}

int sys_pipe_resize(int fd, int size)
{
	struct sys_call call = { SYS_PIPE_SIZE, .arg = { fd, F_SETPIPE_SZ, size } };

	SYS_RUN(call, fcntl(fd, F_SETPIPE_SZ, size));
	return (int)call.result;
}

int sys_close(int fd)
{
	if (fd < 0)
		return 0;

	struct sys_call call = { SYS_CLOSE, .arg = { fd } };

	/* On Linux an interrupted close has closed; repeating it could hit another's descriptor. */
	SYS_RUN_ONCE(call, close(fd));
	return call.result == -EINTR ? 0 : (int)call.result;
}

int sys_fstat(int fd, struct stat *st)
{
	struct sys_call call = { SYS_FSTAT, .arg = { fd, (intptr_t)st } };

	SYS_RUN(call, fstat(fd, st));
	return (int)call.result;
}

int sys_lstat(const char *path, struct stat *st)
{
	struct sys_call call = { SYS_LSTAT, .arg = { (intptr_t)path, (intptr_t)st } };

	SYS_RUN(call, lstat(path, st));
	return (int)call.result;
}

int sys_stat(const char *path, struct stat *st)
{
	struct sys_call call = { SYS_STAT, .arg = { (intptr_t)path, (intptr_t)st } };

	SYS_RUN(call, stat(path, st));
	return (int)call.result;
}

int sys_unlink(const char *path)
{
	struct sys_call call = { SYS_UNLINK, .arg = { (intptr_t)path } };

	SYS_RUN(call, unlink(path));
	return (int)call.result;
}

int sys_rename(const char *from, const char *to)
{
	struct sys_call call = { SYS_RENAME, .arg = { (intptr_t)from, (intptr_t)to } };

	SYS_RUN(call, rename(from, to));
	return (int)call.result;
}

int sys_chmod(const char *path, mode_t mode)
{
	struct sys_call call = { SYS_CHMOD, .arg = { (intptr_t)path, mode } };

	SYS_RUN(call, chmod(path, mode));
	return (int)call.result;
}

int sys_fchmod(int fd, mode_t mode)
{
	struct sys_call call = { SYS_FCHMOD, .arg = { fd, mode } };

	SYS_RUN(call, fchmod(fd, mode));
	return (int)call.result;
}

ssize_t sys_readlink(const char *path, char *buf, size_t size)
{
	struct sys_call call = { SYS_READLINK,
		                 .arg = { (intptr_t)path, (intptr_t)buf, (intptr_t)size } };

	SYS_RUN(call, readlink(path, buf, size - 1));
	if (call.result >= 0)
		buf[call.result] = '\0';
	return call.result;
}

int sys_status_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -errno : flags;
}

int sys_set_blocking(int fd)
{
	int flags = sys_status_flags(fd) & ~O_NONBLOCK;
	struct sys_call call = { SYS_SET_FLAGS, .arg = { fd, F_SETFL, flags } };

	SYS_RUN(call, fcntl(fd, F_SETFL, (int)call.arg[2]));
	return (int)call.result;
}

int sys_set_close_on_exec(int fd)
{
	struct sys_call call = { SYS_SET_CLOSE_ON_EXEC, .arg = { fd, F_SETFD, FD_CLOEXEC } };

	SYS_RUN(call, fcntl(fd, F_SETFD, (int)call.arg[2]));
	return (int)call.result;
}

bool sys_is_terminal(int fd)
{
	return isatty(fd);
}

bool sys_is_nameless_pipe(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PIPEFS_MAGIC;
}

static bool standard_was_closed[STDERR_FILENO + 1];

int sys_fill_standard_fds(void)
{
	/* The lowest that is free is taken, so each closed one is filled in its turn. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		standard_was_closed[fd] = true;
		if (open("/dev/null", O_RDONLY) < 0)
			return -errno;
	}
	return 0;
}

bool sys_standard_fd_was_closed(int fd)
{
	return standard_was_closed[fd];
}

int sys_retire_standard_fd(int fd)
{
	int spare = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (spare >= 0)
		(void)dup2(STDERR_FILENO, fd);
	return sys_close(spare);
}

int sys_list(const char *path, bool (*each)(void *context, const char *name), void *context)
{
	struct sys_call call = { SYS_LIST, .arg = { (intptr_t)path } };
	DIR *dir = NULL;

	SYS_RUN(call, (dir = opendir(path)) ? 0 : -1);
	if (!dir)
		return (int)call.result;
	for (struct dirent *entry; (entry = readdir(dir)) && each(context, entry->d_name);)
		continue;
	(void)closedir(dir);
	return 0;
}

void *sys_shared_memory(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void sys_shared_memory_free(void *at, size_t size)
{
	if (at)
		(void)munmap(at, size);
}
