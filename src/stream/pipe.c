#include "stream/pipe.h"

#include "sys/file.h"

struct stream_pipe {
	struct stream stream; /* first */
	const char *name;
};

static struct io pipe_read(struct stream *s, void *buf, size_t size)
{
	return io_from_read(sys_read(s->fd, buf, size));
}

static struct io pipe_write(struct stream *s, const void *buf, size_t size)
{
	return io_from_write(sys_write(s->fd, buf, size));
}

static int pipe_shut_write(struct stream *s)
{
	return sys_close(TAKE_FD(s->fd));
}

static int pipe_close(struct stream *s)
{
	struct stream_pipe *self = CONTAINER_OF(s, struct stream_pipe, stream);
	int result = sys_close(s->fd);

	free(self);
	return result;
}

static int pipe_splice_fd(const struct stream *s)
{
	return s->fd;
}

static void pipe_describe(const struct stream *s, struct text *t)
{
	text_add_str(t, ((const struct stream_pipe *)s)->name);
}

static const struct stream_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.shut_write = pipe_shut_write,
	.close = pipe_close,
	.splice_fd = pipe_splice_fd,
	.describe = pipe_describe,
};

struct stream *stream_pipe_new(int fd, const char *name)
{
	struct stream_pipe *self = malloc(sizeof *self);

	if (!self)
		return NULL;
	*self = (struct stream_pipe){
		.stream = { .ops = &pipe_ops, .fd = fd, .nature = STREAM_PIPE },
		.name = name,
	};
	return &self->stream;
}
