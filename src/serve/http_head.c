#include "serve/http_head.h"

#include <string.h>

#include "base/num.h"
#include "serve/http_syntax.h"

/* "HTTP/1.1": RFC 9112 section 2.3. */
static bool take_version(struct http_message *m, const char *version)
{
	if (strlen(version) != strlen("HTTP/1.1") || strncmp(version, "HTTP/", 5) != 0 ||
	    version[5] < '0' || version[5] > '9' || version[6] != '.' || version[7] < '0' ||
	    version[7] > '9')
		return http_message_refuse(m, 400, "the request line does not end with HTTP/1.1");
	if (version[5] != '1')
		return http_message_refuse(m, 505, "HTTP/1.0 and HTTP/1.1 are spoken here");
	m->minor = version[7] > '0';
	return true;
}

static bool is_scheme(const char *str, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!http_is_token_char(str[i]))
			return false;
	return n > 0;
}

/* The four forms of RFC 9112 section 3.2. */
static bool take_target(struct http_message *m, const char *target)
{
	const char *scheme_end = strstr(target, "://");

	for (const char *c = target; *c; c++)
		if (*c <= ' ' || *c >= 0x7f)
			return http_message_refuse(
				m, 400,
				"the target holds a character that must be percent-encoded");
	if (strcmp(m->method, "CONNECT") == 0)
		return http_message_refuse(m, 501, "this is no proxy");
	if (target[0] == '/' || (strcmp(target, "*") == 0 && strcmp(m->method, "OPTIONS") == 0) ||
	    (scheme_end && is_scheme(target, (size_t)(scheme_end - target))))
		return true;
	return http_message_refuse(m, 400, "the target is neither a path nor a URL");
}

/* Two blanks, each a single space: where they are guessed is where requests are smuggled. */
bool http_head_request_line(struct http_message *m, char *line, size_t len)
{
	char *first = memchr(line, ' ', len), *last = memrchr(line, ' ', len);

	if (strlen(line) != len || !first || first == last)
		return http_message_refuse(m, 400, "the first line is not METHOD TARGET HTTP/1.1");
	*first = *last = '\0';
	if (!http_is_token(line))
		return http_message_refuse(m, 400, "the method is not a word");
	m->method = line;
	if (!take_version(m, last + 1))
		return false;
	m->target = first + 1;
	m->version = last + 1;
	m->close = m->minor == 0;
	m->stage = HTTP_STAGE_FIELDS;
	return take_target(m, m->target);
}

bool http_head_field(struct http_message *m, char *line, size_t len)
{
	char *colon = memchr(line, ':', len), *value;

	if (line[0] == ' ' || line[0] == '\t')
		return http_message_refuse(m, 400, "a header line begins with a blank");
	if (!colon)
		return http_message_refuse(m, 400, "a header line has no colon");
	if (!http_is_field_content(line, len))
		return http_message_refuse(m, 400, "a header line holds a control character");
	*colon = '\0';
	if (!http_is_token(line))
		return http_message_refuse(
			m, 400, "what stands before the colon of a header line is not a name");
	if (m->field_count == HTTP_FIELDS_MAX)
		return http_message_refuse(m, 431, "more than 100 header lines");
	value = colon + 1 + strspn(colon + 1, " \t");
	for (char *end = line + len; end > value && (end[-1] == ' ' || end[-1] == '\t');)
		*--end = '\0';
	m->fields[m->field_count++] = (struct http_field){ .name = line, .value = value };
	return true;
}

/* RFC 9112 section 3.2. An empty one is what a target without a host has. */
static bool check_host(struct http_message *m)
{
	size_t i = 0;
	const char *host = http_message_field(m, "Host", &i);

	if (!host && m->minor == 0)
		return true;
	if (!host)
		return http_message_refuse(m, 400, "HTTP/1.1 wants a Host line");
	if (http_message_field(m, "Host", &i))
		return http_message_refuse(m, 400, "there are two Host lines");
	/* uri-host and port, RFC 3986 section 3.2.2. */
	for (const char *c = host; *c; c++)
		if (!http_is_token_char(*c) && !strchr("()[],;=:", *c))
			return http_message_refuse(m, 400, "the Host line does not hold a host");
	return true;
}

static void take_connection(struct http_message *m)
{
	bool close = false, keep = m->minor > 0;
	struct http_item item;
	const char *value;

	for (size_t i = 0; (value = http_message_field(m, "Connection", &i)) != NULL;)
		while (http_next_item(&value, ',', &item)) {
			close |= http_item_is(item, "close");
			keep |= http_item_is(item, "keep-alive");
		}
	m->close = close || !keep;
}

/*
 * Codings other than chunked are not known here, and who does not know one cannot find the body's
 * end.
 */
static bool take_codings(struct http_message *m, bool *chunked)
{
	struct http_item item;
	const char *value;
	bool any = false;

	*chunked = false;
	for (size_t i = 0; (value = http_message_field(m, "Transfer-Encoding", &i)) != NULL;) {
		any = true;
		while (http_next_item(&value, ',', &item)) {
			if (!http_item_is(item, "chunked"))
				return http_message_refuse(
					m, 501, "no transfer coding but chunked is known");
			if (*chunked)
				return http_message_refuse(m, 400, "the body is chunked twice");
			*chunked = true;
		}
	}
	if (any && !*chunked)
		return http_message_refuse(m, 400, "Transfer-Encoding names no coding");
	return true;
}

static bool take_length(struct http_message *m, const char *value)
{
	enum num_result result = num_parse_uint(value, 0, HTTP_BODY_MAX, &m->body_left);

	if (result == NUM_RANGE)
		return http_message_refuse(m, 413, "the body is larger than 1 MiB");
	if (result != NUM_OK)
		return http_message_refuse(m, 400, "Content-Length is not a number");
	return true;
}

/* RFC 9112 section 6.3. Whatever two readers could understand in two ways is refused. */
static bool take_framing(struct http_message *m)
{
	size_t i = 0, j = 0;
	const char *length = http_message_field(m, "Content-Length", &i);
	bool coded = http_message_field(m, "Transfer-Encoding", &j), chunked;

	if (coded && length)
		return http_message_refuse(m, 400,
		                           "Content-Length stands beside Transfer-Encoding");
	if (coded && m->minor == 0)
		return http_message_refuse(m, 400, "HTTP/1.0 has no Transfer-Encoding");
	if (length && http_message_field(m, "Content-Length", &i))
		return http_message_refuse(m, 400, "there are two Content-Length lines");
	if (!take_codings(m, &chunked) || (length && !take_length(m, length)))
		return false;
	m->stage = chunked            ? HTTP_STAGE_CHUNK_SIZE
	           : m->body_left > 0 ? HTTP_STAGE_SIZED
	                              : HTTP_STAGE_WHOLE;
	return true;
}

/* RFC 9110 section 10.1.1: nobody waits for it without a body, and HTTP/1.0 does not know it. */
static bool take_expectation(struct http_message *m)
{
	struct http_item item;
	const char *value;

	if (m->minor == 0)
		return true;
	for (size_t i = 0; (value = http_message_field(m, "Expect", &i)) != NULL;)
		while (http_next_item(&value, ',', &item)) {
			if (!http_item_is(item, "100-continue"))
				return http_message_refuse(
					m, 417, "no expectation but 100-continue is known");
			m->expects = m->stage != HTTP_STAGE_WHOLE;
		}
	return true;
}

bool http_head_end(struct http_message *m)
{
	m->header_count = m->field_count;
	if (!check_host(m))
		return false;
	take_connection(m);
	return take_framing(m) && take_expectation(m);
}
