#include "unit/cmd/scene_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"

enum { CHUNK = 65536 };

void put_away(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void take(struct taken *t, const void *bytes, size_t n)
{
	size_t same;

	if (t->wrong)
		return;
	if (t->at + n > t->data.size) {
		n = (size_t)(t->data.size - t->at);
		t->wrong = true;
	}
	same = data_compare(&t->data, t->at, bytes, n);
	t->wrong = t->wrong || same < n;
	t->at += same;
}

bool receive(int fd, struct taken *t)
{
	static char bytes[CHUNK];
	ssize_t n = read(fd, bytes, sizeof bytes);

	if (n > 0)
		take(t, bytes, (size_t)n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

bool give(int fd, const struct data *data, uint64_t *at)
{
	static char bytes[CHUNK];
	size_t n = data->size - *at < CHUNK ? (size_t)(data->size - *at) : CHUNK;

	data_fill(data, *at, bytes, n);
	ssize_t done = n ? write(fd, bytes, n) : 0;
	if (done > 0)
		*at += (uint64_t)done;
	return *at < data->size && (done > 0 || (done < 0 && errno == EAGAIN));
}

/* One datagram into T, as a line. False when there is none. */
static bool receive_line(int fd, struct taken *t)
{
	char line[SCENE_LINE * 2];
	ssize_t n = recv(fd, line, sizeof line - 1, 0);

	if (n < 0)
		return false;
	line[n] = '\n';
	take(t, line, (size_t)n + 1);
	return true;
}

/* Lines of DATA from *AT on, up to END, each as a datagram. */
static void give_lines(int fd, const struct data *data, uint64_t *at, uint64_t end)
{
	char line[SCENE_LINE];

	do
		data_fill(data, *at, line, sizeof line);
	while (*at < end && send(fd, line, sizeof line - 1, 0) >= 0 && (*at += sizeof line) < end);
}

void scene_resize(struct scene *scene, uint64_t up, uint64_t down)
{
	unsigned whole = scene_has_datagrams(scene) ? SCENE_LINE : 1;

	scene->up = up - up % whole;
	scene->down = down - down % whole;
}

static bool is_unix(const struct scene *s)
{
	return s->net == SCENE_UNIX || s->net == SCENE_UNIX_DGRAM;
}

static int new_socket(const struct scene *s, const struct place *place)
{
	int type = scene_has_datagrams(s) ? SOCK_DGRAM : SOCK_STREAM, room = 1 << 20;
	int fd = must(socket(place->address.ss_family, type | SOCK_CLOEXEC, 0), "socket");

	/* Nothing must get lost on the way. */
	if (type == SOCK_DGRAM)
		must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), "SO_RCVBUF");
	return fd;
}

static int bound_socket(const struct scene *s, const struct place *place)
{
	int fd = new_socket(s, place);

	must(bind(fd, (const struct sockaddr *)&place->address, place->address_size), "bind");
	return fd;
}

/* A socket file that nobody listens on. */
static void leave_stale(const struct scene *s, const struct place *place)
{
	unlink(place->host);
	close(bound_socket(s, place));
}

static void peer_has(struct run *run, int fd)
{
	run->peer = fd;
	must(fcntl(fd, F_SETFL, O_NONBLOCK), "F_SETFL");
}

void open_place(struct run *run)
{
	const struct scene *s = run->scene;
	static const char *path;

	if (is_unix(s)) {
		path = path ? path : scratch_path("socket");
		run->place = place_unix(path);
		unlink(path);
	} else {
		run->place = place_any(NET_V4);
	}
	if (s->listens && is_unix(s))
		leave_stale(s, &run->place);
	if (s->listens)
		return;
	if (!scene_has_datagrams(s)) {
		run->listener = peer_listen_at(&run->place);
		return;
	}
	peer_has(run, bound_socket(s, &run->place));
	run->place = place_of(run->peer, &run->place);
}

static bool peer_connects(struct run *run, const struct place *place)
{
	const struct sockaddr nameless = { .sa_family = AF_UNIX };
	int fd = new_socket(run->scene, place);

	/* Who is to be answered needs an address. */
	if (run->scene->net == SCENE_UNIX_DGRAM)
		must(bind(fd, &nameless, sizeof nameless.sa_family), "bind");
	if (connect(fd, (const struct sockaddr *)&place->address, place->address_size) == 0)
		peer_has(run, fd);
	else
		close(fd);
	return run->peer >= 0;
}

/* Sockit listens: connect. It may have ended since, or have found that one family is missing. */
void on_ready(struct run *run)
{
	uint16_t port;

	if (read(run->ready, &port, sizeof port) == sizeof port && run->scene->listens) {
		struct place v4 = place_tcp(NET_V4, "127.0.0.1", port);
		struct place v6 = place_tcp(NET_V6, "::1", port);

		if (is_unix(run->scene))
			(void)peer_connects(run, &run->place);
		else if (!peer_connects(run, &v4) && run->scene->net == SCENE_ANY)
			(void)peer_connects(run, &v6);
	}
	put_away(&run->ready);
}

void on_listener(struct run *run)
{
	int fd = accept4(run->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0) {
		peer_has(run, fd);
		put_away(&run->listener);
	}
}

void open_target(struct run *run)
{
	static const char *path;
	struct place place;

	path = path ? path : scratch_path("target");
	place = place_unix(path);
	unlink(path);
	run->target = peer_listen_at(&place);
	run->target_word = path;
}

/* Sockit has reached the target: what it gives and takes there is what goes up and comes down. */
void on_target(struct run *run)
{
	int fd = accept4(run->target, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	run->feed = fd;
	run->drain = must(fcntl(fd, F_DUPFD_CLOEXEC, 3), "dup");
	put_away(&run->target);
}

void end_feed(struct run *run)
{
	if (run->scene->in == SCENE_TARGET && run->feed >= 0)
		shutdown(run->feed, SHUT_WR);
	put_away(&run->feed);
}

/* How far the peer may send its lines. */
static uint64_t lines_due(const struct run *run)
{
	uint64_t all = run->down.data.size;
	bool has_all = run->up.at == run->up.data.size;

	if (run->peer < 0 || has_all)
		return run->peer < 0 ? 0 : all;
	return run->scene->listens ? all - SCENE_LINE : 0;
}

bool peer_may_send(const struct run *run)
{
	if (scene_has_datagrams(run->scene))
		return run->sent < lines_due(run);
	return run->peer >= 0 && !run->peer_shut && (run->peer_ended || !run->scene->answers);
}

static void on_datagram_peer(struct run *run)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof from;
	char byte;

	/* Whoever sends first is answered, unless it has failed since. */
	if (!run->scene->listens && run->up.at == 0 &&
	    recvfrom(run->peer, &byte, 1, MSG_PEEK, (struct sockaddr *)&from, &size) >= 0)
		(void)!connect(run->peer, (struct sockaddr *)&from, size);
	while (receive_line(run->peer, &run->up))
		continue;
	if (peer_may_send(run))
		give_lines(run->peer, &run->down.data, &run->sent, lines_due(run));
}

static void on_stream_peer(struct run *run, short ready)
{
	if (ready & POLLIN && !run->peer_ended)
		run->peer_ended = !receive(run->peer, &run->up);
	else if (ready & (POLLERR | POLLHUP))
		run->peer_ended = run->peer_shut = true;
	if (ready & POLLOUT && peer_may_send(run) &&
	    !give(run->peer, &run->down.data, &run->sent)) {
		run->peer_shut = true;
		shutdown(run->peer, SHUT_WR);
	}
	if (run->peer_ended && run->peer_shut)
		put_away(&run->peer);
}

void on_peer(struct run *run, short ready)
{
	if (scene_has_datagrams(run->scene))
		on_datagram_peer(run);
	else
		on_stream_peer(run, ready);
}

void peer_ends(struct run *run)
{
	if (scene_has_datagrams(run->scene) && run->peer >= 0) {
		on_datagram_peer(run);
		put_away(&run->peer);
	}
	/* It may have come there at last. */
	if (run->target >= 0)
		on_target(run);
	put_away(&run->target);
	/* Nobody else will come. */
	if (run->peer < 0 && run->listener >= 0)
		on_listener(run);
	put_away(&run->listener);
}
