#include "net/access.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/num.h"
#include "net/lines.h"
#include "sys/file.h"

enum { LINE_MAX_LEN = 1023, HOST_MAX_LEN = 253, V4_OFFSET = 12 };

/* The first byte of a key; what follows is an address, mapped into IPv6, or an id at the end. */
enum access_family { ACCESS_V4, ACCESS_V6, ACCESS_UID, ACCESS_GID };

static const uint8_t mapped[V4_OFFSET] = { [10] = 0xff, [11] = 0xff };

static int access_grow(struct access_list *list, struct err *err)
{
	if (list->count < list->room)
		return 0;
	if (list->count >= ACCESS_LIST_MAX)
		return err_usage(err, "more than %d rules", ACCESS_LIST_MAX);
	size_t room = list->room ? 2 * list->room : 16;
	struct access_range *ranges = realloc(list->ranges, room * sizeof *ranges);
	if (!ranges)
		return err_set(err, ERR_LOCAL, ENOMEM, "read", "the access rules");
	list->ranges = ranges;
	list->room = room;
	return 0;
}

/* All keys whose first BITS bits behind the family are those of BYTES. */
static int access_put(struct access_list *list, enum access_family family,
                      const uint8_t bytes[ACCESS_KEY - 1], unsigned bits, struct err *err)
{
	if (access_grow(list, err))
		return -1;
	struct access_range *r = &list->ranges[list->count++];
	r->low[0] = r->high[0] = (uint8_t)family;
	for (unsigned i = 0; i < ACCESS_KEY - 1; i++) {
		unsigned fixed = bits > 8 * i ? bits - 8 * i : 0;
		uint8_t mask = fixed >= 8 ? 0xff : (uint8_t)(0xff00 >> fixed);

		r->low[i + 1] = bytes[i] & mask;
		r->high[i + 1] = bytes[i] | (uint8_t)~mask;
	}
	return 0;
}

static enum access_family access_family_of(const uint8_t bytes[ACCESS_KEY - 1])
{
	return memcmp(bytes, mapped, sizeof mapped) == 0 ? ACCESS_V4 : ACCESS_V6;
}

static void access_id_bytes(uint8_t bytes[ACCESS_KEY - 1], uint32_t id)
{
	memset(bytes, 0, ACCESS_KEY - 1);
	for (unsigned i = 0; i < 4; i++)
		bytes[V4_OFFSET + i] = (uint8_t)(id >> (24 - 8 * i));
}

