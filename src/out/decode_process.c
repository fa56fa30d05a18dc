/* The arguments of calls that are about descriptors and processes rather than sockets. */
#include <fcntl.h>
#include <sys/wait.h>

#include "out/decode.h"

/* The one that sockit makes. */
void decode_fcntl(struct text *t, const struct sys_call *call, int i)
{
	text_add_str(t, call->arg[i] == F_SETFL ? "F_SETFL" : "?");
}

void decode_file_flags(struct text *t, const struct sys_call *call, int i)
{
	static const char *const access[] = { "O_RDONLY", "O_WRONLY", "O_RDWR" };
	long flags = call->arg[i], mode = flags & O_ACCMODE;

	text_add_str(t, mode <= O_RDWR ? access[mode] : "?");
	if (flags & O_NONBLOCK)
		text_add_str(t, "|O_NONBLOCK");
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
	text_add_str(t, call->arg[i] == WNOHANG ? "WNOHANG" : "?");
}
