#include "serve/http_route.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"

#define HOUR (3600 * NSEC_PER_SEC)
enum { DRIP_MAX = 1 << 20, ARGUMENT_SIZE = 64 };

static struct http_route not_understood(const char *why)
{
	return (struct http_route){ .status = 400, .why = why };
}

static struct http_route route_status(const char *argument, const char *query)
{
	uint64_t code;

	(void)query;
	if (num_parse_uint(argument, 200, 599, &code) != NUM_OK)
		return not_understood("the path is /status/CODE, 200 to 599");
	return (struct http_route){ .status = (unsigned)code };
}

static struct http_route route_delay(const char *argument, const char *query)
{
	nsec_t delay;

	(void)query;
	if (num_parse_duration(argument, &delay) != NUM_OK || delay > HOUR)
		return not_understood(
			"the path is /delay/DURATION, up to an hour: /delay/2, /delay/100ms");
	return (struct http_route){ .status = 200, .tells = true, .delay = delay };
}

/* Clients hold lengths in 63 bits. */
static struct http_route route_bytes(const char *argument, const char *query)
{
	uint64_t bytes;

	(void)query;
	if (num_parse_size(argument, &bytes) != NUM_OK || bytes > INT64_MAX)
		return not_understood(
			"the path is /bytes/SIZE, below 2^63: /bytes/1000, /bytes/1M");
	return (struct http_route){ .status = 200, .pattern = true, .bytes = bytes };
}

/* The N bytes at NAME, "=" and a value. */
static bool take_drip(const char *pair, size_t n, uint64_t *bytes, nsec_t *duration)
{
	char buf[ARGUMENT_SIZE];
	struct text t = TEXT_OVER(buf);
	char *value;

	text_add_bytes(&t, pair, n);
	value = strchr(buf, '=');
	if (t.cut || !value)
		return false;
	*value++ = '\0';
	if (strcmp(buf, "numbytes") == 0)
		return num_parse_size(value, bytes) == NUM_OK && *bytes <= DRIP_MAX;
	if (strcmp(buf, "duration") == 0)
		return num_parse_duration(value, duration) == NUM_OK && *duration <= HOUR;
	return false;
}

/* The first byte comes at once, the last after the whole duration. */
static struct http_route route_drip(const char *argument, const char *query)
{
	uint64_t bytes = 10;
	nsec_t duration = 2 * NSEC_PER_SEC;

	for (const char *pair = query; *pair;) {
		size_t n = strcspn(pair, "&");

		if (!take_drip(pair, n, &bytes, &duration))
			return not_understood(
				"the query of /drip is numbytes=SIZE, up to 1M, and duration=DURATION, up to an hour");
		pair += n + (pair[n] == '&');
	}
	if (*argument)
		return not_understood("the path is /drip, with a query or without");
	return (struct http_route){ .status = 200,
		                    .pattern = true,
		                    .bytes = bytes,
		                    .interval = bytes > 1 ? duration / (nsec_t)(bytes - 1) : 0 };
}

static const struct {
	const char *path;
	struct http_route (*find)(const char *argument, const char *query);
} http_routes[] = {
	{ "/status", route_status },
	{ "/delay", route_delay },
	{ "/bytes", route_bytes },
	{ "/drip", route_drip },
};

struct http_route http_route(const struct http_message *m)
{
	const char *path = http_message_path(m);
	size_t len = strcspn(path, "?");

	for (size_t i = 0; i < ARRAY_LEN(http_routes); i++) {
		size_t n = strlen(http_routes[i].path);
		char buf[ARGUMENT_SIZE];
		struct text argument = TEXT_OVER(buf);

		if (len < n || memcmp(path, http_routes[i].path, n) != 0 ||
		    (len > n && path[n] != '/'))
			continue;
		if (len > n)
			text_add_bytes(&argument, path + n + 1, len - n - 1);
		if (argument.cut)
			return not_understood("the path is too long");
		return http_routes[i].find(buf, path[len] ? path + len + 1 : "");
	}
	return (struct http_route){ .status = 200, .tells = true };
}
