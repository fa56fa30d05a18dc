#include "sys/program.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/call.h"
#include "sys/file.h"
#include "sys/process.h"

/* Which is looked up where libc has it. Else every start would copy it into this program. */
#pragma weak environ

const char *const *sys_environment(void)
{
	return (const char *const *)environ;
}

static int program_check(const char *path)
{
	struct stat st;
	int error = sys_stat(path, &st);

	if (error)
		return error;
	return S_ISREG(st.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0
	                                                                               : -EACCES;
}

/* NAME in the first LEN bytes of DIR. */
static char *program_in(const char *dir, size_t len, const char *name)
{
	size_t room = len + strlen(name) + 3;
	char *path = malloc(room);
	struct text t;

	if (!path)
		return NULL;
	t = text_over(path, room);
	/* An empty folder of PATH is the current one. */
	text_add_bytes(&t, len ? dir : ".", len ? len : 1);
	text_add_str(&t, "/");
	text_add_str(&t, name);
	return path;
}

static int program_try(char *candidate, char **path)
{
	OWN_MEM char *own = candidate;
	int error = own ? program_check(own) : -ENOMEM;

	if (!error)
		*path = TAKE(own);
	return error;
}

int sys_program_find(const char *name, char **path)
{
	const char *dir = getenv("PATH");
	int worst = -ENOENT;

	if (strchr(name, '/'))
		return program_try(strdup(name), path);
	if (name[0] == '\0')
		return -ENOENT;
	/* What execvp(3) takes where there is no PATH. */
	for (dir = dir ? dir : "/bin:/usr/bin";; dir++) {
		size_t len = strcspn(dir, ":");
		int error = program_try(program_in(dir, len, name), path);

		if (error == 0 || error == -ENOMEM)
			return error;
		if (error == -EACCES)
			worst = error;
		dir += len;
		if (*dir == '\0')
			return worst;
	}
}

/* Room for the child's calls until it is another program; only what is used of it costs. */
enum { CHILD_STACK = 256 << 10 };

struct program_start {
	const struct sys_program *program;
	struct sys_call exec;
	sigset_t mask; /* of this process, now */
	int error;
	bool refused;
};

/*
 * In the child, which shares this process's memory but not its descriptors and signals, and for
 * which the thread that started it waits. So the observer sees its calls, but the last, which
 * closes what the observer may write to.
 */
static int program_set_up(const struct sys_program *p)
{
	struct sys_call group = { SYS_SETPGID, .arg = { 0, 0 } };
	struct sys_call privs = { SYS_NO_NEW_PRIVS, .arg = { PR_SET_NO_NEW_PRIVS, 1 } };
	struct sys_call to_in = { SYS_DUP2, .arg = { p->in, STDIN_FILENO } };
	struct sys_call to_out = { SYS_DUP2, .arg = { p->out, STDOUT_FILENO } };

	signals_restore();
	SYS_RUN(group, setpgid(0, 0));
	if (!p->allow_setuid)
		SYS_RUN(privs, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	if (privs.result < 0)
		return (int)privs.result;
	SYS_RUN(to_in, dup2(p->in, STDIN_FILENO));
	if (to_in.result < 0)
		return (int)to_in.result;
	SYS_RUN(to_out, dup2(p->out, STDOUT_FILENO));
	return to_out.result < 0 ? (int)to_out.result : 0;
}

static int program_main(void *arg)
{
	struct program_start *s = arg;
	const struct sys_program *p = s->program;

	s->error = program_set_up(p);
	if (s->error)
		return 1;
	if (sys_standard_fd_was_closed(STDERR_FILENO))
		(void)close(STDERR_FILENO);
	closefrom(STDERR_FILENO + 1);
	signals_set_mask(signals_wait_mask() ? signals_wait_mask() : &s->mask);
	(void)SYS_TRY(s->exec, execvpe(p->path, (char *const *)p->argv, (char *const *)p->env));
	s->error = -errno;
	s->refused = true;
	return 1;
}

enum { PROGRAM_CLONE = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD };

/*
 * As vfork(2), but on a stack of its own and with a descriptor for it: what CLONE_PIDFD makes is
 * there before the program runs, or the program does not run.
 */
static pid_t program_clone(struct program_start *start, uint8_t *stack, int *pidfd)
{
	return clone(program_main, stack + CHILD_STACK, PROGRAM_CLONE, start, pidfd);
}

int sys_program_start(const struct sys_program *program, struct sys_child *child, bool *refused)
{
	OWN_MEM uint8_t *stack = aligned_alloc(64, CHILD_STACK);
	int pidfd = -1;
	struct program_start start = {
		.program = program,
		.exec = { SYS_EXECVE, .arg = { (intptr_t)program->path, (intptr_t)program->argv } },
	};
	struct sys_call call = { SYS_CLONE, .arg = { PROGRAM_CLONE } };

	*refused = false;
	if (!stack)
		return -ENOMEM;
	signals_keep_children();
	signals_block_all(&start.mask);
	SYS_RUN(call, program_clone(&start, stack, &pidfd));
	signals_set_mask(&start.mask);
	if (call.result < 0)
		return (int)call.result;
	if (start.refused || !start.error) {
		start.exec.result = start.error ? -1 : 0;
		errno = -start.error;
		SYS_FINISH(start.exec);
	}
	if (!start.error) {
		*child = (struct sys_child){ (pid_t)call.result, pidfd };
		return 0;
	}
	(void)!sys_program_reap((pid_t)call.result, true, &(int){ 0 });
	(void)sys_close(pidfd);
	*refused = start.refused;
	return start.error;
}

int sys_program_reap(pid_t pid, bool wait, int *status)
{
	int how = 0, flags = wait ? 0 : WNOHANG;
	struct sys_call call = { SYS_REAP, .arg = { pid, (intptr_t)&how, flags } };

	SYS_RUN(call, waitpid(pid, &how, flags));
	if (call.result > 0)
		*status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	return (int)call.result;
}

int sys_readable_bytes(int fd)
{
	int bytes = 0;
	struct sys_call call = { SYS_READABLE, .arg = { fd, FIONREAD, (intptr_t)&bytes } };

	SYS_RUN(call, ioctl(fd, FIONREAD, &bytes));
	return call.result < 0 ? (int)call.result : bytes;
}