/* Into IPv6, mapped where it is one of IPv4. False: it is no address. */
static bool access_bytes(const char *text, uint8_t bytes[ACCESS_KEY - 1], bool *v4)
{
	*v4 = inet_pton(AF_INET, text, bytes + V4_OFFSET) == 1;
	if (*v4)
		memcpy(bytes, mapped, sizeof mapped);
	return *v4 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool access_is_cut_at(const uint8_t bytes[ACCESS_KEY - 1], unsigned bits)
{
	for (unsigned i = bits; i < 8 * (ACCESS_KEY - 1); i++)
		if (bytes[i / 8] & (0x80 >> i % 8))
			return false;
	return true;
}

static int access_add_network(struct access_list *list, const char *text, const char *slash,
                              struct err *err)
{
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char host[INET6_ADDRSTRLEN] = "";
	uint8_t bytes[ACCESS_KEY - 1];
	uint64_t bits;
	bool v4;

	if (len < sizeof host)
		memcpy(host, text, len);
	if (!access_bytes(host, bytes, &v4))
		return err_usage(err, "'%s': '%.*s' is no address", text, (int)len, text);
	bits = v4 ? 32 : 128;
	if (slash && num_parse_uint(slash + 1, 0, bits, &bits) != NUM_OK)
		return err_usage(err, "'%s': a network has 0 to %d bits", text, v4 ? 32 : 128);
	bits += v4 ? 96 : 0;
	if (!access_is_cut_at(bytes, (unsigned)bits))
		return err_usage(err, "'%s': the address has more bits than the network", text);
	/* Fewer bits than make it a mapped one: all of IPv6 that begins so. */
	return access_put(list, bits >= 96 ? access_family_of(bytes) : ACCESS_V6, bytes,
	                  (unsigned)bits, err);
}

static int access_add_id(struct access_list *list, enum access_family family, const char *text,
                         struct err *err)
{
	uint8_t bytes[ACCESS_KEY - 1];
	uint64_t id;

	if (num_parse_uint(text + 4, 0, UINT32_MAX - 1, &id) != NUM_OK)
		return err_usage(err, "'%s': '%s' is no number of a %s", text, text + 4,
		                 family == ACCESS_UID ? "user" : "group");
	access_id_bytes(bytes, (uint32_t)id);
	return access_put(list, family, bytes, 8 * (ACCESS_KEY - 1), err);
}

static int access_add_name(struct access_list *list, const char *text, struct err *err)
{
	static const char other[] = "0123456789.-_";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";
	size_t count = list->name_count, len = strlen(text);

	/* What has no letter is an address that went wrong, and never a name. */
	if (strspn(text, letters) < len || strspn(text, other) == len || len > HOST_MAX_LEN)
		return err_usage(err, "'%s' is no address, network, host name, uid= or gid=", text);
	char **names = realloc(list->names, (count + 1) * sizeof *names);
	if (names)
		list->names = names;
	char *name = names ? strdup(text) : NULL;
	if (!name)
		return err_set(err, ERR_LOCAL, ENOMEM, "read", "the access rules");
	list->names[list->name_count++] = name;
	return 0;
}

int access_add(struct access_list *list, const char *text, struct err *err)
{
	const char *slash = strchr(text, '/');
	uint8_t bytes[ACCESS_KEY - 1];
	bool v4;

	if (strncmp(text, "uid=", 4) == 0)
		return access_add_id(list, ACCESS_UID, text, err);
	if (strncmp(text, "gid=", 4) == 0)
		return access_add_id(list, ACCESS_GID, text, err);
	if (slash || access_bytes(text, bytes, &v4))
		return access_add_network(list, text, slash, err);
	return access_add_name(list, text, err);
}

int access_add_file(struct access_list *list, const char *path, struct err *err)
{
	OWN_FD fd = sys_open(path, O_RDONLY, 0);
	struct lines lines;
	unsigned number = 0;
	char *line;
	ssize_t len;

	if (fd < 0)
		return err_set(err, ERR_LOCAL, -fd, "open", "%s", path);
	lines_start(&lines, fd);
	while ((len = lines_await(&lines, LINE_MAX_LEN, &line)) >= 0) {
		struct err why;

		number++;
		if (len == LINE_MAX_LEN || strlen(line) < (size_t)len)
			return err_usage(err, "%s line %u: %s", path, number,
			                 len == LINE_MAX_LEN ? "too long" : "no text");
		line[strcspn(line, "#")] = '\0';
		size_t trimmed = lines_trim(&line, strlen(line));
		line[trimmed] = '\0';
		if (*line && access_add(list, line, &why)) {
			if (why.domain != ERR_USAGE) {
				*err = why;
				return -1;
			}
			return err_usage(err, "%s line %u: %s", path, number, why.detail);
		}
	}
	return lines.error ? err_set(err, ERR_LOCAL, -lines.error, "read", "%s", path) : 0;
}

/* False for what has no such address. */
static bool access_addr_bytes(const struct addr *a, uint8_t bytes[ACCESS_KEY - 1])
{
	bool v4 = a->at.any.sa_family == AF_INET;
	size_t n;

	if (!v4 && a->at.any.sa_family != AF_INET6)
		return false;
	const uint8_t *from = addr_bytes(a, &n);
	memcpy(bytes, mapped, sizeof mapped);
	memcpy(bytes + (v4 ? V4_OFFSET : 0), from, n);
	return true;
}

int access_add_addr(struct access_list *list, const struct addr *a, struct err *err)
{
	uint8_t bytes[ACCESS_KEY - 1];

	if (!access_addr_bytes(a, bytes))
		return 0;
	return access_put(list, access_family_of(bytes), bytes, 8 * (ACCESS_KEY - 1), err);
}

static int access_compare(const void *a, const void *b)
{
	const struct access_range *x = a, *y = b;

	return memcmp(x->low, y->low, sizeof x->low);
}

void access_settle(struct access_list *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->ranges, list->count, sizeof *list->ranges, access_compare);
	for (size_t i = 1; i < list->count; i++) {
		struct access_range *last = &list->ranges[kept], *next = &list->ranges[i];

		if (memcmp(next->low, last->high, ACCESS_KEY) > 0)
			list->ranges[++kept] = *next;
		else if (memcmp(next->high, last->high, ACCESS_KEY) > 0)
			memcpy(last->high, next->high, ACCESS_KEY);
	}
	list->count = kept + 1;
}

static bool access_has_key(const struct access_list *list, enum access_family family,
                           const uint8_t bytes[ACCESS_KEY - 1])
{
	size_t from = 0, to = list->count;
	uint8_t key[ACCESS_KEY];

	key[0] = (uint8_t)family;
	memcpy(key + 1, bytes, ACCESS_KEY - 1);
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct access_range *r = &list->ranges[middle];

		if (memcmp(key, r->low, ACCESS_KEY) < 0)
			to = middle;
		else if (memcmp(key, r->high, ACCESS_KEY) > 0)
			from = middle + 1;
		else
			return true;
	}
	return false;
}

bool access_has(const struct access_list *list, const struct access_peer *peer)
{
	uint8_t bytes[ACCESS_KEY - 1];

	if (access_addr_bytes(peer->addr, bytes) &&
	    access_has_key(list, access_family_of(bytes), bytes))
		return true;
	if (!peer->has_ids)
		return false;
	access_id_bytes(bytes, peer->uid);
	if (access_has_key(list, ACCESS_UID, bytes))
		return true;
	access_id_bytes(bytes, peer->gid);
	return access_has_key(list, ACCESS_GID, bytes);
}

void access_free(struct access_list *list)
{
	for (size_t i = 0; i < list->name_count; i++)
		free(list->names[i]);
	free(list->names);
	free(list->ranges);
	*list = (struct access_list){ 0 };
}
