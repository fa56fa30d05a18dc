#include "sys/call.h"

#include <stddef.h>

#include "sys/clock.h"

struct sys_observer *sys_observer;

void sys_observe(struct sys_observer *observer)
{
	sys_observer = observer;
}

int sys_before(struct sys_call *call)
{
	int error = sys_observer->before ? sys_observer->before(sys_observer, call) : 0;

	call->began = sys_now();
	errno = error;
	return error;
}

void sys_after(struct sys_call *call)
{
	call->took = sys_now() - call->began;
	if (sys_observer->after)
		sys_observer->after(sys_observer, call);
}
