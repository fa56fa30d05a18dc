#include "sys/child.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/call.h"

pid_t sys_fork(void)
{
	struct sys_call call = { SYS_FORK, .arg = { 0 } };

	SYS_RUN(call, fork());
	return (pid_t)call.result;
}

pid_t sys_wait_child(int *status)
{
	struct sys_call call = { SYS_WAITPID, .arg = { -1, (intptr_t)status, WNOHANG } };

	SYS_RUN(call, waitpid(-1, status, WNOHANG));
	return (pid_t)call.result;
}

int child_ended_by(int status)
{
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int sys_kill(pid_t pid, int number)
{
	struct sys_call call = { SYS_KILL, .arg = { pid, number } };

	SYS_RUN(call, kill(pid, number));
	return (int)call.result;
}

void child_exit(int status)
{
	_exit(status);
}
