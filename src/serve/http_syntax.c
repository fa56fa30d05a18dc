#include "serve/http_syntax.h"

#include <string.h>

bool http_is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_is_token(const char *str)
{
	const char *c = str;

	while (http_is_token_char(*c))
		c++;
	return c > str && *c == '\0';
}

bool http_is_field_content(const char *str, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)str[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool http_is_word(const char *str, size_t n, const char *word)
{
	if (strlen(word) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(str[i]) != ascii_lower(word[i]))
			return false;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct http_item trimmed(const char *at, size_t len)
{
	while (len > 0 && is_blank(at[0])) {
		at++;
		len--;
	}
	while (len > 0 && is_blank(at[len - 1]))
		len--;
	return (struct http_item){ .at = at, .len = len };
}

/* How far it is from AT to a separator that is not quoted, at most LEN. */
static size_t part_len(const char *at, size_t len, char separator)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < len && (quoted || at[i] != separator); i++)
		if (at[i] == '"')
			quoted = !quoted;
		else if (quoted && at[i] == '\\' && i + 1 < len)
			i++;
	return i;
}

bool http_next_item(const char **rest, char separator, struct http_item *item)
{
	while (**rest) {
		size_t all = strlen(*rest), len = part_len(*rest, all, separator);

		*item = trimmed(*rest, len);
		*rest += len < all ? len + 1 : len;
		if (item->len > 0)
			return true;
	}
	return false;
}

struct http_item http_item_first(struct http_item *item, char separator)
{
	size_t len = part_len(item->at, item->len, separator);
	struct http_item first = trimmed(item->at, len);
	size_t past = len < item->len ? len + 1 : len;

	*item = trimmed(item->at + past, item->len - past);
	return first;
}

bool http_item_is(struct http_item item, const char *word)
{
	return http_is_word(item.at, item.len, word);
}
