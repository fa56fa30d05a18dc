#include "net/proxy_header.h"

#include <string.h>

#include "base/num.h"

/*
 * Version 2: what it begins with; then command, family and the length of the rest; then the
 * addresses.
 */
static const uint8_t signature[12] = "\r\n\r\n\0\r\nQUIT\n";
enum {
	V2_FIXED = sizeof signature + 4,
	V2_COMMAND = sizeof signature,
	V2_FAMILY,
	V2_LENGTH,
	V2_LOCAL = 0x20, /* the command, with the version */
	V2_PROXY = 0x21,
	V2_TCP4 = 0x11,
	V2_TCP6 = 0x21,
};

/* Both as addresses of one family; false when they have none in common that has ports. */
static bool same_family(struct addr *client, struct addr *local)
{
	*client = addr_unmapped(client);
	*local = addr_unmapped(local);
	return addr_is_inet(client) && client->at.any.sa_family == local->at.any.sa_family;
}

/* The zone of an address means nothing elsewhere. */
static void add_host(struct text *t, const struct addr *a)
{
	size_t n;
	const uint8_t *bytes = addr_bytes(a, &n);
	struct addr plain = addr_of_bytes(a->at.any.sa_family, bytes, 0);

	addr_add_host(t, &plain);
}

static size_t write_line(const struct addr *client, const struct addr *local, uint8_t *room)
{
	char line[PROXY_HEADER_LINE + 1];
	struct text t = TEXT_OVER(line);

	text_add(&t, "PROXY TCP%s ", client->at.any.sa_family == AF_INET ? "4" : "6");
	add_host(&t, client);
	text_add_str(&t, " ");
	add_host(&t, local);
	text_add(&t, " %u %u\r\n", addr_port(client), addr_port(local));
	memcpy(room, line, t.len);
	return t.len;
}

static void put_16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned get_16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static size_t write_binary(const struct addr *client, const struct addr *local, uint8_t *room)
{
	size_t n;
	const uint8_t *from = addr_bytes(client, &n), *to = addr_bytes(local, &n);
	uint8_t *addresses = room + V2_FIXED;

	room[V2_COMMAND] = V2_PROXY;
	room[V2_FAMILY] = client->at.any.sa_family == AF_INET ? V2_TCP4 : V2_TCP6;
	put_16(room + V2_LENGTH, (unsigned)(2 * n + 4));
	memcpy(addresses, from, n);
	memcpy(addresses + n, to, n);
	put_16(addresses + 2 * n, addr_port(client));
	put_16(addresses + 2 * n + 2, addr_port(local));
	return V2_FIXED + 2 * n + 4;
}

size_t proxy_header_write(enum proxy_version version, const struct addr *client,
                          const struct addr *local, uint8_t *room)
{
	static const char unknown[] = "PROXY UNKNOWN\r\n";
	struct addr from = *client, to = *local;
	bool known = same_family(&from, &to);

	if (version == PROXY_V1 && known)
		return write_line(&from, &to, room);
	if (version == PROXY_V1) {
		memcpy(room, unknown, sizeof unknown - 1);
		return sizeof unknown - 1;
	}
	memset(room, 0, V2_FIXED);
	memcpy(room, signature, sizeof signature);
	if (known)
		return write_binary(&from, &to, room);
	room[V2_COMMAND] = V2_LOCAL;
	return V2_FIXED;
}

/* Numbers and addresses are written in one way alone: no leading zeros. */
static bool read_port(const char *word, struct addr *a)
{
	uint16_t port;

	if (num_parse_port(word, &port) != NUM_OK || (word[0] == '0' && word[1]))
		return false;
	addr_set_port(a, port);
	return true;
}

static bool read_words(char *line, struct proxy_header *h)
{
	char *words[6], *at = line;
	size_t count = 0;

	while (at && count < ARRAY_LEN(words))
		words[count++] = strsep(&at, " ");
	if (at || count < 2 || strcmp(words[0], "PROXY") != 0)
		return false;
	if (count < ARRAY_LEN(words) || (strcmp(words[1], "TCP4") && strcmp(words[1], "TCP6")))
		return false;

	int family = words[1][3] == '4' ? AF_INET : AF_INET6;

	h->known = true;
	return addr_of_text(&h->client, words[2]) && addr_of_text(&h->local, words[3]) &&
	       h->client.at.any.sa_family == family && h->local.at.any.sa_family == family &&
	       read_port(words[4], &h->client) && read_port(words[5], &h->local);
}

static int read_line(const uint8_t *at, size_t n, struct proxy_header *h)
{
	static const char unknown[] = "PROXY UNKNOWN";
	const size_t prefix = sizeof unknown - 1;
	size_t most = n < PROXY_HEADER_LINE ? n : PROXY_HEADER_LINE;
	const uint8_t *end = memchr(at, '\n', most);
	char line[PROXY_HEADER_LINE + 1];
	struct proxy_header read = { 0 };

	if (!end)
		return n < PROXY_HEADER_LINE ? 0 : -1;

	size_t len = (size_t)(end - at);

	if (len < 1 || at[len - 1] != '\r' || memchr(at, '\0', len))
		return -1;
	memcpy(line, at, len - 1);
	line[len - 1] = '\0';
	/* Whatever follows UNKNOWN is to be ignored. */
	bool is_unknown = strncmp(line, unknown, prefix) == 0 &&
	                  (line[prefix] == '\0' || line[prefix] == ' ');
	if (!is_unknown && !read_words(line, &read))
		return -1;
	*h = read;
	return (int)(len + 1);
}

static void read_addresses(const uint8_t *at, int family, size_t n, struct proxy_header *h)
{
	h->known = true;
	h->client = addr_of_bytes(family, at, (uint16_t)get_16(at + 2 * n));
	h->local = addr_of_bytes(family, at + n, (uint16_t)get_16(at + 2 * n + 2));
}

/*
 * Families: unknown, IPv4, IPv6, Unix; below each what goes over it: unknown, streams, datagrams.
 */
static bool is_family(uint8_t byte)
{
	return byte >> 4 <= 3 && (byte & 0x0f) <= 2;
}

static int read_binary(const uint8_t *at, size_t n, struct proxy_header *h)
{
	struct proxy_header read = { 0 };

	if (n < V2_FIXED)
		return 0;

	size_t length = get_16(at + V2_LENGTH);
	bool v4 = at[V2_FAMILY] == V2_TCP4, v6 = at[V2_FAMILY] == V2_TCP6;
	size_t needed = v4 ? 12 : v6 ? 36 : 0;

	if ((at[V2_COMMAND] != V2_LOCAL && at[V2_COMMAND] != V2_PROXY) ||
	    V2_FIXED + length > PROXY_HEADER_MOST)
		return -1;
	if (at[V2_COMMAND] == V2_PROXY && (length < needed || !is_family(at[V2_FAMILY])))
		return -1;
	if (n < V2_FIXED + length)
		return 0;
	if (at[V2_COMMAND] == V2_PROXY && needed > 0)
		read_addresses(at + V2_FIXED, v4 ? AF_INET : AF_INET6, v4 ? 4 : 16, &read);
	*h = read;
	return (int)(V2_FIXED + length);
}

int proxy_header_read(const uint8_t *at, size_t n, struct proxy_header *h)
{
	static const char line[] = "PROXY ";
	size_t v1 = n < sizeof line - 1 ? n : sizeof line - 1;
	size_t v2 = n < sizeof signature ? n : sizeof signature;

	if (memcmp(at, line, v1) == 0)
		return read_line(at, n, h);
	return memcmp(at, signature, v2) == 0 ? read_binary(at, n, h) : -1;
}
