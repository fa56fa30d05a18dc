#include "serve/http_message.h"

#include <string.h>

#include "serve/http_syntax.h"

struct http_message *http_message_new(void)
{
	struct http_message *m = malloc(sizeof *m);

	/*
	 * Fields and text are written before they are read: most of their memory is never touched.
	 */
	if (m)
		memset(m, 0, offsetof(struct http_message, fields));
	return m;
}

void http_message_free(struct http_message *m)
{
	if (m)
		free(m->body);
	free(m);
}

bool http_message_refuse(struct http_message *m, unsigned status, const char *why)
{
	m->refused = why;
	m->refused_status = status;
	m->close = true;
	return false;
}

const char *http_message_field(const struct http_message *m, const char *name, size_t *i)
{
	while (*i < m->header_count) {
		const struct http_field *field = &m->fields[(*i)++];

		if (http_is_word(field->name, strlen(field->name), name))
			return field->value;
	}
	return NULL;
}

bool http_message_is_head(const struct http_message *m)
{
	return m->method && strcmp(m->method, "HEAD") == 0;
}

const char *http_message_path(const struct http_message *m)
{
	const char *authority = strstr(m->target, "://");

	if (m->target[0] == '/' || !authority)
		return m->target;
	authority += strlen("://");
	size_t len = strcspn(authority, "/?");
	return authority[len] ? authority + len : "/";
}
