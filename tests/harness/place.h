/* Where a test's server is: an address, as the kernel and as a command line wants it. */
#ifndef HARNESS_PLACE_H
#define HARNESS_PLACE_H

#include <sys/socket.h>

enum net {
	NET_V4,
	NET_V6,
	NET_UNIX,
	NET_COUNT,
};

struct place {
	enum net net;
	struct sockaddr_storage address;
	socklen_t address_size;
	char host[108]; /* 127.0.0.1, ::1, or the path of a Unix socket */
	char port[8];   /* "" for a Unix socket */
	char word[128]; /* sockit's ENDPOINT in one word: [::1]:PORT, unix:PATH */
};

extern const char *const net_names[NET_COUNT];

/* Loopback and PORT, or a path in the test's directory that does not exist yet. */
struct place place_any(enum net net);
struct place place_tcp(enum net net, const char *host, unsigned port);
struct place place_unix(const char *path);

/* The same place with the port that the socket FD is bound to. */
struct place place_of(int fd, const struct place *place);

#endif
