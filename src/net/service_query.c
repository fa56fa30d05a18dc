#include "net/service_query.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/text.h"

/* TYPED is what TEXT stands in. */
static int parse_protocol(char *protocol, const char *text, const char *typed, struct err *err)
{
	size_t len = strlen(text);

	if (len == 0 || len >= SERVICE_WORD_SIZE || !service_is_word(text))
		return err_usage(err, "%s: '%s' is not the name of a protocol", typed, text);
	service_lower(protocol, text);
	return 0;
}

static int parse_port(uint16_t *port, const char *text, size_t len, struct err *err)
{
	char digits[SERVICE_WORD_SIZE];
	struct text t = TEXT_OVER(digits);

	text_add_bytes(&t, text, len);
	if (t.cut || num_parse_port(digits, port) != NUM_OK)
		return err_usage(err, "port %.*s: a port is 0 to 65535", (int)len, text);
	return 0;
}

/* WORD is of digits, and of a '-' between them. */
static int parse_ports(struct service_query *q, const char *word, struct err *err)
{
	size_t low = strspn(word, "0123456789");
	const char *high = word[low] ? word + low + 1 : word;

	if (low == 0 || !*high)
		return err_usage(err, "ports '%s': a range is LOW-HIGH", q->text);
	if (parse_port(&q->low, word, low, err) || parse_port(&q->high, high, strlen(high), err))
		return -1;
	if (q->low > q->high)
		return err_usage(err, "ports '%s': %u is more than %u", q->text, q->low, q->high);
	return 0;
}

static bool is_range(const char *word)
{
	size_t low = strspn(word, "0123456789");
	size_t dash = word[low] == '-';

	return text_is_of(word + low + dash, "0123456789");
}

int service_query_parse(struct service_query *q, const char *text, struct err *err)
{
	size_t len = strcspn(text, "/");
	char word[SERVICE_WORD_SIZE];
	struct text t = TEXT_OVER(word);

	*q = (struct service_query){ .text = text };
	if (text[len] && parse_protocol(q->protocol, text + len + 1, text, err))
		return -1;
	text_add_bytes(&t, text, len);
	if (len > 0 && !t.cut && is_range(word))
		return parse_ports(q, word, err);
	if (t.cut || !service_is_name(word))
		return err_usage(err, "'%s': neither a service name nor a port", text);
	memcpy(q->name, word, sizeof word);
	return 0;
}

int service_query_limit(struct service_query *q, const char *protocol, struct err *err)
{
	char word[SERVICE_WORD_SIZE];

	if (parse_protocol(word, protocol, "--protocol", err))
		return -1;
	if (q->protocol[0] && strcmp(q->protocol, word) != 0)
		return err_usage(err, "'%s' and --protocol %s exclude each other", q->text,
		                 protocol);
	memcpy(q->protocol, word, sizeof word);
	return 0;
}

bool service_query_matches(const struct service_query *q, const struct service_entry *e)
{
	if (q->protocol[0] && strcasecmp(q->protocol, e->protocol) != 0)
		return false;
	if (!q->name[0])
		return e->port >= q->low && e->port <= q->high;
	return service_is_called(e->name, e->aliases, q->name);
}

bool service_entry_contains(const struct service_entry *e, const char *text)
{
	char address[SERVICE_WORD_SIZE + 8];
	struct text t = TEXT_OVER(address);

	if (strcasestr(e->name, text))
		return true;
	for (const char *at = e->aliases; (at = strcasestr(at, text)); at++)
		if (!memchr(at, ' ', strlen(text)))
			return true;
	text_add(&t, "%u/%s", e->port, e->protocol);
	return strchr(text, '/') && strcasestr(address, text);
}
