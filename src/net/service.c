#include "net/service.h"

#include <ctype.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/text.h"

const struct service_row service_table[] = {
#include "services.inc"
};
const size_t service_count = ARRAY_LEN(service_table);

bool service_is_called(const char *name, const char *aliases, const char *word)
{
	size_t len = strlen(word);

	if (strcasecmp(name, word) == 0)
		return true;
	for (const char *at = aliases; *at; at += strspn(at, " ")) {
		size_t size = strcspn(at, " ");

		if (size == len && strncasecmp(at, word, len) == 0)
			return true;
		at += size;
	}
	return false;
}

void service_lower(char lower[SERVICE_WORD_SIZE], const char *text)
{
	size_t i = 0;

	for (; i + 1 < SERVICE_WORD_SIZE && text[i]; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	lower[i] = '\0';
}

bool service_is_word(const char *text)
{
	return text_is_of(text,
	                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+.");
}

bool service_is_name(const char *text)
{
	return service_is_word(text) &&
	       text[strcspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

static int service_find_built_in(const char *name, const char *protocol)
{
	for (size_t i = 0; i < service_count; i++) {
		const struct service_row *s = &service_table[i];

		if (strcmp(s->protocol, protocol) == 0 &&
		    service_is_called(s->name, s->aliases, name))
			return s->port;
	}
	return -1;
}

int service_by_name(const char *name, const char *protocol, sys_service_found *found, void *context)
{
	int port = sys_service_by_name(name, protocol, found, context);
	char lower[SERVICE_WORD_SIZE];

	service_lower(lower, name);
	if (port < 0 && strcmp(lower, name) != 0)
		port = sys_service_by_name(lower, protocol, found, context);
	return port;
}

int service_port(const char *name, const char *protocol)
{
	size_t len = strlen(name);
	int port;

	if (len == 0 || len >= SERVICE_WORD_SIZE)
		return -1;
	port = service_by_name(name, protocol, NULL, NULL);
	return port >= 0 ? port : service_find_built_in(name, protocol);
}

int service_parse_port(const char *text, const char *protocol, uint16_t *port, struct err *err)
{
	bool number = text[0] != '\0' && text_is_of(text, "0123456789");
	int found;

	if (number)
		return num_parse_port(text, port) == NUM_OK
		               ? 0
		               : err_usage(err, "port %s: a port is 0 to 65535", text);
	if (text[0] == '\0')
		return err_usage(err, "the port is empty");
	if (!service_is_name(text))
		return err_usage(err,
		                 "port '%s': neither a number from 0 to 65535 nor a service name",
		                 text);
	found = service_port(text, protocol);
	if (found < 0)
		return err_usage(err, "port '%s': no %s service of that name is known", text,
		                 protocol);
	*port = (uint16_t)found;
	return 0;
}
