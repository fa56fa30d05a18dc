/* The same echo server as a user of libuv writes it.
 *     uv_echo PORT      on 127.0.0.1 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static char buffer
	[65536]; /* of one client at a time: what is read is sent or copied before the next read */

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	(void)handle;
	(void)size;
	*buf = uv_buf_init(buffer, sizeof buffer);
}

static void gone(uv_handle_t *handle)
{
	free(handle);
}

static void sent(uv_write_t *request, int status)
{
	(void)status;
	free(request->data);
	free(request);
}

static void send_later(uv_stream_t *client, const char *data, size_t n)
{
	uv_write_t *request = malloc(sizeof *request);
	char *copy = malloc(n);

	if (!request || !copy)
		err(1, "malloc");
	uv_buf_t rest = uv_buf_init(copy, (unsigned)n);

	request->data = memcpy(copy, data, n);
	(void)uv_write(request, client, &rest, 1, sent);
}

static void came(uv_stream_t *client, ssize_t n, const uv_buf_t *buf)
{
	if (n < 0) {
		uv_close((uv_handle_t *)client, gone);
		return;
	}
	uv_buf_t all = uv_buf_init(buf->base, (unsigned)n);
	int taken = n > 0 ? uv_try_write(client, &all, 1) : 0;

	if (taken < 0)
		taken = 0;
	if (taken < n)
		send_later(client, buf->base + taken, (size_t)(n - taken));
}

static void connected(uv_stream_t *listener, int status)
{
	uv_tcp_t *client = malloc(sizeof *client);

	if (status || !client || uv_tcp_init(listener->loop, client) ||
	    uv_accept(listener, (uv_stream_t *)client) || uv_tcp_nodelay(client, 1) ||
	    uv_read_start((uv_stream_t *)client, give_buffer, came))
		errx(1, "accept");
}

int main(int argc, char **argv)
{
	struct sockaddr_in at;
	uv_tcp_t listener;

	if (argc != 2 || uv_ip4_addr("127.0.0.1", (int)strtol(argv[1], NULL, 10), &at) ||
	    uv_tcp_init(uv_default_loop(), &listener) ||
	    uv_tcp_bind(&listener, (struct sockaddr *)&at, 0) ||
	    uv_listen((uv_stream_t *)&listener, 4096, connected))
		errx(1, "listen");
	return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
