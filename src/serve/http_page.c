#include "serve/http_page.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"
#include "out/cell.h"
#include "serve/http_status.h"
#include "serve/http_syntax.h"

/* 1 byte at most becomes the 6 of "&quot;". */
enum { HTML_GROWTH = 6, HTML_AROUND = 4096, HTML_AROUND_FIELD = 16 };

static const char *name_of(const struct http_asker *asker, const char *address)
{
	return asker->name && *asker->name ? asker->name : address;
}

static void escape_whole(const char *bytes, size_t n, uint8_t *out, size_t *len)
{
	struct escape e = { 0 };

	*len = escape_stream(&e, (const uint8_t *)bytes, n, out);
	*len += escape_stream_end(&e, out + *len);
}

static json_t *json_of_text(const char *str)
{
	size_t n = strlen(str), len;
	json_t *json = json_stringn(str, n);

	if (json)
		return json;
	OWN_MEM uint8_t *escaped = malloc(ESCAPE_GROWTH * (n + ESCAPE_HELD));
	if (!escaped)
		return NULL;
	escape_whole(str, n, escaped, &len);
	return json_stringn((const char *)escaped, len);
}

static json_t *json_of_fields(const struct http_message *m, size_t from, size_t to)
{
	json_t *list = json_array();

	for (size_t i = from; i < to; i++) {
		json_t *field = json_object();

		if (json_object_set_new(field, "name", json_of_text(m->fields[i].name)) ||
		    json_object_set_new(field, "value", json_of_text(m->fields[i].value)) ||
		    json_array_append(list, field)) {
			json_decref(list);
			list = NULL;
		}
		json_decref(field);
		if (!list)
			break;
	}
	return list;
}

/* RFC 4648 section 4. */
static json_t *json_of_base64(const uint8_t *bytes, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	OWN_MEM char *out = malloc((n + 2) / 3 * 4 + 1);
	size_t len = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16;

		if (i + 1 < n)
			three |= (uint32_t)bytes[i + 1] << 8;
		if (i + 2 < n)
			three |= bytes[i + 2];
		for (unsigned k = 0; k < 4; k++)
			out[len++] = i + k > n ? '=' : digits[three >> (18 - 6 * k) & 63];
	}
	return json_stringn_nocheck(out, len);
}

static int add_body(json_t *object, const struct http_message *m)
{
	json_t *text = json_stringn(m->body ? (const char *)m->body : "", m->body_len);

	if (json_object_set_new(object, "body", text ? text : json_null()))
		return -1;
	if (!text &&
	    json_object_set_new(object, "body_base64", json_of_base64(m->body, m->body_len)))
		return -1;
	return json_object_set_new(object, "body_size", json_integer((json_int_t)m->body_len));
}

static json_t *json_of_asker(const struct http_asker *asker)
{
	char buf[256];
	struct text address = TEXT_OVER(buf);
	json_t *json = json_object();
	int failed;

	addr_add_host(&address, asker->addr);
	failed = json_object_set_new(json, "name", json_of_text(name_of(asker, address.at))) ||
	         json_object_set_new(json, "address", json_of_text(address.at));
	if (asker->addr->at.any.sa_family != AF_UNIX)
		failed |= json_object_set_new(json, "port", json_integer(addr_port(asker->addr)));
	if (failed)
		json_decref(json);
	return failed ? NULL : json;
}

/* FAILED says that OBJECT lacks something for want of memory. */
static struct http_content json_content(json_t *object, bool failed)
{
	struct http_content content = { .type = "application/json" };

	if (failed)
		json_decref(object);
	else
		content.body = cell_json_line(object);
	if (content.body)
		content.len = strlen(content.body);
	return content;
}

struct http_content http_page_json(const struct http_message *m, const struct http_asker *asker)
{
	json_t *json = json_object();
	bool failed = json_object_set_new(json, "method", json_of_text(m->method)) ||
	              json_object_set_new(json, "target", json_of_text(m->target)) ||
	              json_object_set_new(json, "version", json_of_text(m->version)) ||
	              json_object_set_new(json, "headers", json_of_fields(m, 0, m->header_count)) ||
	              json_object_set_new(json, "trailers",
	                                  json_of_fields(m, m->header_count, m->field_count)) ||
	              add_body(json, m) || json_object_set_new(json, "peer", json_of_asker(asker));

	return json_content(json, failed);
}

struct http_content http_page_status(unsigned status, const char *why)
{
	json_t *json = json_object();
	bool failed =
		json_object_set_new(json, "status", json_integer(status)) ||
		json_object_set_new(json, "reason", json_string(http_status_of(status).reason));

	if (why) {
		failed |= json_object_set_new(json, "message", json_string(why)) != 0;
		json = json_pack("{so}", "error", json);
	}
	return json_content(json, failed);
}

