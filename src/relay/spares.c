#include "relay/spares.h"

#include <stdlib.h>

#include "sys/file.h"

struct spares *spares_new(size_t size)
{
	struct spares *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->buf = malloc(size);
	s->size = size;
	if (!s->buf) {
		free(s);
		return NULL;
	}
	return s;
}

void spares_free(struct spares *s)
{
	if (!s)
		return;
	spares_drop_pipes(s);
	free(s->buf);
	free(s);
}

void spares_join(struct spares *s)
{
	s->users++;
}

void spares_leave(struct spares *s)
{
	s->users--;
	if (s->users == 0)
		spares_drop_pipes(s);
}

void spares_drop_pipes(struct spares *s)
{
	for (; s->pipe_count > 0; s->pipe_count--) {
		(void)sys_close(s->pipes[s->pipe_count - 1][0]);
		(void)sys_close(s->pipes[s->pipe_count - 1][1]);
	}
}

int spares_take_pipe(struct spares *s, int room, int ends[2])
{
	if (s->pipe_count > 0) {
		s->pipe_count--;
		ends[0] = s->pipes[s->pipe_count][0];
		ends[1] = s->pipes[s->pipe_count][1];
		return 0;
	}

	int error = sys_pipe(ends);

	if (!error)
		(void)!sys_pipe_resize(ends[1], room);
	return error;
}

void spares_give_pipe(struct spares *s, int ends[2])
{
	if (s->pipe_count < SPARES_PIPES) {
		s->pipes[s->pipe_count][0] = ends[0];
		s->pipes[s->pipe_count][1] = ends[1];
		s->pipe_count++;
	} else {
		(void)sys_close(ends[0]);
		(void)sys_close(ends[1]);
	}
	ends[0] = ends[1] = -1;
}
