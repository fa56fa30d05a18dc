#include "harness/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "harness/fail.h"
#include "harness/scratch.h"

const char *const net_names[NET_COUNT] = {
	[NET_V4] = "IPv4",
	[NET_V6] = "IPv6",
	[NET_UNIX] = "Unix",
};

struct place place_tcp(enum net net, const char *host, unsigned port)
{
	struct place place = { .net = net };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&place.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&place.address;
	int parsed;

	snprintf(place.host, sizeof(place.host), "%s", host);
	snprintf(place.port, sizeof(place.port), "%u", port & 0xffff);
	snprintf(place.word, sizeof(place.word), net == NET_V6 ? "[%.64s]:%s" : "%.64s:%s", host,
	         place.port);
	if (net == NET_V6) {
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
			                     .sin6_port = htons((in_port_t)port) };
		parsed = inet_pton(AF_INET6, host, &v6->sin6_addr);
		place.address_size = sizeof(*v6);
	} else {
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET,
			                    .sin_port = htons((in_port_t)port) };
		parsed = inet_pton(AF_INET, host, &v4->sin_addr);
		place.address_size = sizeof(*v4);
	}
	if (parsed != 1)
		fail("%s is not a numeric address", host);
	return place;
}

struct place place_unix(const char *path)
{
	struct place place = { .net = NET_UNIX, .address_size = sizeof(struct sockaddr_un) };
	struct sockaddr_un *un = (struct sockaddr_un *)&place.address;

	if (strlen(path) >= sizeof(un->sun_path))
		fail("%s is too long for a Unix socket", path);
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, strlen(path));
	snprintf(place.host, sizeof(place.host), "%s", path);
	snprintf(place.word, sizeof(place.word), "unix:%.107s", path);
	return place;
}

struct place place_any(enum net net)
{
	switch (net) {
	case NET_V4:
		return place_tcp(net, "127.0.0.1", 0);
	case NET_V6:
		return place_tcp(net, "::1", 0);
	case NET_UNIX:
	case NET_COUNT:
		break;
	}
	return place_unix(scratch_fresh());
}

struct place place_of(int fd, const struct place *place)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (place->net == NET_UNIX)
		return *place;
	must(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
	/* The port is at the same offset in both families. */
	return place_tcp(place->net, place->host,
	                 ntohs(((struct sockaddr_in *)&address)->sin_port));
}
