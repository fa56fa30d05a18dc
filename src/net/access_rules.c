#include "net/access_rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "net/lines.h"
#include "sys/file.h"
#include "sys/lookup.h"
#include "sys/user.h"

enum { LINE_MAX_LEN = 1023, HOST_MAX_LEN = 253, V4_OFFSET = ACCESS_BYTES - 4 };

/* Into IPv6, mapped where it is one of IPv4. False: it is no address. */
static bool access_bytes(const char *text, uint8_t bytes[ACCESS_BYTES], bool *v4)
{
	*v4 = inet_pton(AF_INET, text, bytes + V4_OFFSET) == 1;
	if (*v4)
		access_map(bytes);
	return *v4 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool access_is_v4(const char *text)
{
	uint8_t bytes[4];

	return inet_pton(AF_INET, text, bytes) == 1;
}

static bool access_is_cut_at(const uint8_t bytes[ACCESS_BYTES], unsigned bits)
{
	for (unsigned i = bits; i < 8 * ACCESS_BYTES; i++)
		if (bytes[i / 8] & (0x80 >> i % 8))
			return false;
	return true;
}

/* The index of the interface that NAME is, or whose index it is. */
static int access_find_zone(const char *text, const char *name, const struct access_key *key,
                            uint32_t *zone, struct err *err)
{
	bool link = key->bytes[0] == 0xfe && (key->bytes[1] & 0xc0) == 0x80;
	uint64_t number;

	if (key->family != ACCESS_V6 || !link)
		return err_usage(err, "'%s': only an address of one link (fe80::/10) has a zone",
		                 text);
	if (num_parse_uint(name, 1, INT32_MAX, &number) == NUM_OK) {
		*zone = (uint32_t)number;
		return 0;
	}
	int index = sys_if_nametoindex(name);
	if (index <= 0)
		return err_usage(err, "'%s': there is no interface '%s'", text, name);
	*zone = (uint32_t)index;
	return 0;
}

/* HOST is TEXT up to the slash, if there is one. */
static int access_add_network(struct access_list *list, const char *text, char *host,
                              const char *slash, struct err *err)
{
	char *percent = strchr(host, '%');
	struct access_key key = { 0 };
	uint64_t bits;
	bool v4;

	if (percent)
		*percent = '\0';
	if (!access_bytes(host, key.bytes, &v4))
		return err_usage(err, "'%s': '%s' is no address", text, host);
	bits = v4 ? 32 : 128;
	if (slash && num_parse_uint(slash + 1, 0, bits, &bits) != NUM_OK)
		return err_usage(err, "'%s': a network has 0 to %d bits", text, v4 ? 32 : 128);
	bits += v4 ? 96 : 0;
	if (!access_is_cut_at(key.bytes, (unsigned)bits))
		return err_usage(err, "'%s': the address has more bits than the network", text);
	/* Fewer bits than make it a mapped one: all of IPv6 that begins so. */
	key.family = bits >= 96 ? access_family_of(key.bytes) : ACCESS_V6;
	if (percent) {
		if (access_find_zone(text, percent + 1, &key, &key.zone, err))
			return -1;
		key.family = ACCESS_LINK;
	}
	return access_put(list, &key, (unsigned)bits, err);
}

static int access_find_id(enum access_family family, const char *name, uint32_t *id)
{
	struct sys_user user = { 0 };
	gid_t gid = 0;
	uint64_t number;
	int error;

	/* The highest means "none". */
	if (num_parse_uint(name, 0, UINT32_MAX - 1, &number) == NUM_OK) {
		*id = (uint32_t)number;
		return 0;
	}
	if (family == ACCESS_GID) {
		error = sys_group_find(name, &gid);
		*id = gid;
		return error;
	}
	error = sys_user_find(name, NULL, &user);
	*id = user.uid;
	free(user.groups);
	return error;
}

static int access_add_id(struct access_list *list, enum access_family family, const char *text,
                         struct err *err)
{
	const char *name = text + 4;
	uint32_t id;
	int error = access_find_id(family, name, &id);

	if (error == -ENOENT || error == -ESRCH)
		return err_usage(err, "'%s': there is no %s '%s'", text,
		                 family == ACCESS_UID ? "user" : "group", name);
	if (error)
		return err_set(err, ERR_LOCAL, -error, "look up", "%s", name);
	struct access_key key = access_id_key(family, id);
	return access_put(list, &key, 8 * ACCESS_BYTES, err);
}

static void access_hint_legacy(const char *text, struct in_addr meant, struct err *err)
{
	char dotted[INET_ADDRSTRLEN];

	if (inet_ntop(AF_INET, &meant, dotted, sizeof dotted))
		err_hint(err, "%s is a legacy spelling of %s", text, dotted);
}

static int access_add_name(struct access_list *list, const char *text, struct err *err)
{
	static const char other[] = "0123456789.-_";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";
	size_t count = list->name_count, len = strlen(text);
	bool foreign = strspn(text, letters) < len;
	struct in_addr legacy;

	/*
	 * What has no letter, or only those of numbers, is an address that went wrong, and never a
	 * name.
	 */
	bool number = !foreign && inet_aton(text, &legacy);
	if (foreign || number || strspn(text, other) == len || len > HOST_MAX_LEN) {
		(void)err_usage(err, "'%s' is no address, network, host name, uid= or gid=", text);
		if (number)
			access_hint_legacy(text, legacy, err);
		return -1;
	}
	if (list->numeric)
		return err_usage(err, "'%s' is a name, and --numeric looks none up", text);
	struct access_name *names = realloc(list->names, (count + 1) * sizeof *names);
	if (names)
		list->names = names;
	char *name = names ? strdup(text) : NULL;
	if (!name)
		return err_set(err, ERR_LOCAL, ENOMEM, "read", "the access rules");
	list->names[list->name_count++] = (struct access_name){ .host = name };
	return 0;
}

static bool access_is_id(const char *text)
{
	return strncmp(text, "uid=", 4) == 0 || strncmp(text, "gid=", 4) == 0;
}

int access_add(struct access_list *list, const char *text, struct err *err)
{
	char host[INET6_ADDRSTRLEN + SYS_IF_NAME_SIZE] = "";
	const char *slash = strchr(text, '/');
	struct text t = TEXT_OVER(host);
	size_t len = strlen(text);
	bool is_id = access_is_id(text);

	text_add_bytes(&t, text, slash ? (size_t)(slash - text) : len);
	if (len > 0 && (is_id ? list->no_ids : list->no_addresses))
		return err_usage(err, "%s has no meaning for %s", text, list->endpoint);
	if (is_id)
		return access_add_id(list, text[0] == 'u' ? ACCESS_UID : ACCESS_GID, text, err);
	/* What has no colon and is no address may be a name. */
	if (slash || strchr(text, ':') || access_is_v4(text))
		return access_add_network(list, text, host, slash, err);
	return access_add_name(list, text, err);
}

int access_add_all(struct access_list *list, const char *text, struct err *err)
{
	char rule[LINE_MAX_LEN + 1];

	for (;; text++) {
		size_t len = strcspn(text, ",");

		if (len > LINE_MAX_LEN)
			return err_usage(err, "a rule is longer than %d bytes", LINE_MAX_LEN);
		memcpy(rule, text, len);
		rule[len] = '\0';
		if (access_add(list, rule, err))
			return -1;
		text += len;
		if (*text == '\0')
			return 0;
	}
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
		size_t names = list->name_count;
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
			(void)err_usage(err, "%s line %u: %s", path, number, why.detail);
			err_hint(err, "%s", why.hint);
			return -1;
		}
		if (list->name_count > names)
			list->names[names].line = number;
	}
	return lines.error ? err_set(err, ERR_LOCAL, -lines.error, "read", "%s", path) : 0;
}