/* Bytes from anywhere as HTML text; what is not UTF-8, and control characters, as \xHH. */
static void add_html(struct text *t, const void *bytes, size_t n)
{
	enum { PIECE = 256 };
	uint8_t out[ESCAPE_GROWTH * (PIECE + 2 * ESCAPE_HELD)];
	struct escape e = { 0 };

	for (const uint8_t *at = bytes, *end = at + n; at < end;) {
		size_t piece = end - at < PIECE ? (size_t)(end - at) : PIECE;
		size_t len = escape_stream(&e, at, piece, out);

		at += piece;
		if (at == end)
			len += escape_stream_end(&e, out + len);
		for (size_t i = 0; i < len; i++)
			switch (out[i]) {
			case '<':
				text_add_str(t, "&lt;");
				break;
			case '>':
				text_add_str(t, "&gt;");
				break;
			case '&':
				text_add_str(t, "&amp;");
				break;
			case '"':
				text_add_str(t, "&quot;");
				break;
			case '\'':
				text_add_str(t, "&#39;");
				break;
			default:
				text_add_bytes(t, &out[i], 1);
			}
	}
}

static void add_html_str(struct text *t, const char *str)
{
	add_html(t, str, strlen(str));
}

static void add_html_request(struct text *t, const struct http_message *m)
{
	add_html_str(t, m->method);
	text_add_str(t, " ");
	add_html_str(t, m->target);
	text_add_str(t, " ");
	add_html_str(t, m->version);
	for (size_t i = 0; i < m->field_count; i++) {
		text_add_str(t, i == m->header_count ? "\n\n" : "\n");
		add_html_str(t, m->fields[i].name);
		text_add_str(t, ": ");
		add_html_str(t, m->fields[i].value);
	}
}

static void write_html(struct text *t, const struct http_message *m, const char *name,
                       const char *address)
{
	text_add_str(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
	                "<title>sockit echo-serve http</title></head>\n<body>\n"
	                "<h1>You are coming from ");
	add_html_str(t, name);
	text_add_str(t, " with address ");
	add_html_str(t, address);
	text_add_str(t, "</h1>\n<p>This is what you asked:</p>\n<pre>");
	add_html_request(t, m);
	text_add(t, "</pre>\n<p>and a body of %zu bytes%s</p>\n", m->body_len,
	         m->body_len > 0 ? ":" : ".");
	if (m->body_len > 0) {
		text_add_str(t, "<pre>");
		add_html(t, m->body, m->body_len);
		text_add_str(t, "</pre>\n");
	}
	text_add_str(t, "</body>\n</html>\n");
}

struct http_content http_page_html(const struct http_message *m, const struct http_asker *asker)
{
	char buf[256];
	struct text address = TEXT_OVER(buf);

	addr_add_host(&address, asker->addr);
	const char *name = name_of(asker, address.at);
	size_t shown = m->text_len + m->body_len + strlen(name) + address.len;
	size_t size = HTML_AROUND + m->field_count * HTML_AROUND_FIELD + HTML_GROWTH * shown;
	OWN_MEM char *page = malloc(size);
	if (!page)
		return (struct http_content){ 0 };

	struct text t = text_over(page, size);
	write_html(&t, m, name, address.at);
	assert(!t.cut);
	char *exact = realloc(page, t.len + 1);
	if (exact)
		page = exact;
	return (struct http_content){ .type = "text/html; charset=utf-8",
		                      .body = TAKE(page),
		                      .len = t.len };
}

/* A weight in thousandths, RFC 9110 section 12.4.2; 1000 where there is none. */
static unsigned weight_of(struct http_item params)
{
	while (params.len > 0) {
		struct http_item param = http_item_first(&params, ';');
		unsigned weight = 0, unit = 1000;

		if (param.len < 3 || (param.at[0] != 'q' && param.at[0] != 'Q') ||
		    param.at[1] != '=')
			continue;
		for (size_t i = 2; i < param.len; i++) {
			if (param.at[i] == '.')
				continue;
			if (param.at[i] < '0' || param.at[i] > '9')
				return 0;
			weight += (unsigned)(param.at[i] - '0') * unit;
			unit /= 10;
		}
		return weight;
	}
	return 1000;
}

bool http_page_wants_html(const struct http_message *m)
{
	unsigned html = 0, json = 0;
	struct http_item range;
	const char *accept;

	for (size_t i = 0; (accept = http_message_field(m, "Accept", &i)) != NULL;)
		while (http_next_item(&accept, ',', &range)) {
			struct http_item type = http_item_first(&range, ';');

			if (http_item_is(type, "text/html"))
				html = weight_of(range);
			else if (http_item_is(type, "application/json"))
				json = weight_of(range);
		}
	return html > json;
}
