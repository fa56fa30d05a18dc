/* The arguments of calls that are about descriptors and processes rather than sockets. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/escape.h"
#include "out/decode.h"

void decode_words(struct text *t, const struct sys_call *call, int i)
{
	enum { SHOWN = 8 };
	const char *const *words = (const char *const *)call->arg[i];
	size_t count = 0;

	text_add_str(t, "[");
	for (; words[count] && count < SHOWN; count++) {
		text_add_str(t, count > 0 ? ", \"" : "\"");
		text_add_escaped(t, words[count]);
		text_add_str(t, "\"");
	}
	text_add_str(t, words[count] ? ", ...]" : "]");
}

void decode_fcntl(struct text *t, const struct sys_call *call, int i)
{
	if (call->arg[i] == F_SETFL)
		text_add_str(t, "F_SETFL");
	else
		text_add(t, "%ld", (long)call->arg[i]);
}

void decode_status_flags(struct text *t, const struct sys_call *call, int i)
{
	static const char *const access[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
	long flags = call->arg[i], others = flags & ~(O_ACCMODE | O_NONBLOCK);

	text_add_str(t, access[flags & O_ACCMODE]);
	if (flags & O_NONBLOCK)
		text_add_str(t, "|O_NONBLOCK");
	if (others)
		text_add(t, "|0x%lx", (unsigned long)others);
}

void decode_wait_status(struct text *t, const struct sys_call *call, int i)
{
	int status = call->result > 0 ? *(const int *)call->arg[i] : 0;

	if (call->result <= 0)
		text_add_str(t, "...");
	else if (WIFSIGNALED(status))
		text_add(t, "[signal %d]", WTERMSIG(status));
	else
		text_add(t, "[exit %d]", WEXITSTATUS(status));
}

void decode_wait_flags(struct text *t, const struct sys_call *call, int i)
{
	text_add_str(t, call->arg[i] == WNOHANG ? "WNOHANG" : call->arg[i] == 0 ? "0" : "?");
}

void decode_clone_flags(struct text *t, const struct sys_call *call, int i)
{
	static const struct {
		long flag;
		const char *name;
	} flags[] = {
		{ CLONE_VM, "CLONE_VM|" },
		{ CLONE_VFORK, "CLONE_VFORK|" },
		{ CLONE_PIDFD, "CLONE_PIDFD|" },
	};
	long rest = call->arg[i];

	for (size_t at = 0; at < ARRAY_LEN(flags); at++) {
		text_add_str(t, rest & flags[at].flag ? flags[at].name : "");
		rest &= ~flags[at].flag;
	}
	if (rest == SIGCHLD)
		text_add_str(t, "SIGCHLD");
	else
		text_add(t, "0x%lx", (unsigned long)rest);
}

void decode_prctl(struct text *t, const struct sys_call *call, int i)
{
	if (call->arg[i] == PR_SET_NO_NEW_PRIVS)
		text_add_str(t, "PR_SET_NO_NEW_PRIVS");
	else
		text_add(t, "%ld", (long)call->arg[i]);
}
