#include "harness/dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/fail.h"

/* RFC 1035, section 4.1. */
enum { HEADER = 12, TYPE_A = 1, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, MESSAGE = 512 };

static struct {
	int fd;
	enum dns_mode mode;
} server;

/* Offset of what follows the first question; 0 when the message is cut. */
static size_t end_of_question(const uint8_t *message, size_t size)
{
	size_t at = HEADER;

	while (at < size && message[at] != 0)
		at += 1U + message[at];
	return at + 5 <= size ? at + 5 : 0;
}

/* Append the answer 127.0.0.1 to the first question's name. */
static size_t add_address(uint8_t *message, size_t at)
{
	static const uint8_t record[] = {
		0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1,
	};

	message[7] = 1;
	memcpy(message + at, record, sizeof(record));
	return at + sizeof(record);
}

/* Turn a question into its answer; its size, 0 for none. */
static size_t answer(uint8_t *message, size_t size)
{
	size_t end = end_of_question(message, size);
	int rcode = 0;

	if (server.mode == DNS_SILENT || end == 0)
		return 0;
	if (server.mode == DNS_SERVFAIL)
		rcode = RCODE_SERVFAIL;
	else if (server.mode == DNS_NXDOMAIN)
		rcode = RCODE_NXDOMAIN;
	message[2] = 0x84 | (message[2] & 1);
	message[3] = (uint8_t)(0x80 | rcode);
	memset(message + 6, 0, 6); /* no records but the question */
	if (server.mode == DNS_ADDRESS && message[end - 3] == TYPE_A)
		return add_address(message, end);
	return end;
}

static void *serve(void *arg)
{
	uint8_t message[MESSAGE + 64];

	(void)arg;
	for (;;) {
		struct sockaddr_in from;
		socklen_t from_size = sizeof(from);
		ssize_t n = recvfrom(server.fd, message, MESSAGE, 0, (struct sockaddr *)&from,
		                     &from_size);
		size_t size = n > 0 ? answer(message, (size_t)n) : 0;

		if (size > 0)
			sendto(server.fd, message, size, 0, (struct sockaddr *)&from, from_size);
	}
	return NULL;
}

void dns_serve(enum dns_mode mode)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(53) };
	pthread_t thread;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.mode = mode;
	server.fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	must(bind(server.fd, (struct sockaddr *)&at, sizeof(at)), "bind to port 53");
	if (pthread_create(&thread, NULL, serve, NULL) != 0)
		fail("cannot start the name server");
}
