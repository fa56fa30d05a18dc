/* The arguments of calls that are about descriptors and processes rather than sockets. */
#include <fcntl.h>
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
	text_add_str(t, call->arg[i] == WNOHANG ? "WNOHANG" : "?");
}
