#include "base/escape.h"

#include <stdbool.h>
#include <string.h>

/* RFC 3629 section 4: by the first byte, how many follow and which values the second may have. */
struct utf8_lead {
	uint8_t first, last;
	uint8_t follow;
	uint8_t second_min, second_max;
};

static const struct utf8_lead utf8_leads[] = {
	{ 0xc2, 0xc2, 1, 0xa0, 0xbf }, /* U+00A0 on: U+0080-9F are controls */
	{ 0xc3, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf }, { 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf }, { 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
};

static const struct utf8_lead *utf8_lead_of(uint8_t byte)
{
	for (size_t i = 0; i < ARRAY_LEN(utf8_leads); i++)
		if (byte >= utf8_leads[i].first && byte <= utf8_leads[i].last)
			return &utf8_leads[i];
	return NULL;
}

/* The length of the character at IN, 0 when it is none, -1 when its rest is beyond N. */
static int utf8_len(const uint8_t *in, size_t n)
{
	const struct utf8_lead *lead = utf8_lead_of(in[0]);

	if (!lead)
		return 0;
	for (size_t i = 1; i <= lead->follow; i++) {
		if (i >= n)
			return -1;
		uint8_t min = i == 1 ? lead->second_min : 0x80;
		uint8_t max = i == 1 ? lead->second_max : 0xbf;
		if (in[i] < min || in[i] > max)
			return 0;
	}
	return 1 + lead->follow;
}

static size_t escape_byte(uint8_t byte, uint8_t *out)
{
	static const char hex[] = "0123456789abcdef";

	out[0] = '\\';
	out[1] = 'x';
	out[2] = (uint8_t)hex[byte >> 4];
	out[3] = (uint8_t)hex[byte & 15];
	return 4;
}

static bool is_plain(uint8_t byte, bool layout)
{
	if (layout && (byte == '\t' || byte == '\n' || byte == '\r'))
		return true;
	return byte >= 0x20 && byte < 0x7f;
}

/* Escape all of IN but an unfinished character at its end, whose length goes to *rest. */
static size_t escape_piece(const uint8_t *in, size_t n, uint8_t *out, size_t *rest)
{
	size_t done = 0, i = 0;

	*rest = 0;
	while (i < n) {
		int len = is_plain(in[i], true) ? 1 : utf8_len(in + i, n - i);

		if (len < 0) {
			*rest = n - i;
			break;
		}
		if (len == 0) {
			done += escape_byte(in[i++], out + done);
			continue;
		}
		memcpy(out + done, in + i, (size_t)len);
		done += (size_t)len;
		i += (size_t)len;
	}
	return done;
}

size_t escape_stream(struct escape *e, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0, rest, used = 0;

	/* Finish a held character byte by byte: it decides with at most three more. */
	while (e->held_len > 0 && used < n) {
		uint8_t joined[ESCAPE_HELD + 1];

		memcpy(joined, e->held, e->held_len);
		joined[e->held_len] = in[used++];
		size_t len = (size_t)e->held_len + 1;
		done += escape_piece(joined, len, out + done, &rest);
		e->held_len = (uint8_t)rest;
		memcpy(e->held, joined + len - rest, rest);
	}
	done += escape_piece(in + used, n - used, out + done, &rest);
	if (rest > 0) {
		memcpy(e->held, in + n - rest, rest);
		e->held_len = (uint8_t)rest;
	}
	return done;
}

size_t escape_line(struct escape *e, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0;

	while (n > 0) {
		const uint8_t *stop = memchr(in, '\r', n);
		size_t len = stop ? (size_t)(stop - in) : n;
		bool ends = stop && len + 2 == n && stop[1] == '\n';

		done += escape_stream(e, in, ends ? n : len, out + done);
		if (!stop || ends)
			break;
		done += escape_stream_end(e, out + done);
		done += escape_byte('\r', out + done);
		in += len + 1;
		n -= len + 1;
	}
	return done;
}

size_t escape_stream_end(struct escape *e, uint8_t *out)
{
	size_t done = 0;

	for (size_t i = 0; i < e->held_len; i++)
		done += escape_byte(e->held[i], out + done);
	e->held_len = 0;
	return done;
}

void text_add_escaped(struct text *t, const char *str)
{
	const uint8_t *in = (const uint8_t *)str;

	for (size_t left = strlen(str); left > 0;) {
		uint8_t out[ESCAPE_GROWTH];
		int len = is_plain(*in, false) ? 1 : utf8_len(in, left);
		size_t step = len > 0 ? (size_t)len : 1;

		if (len > 0)
			text_add_bytes(t, in, step);
		else
			text_add_bytes(t, out, escape_byte(*in, out));
		in += step;
		left -= step;
	}
}
