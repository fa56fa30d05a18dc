/* The words and lists that HTTP is written in. ASCII alone, whatever the locale says. */
#ifndef SOCKIT_SERVE_HTTP_SYNTAX_H
#define SOCKIT_SERVE_HTTP_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

/* A character of a token, RFC 9110 section 5.6.2. */
bool http_is_token_char(char c);

/* Whether STR is a token: method, field name, coding. "" is none. */
bool http_is_token(const char *str);

/*
 * Whether a field's value may hold the N bytes at STR, RFC 9110 section 5.5: no control character
 * but the tab. From 0x80 on all may stand there.
 */
bool http_is_field_content(const char *str, size_t n);

/* Whether N bytes at STR are WORD, in any case. */
bool http_is_word(const char *str, size_t n, const char *word);

/* A part of a field's value. */
struct http_item {
	const char *at;
	size_t len;
};

/*
 * The next element of the list at *rest that SEPARATOR parts, without blanks around it; separators
 * in quoted strings do not count, and empty elements are passed over (RFC 9110 section 5.6.1).
 * False at the end. *rest goes behind it.
 */
bool http_next_item(const char **rest, char separator, struct http_item *item);

/* Take FIRST, the part of ITEM before SEPARATOR, off its front, without blanks around it. */
struct http_item http_item_first(struct http_item *item, char separator);

bool http_item_is(struct http_item item, const char *word);

#endif
