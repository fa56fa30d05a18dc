#include "relay/framing.h"

#include <string.h>

enum { LEN_SIZE = 4 };

static enum framing_found cut_chunk(size_t longest, size_t n, struct framing_piece *piece)
{
	size_t len = n < longest ? n : longest;

	if (n == 0)
		return FRAMING_MORE;
	*piece = (struct framing_piece){ .len = len, .used = len };
	return FRAMING_DATAGRAM;
}

/* How far the first line goes, its newline included; 0: there is none that ends. */
static size_t line_length(const uint8_t *bytes, size_t n)
{
	const uint8_t *newline = n > 0 ? memchr(bytes, '\n', n) : NULL;

	return newline ? (size_t)(newline - bytes) + 1 : 0;
}

/* The last line may lack its newline. */
static enum framing_found cut_line(size_t longest, const uint8_t *bytes, size_t n, bool ended,
                                   bool whole, struct framing_piece *piece)
{
	size_t line = line_length(bytes, n), used = line ? line : n;
	size_t len = line && !whole ? line - 1 : used;

	*piece = (struct framing_piece){ .len = len, .used = used };
	if (len > longest)
		return FRAMING_TOO_LONG;
	return line || (ended && n > 0) ? FRAMING_DATAGRAM : FRAMING_MORE;
}

static enum framing_found cut_chunk_line(size_t longest, const uint8_t *bytes, size_t n,
                                         struct framing_piece *piece)
{
	size_t line = line_length(bytes, n);

	return cut_chunk(longest, line ? line : n, piece);
}

static enum framing_found cut_len(size_t longest, const uint8_t *bytes, size_t n, bool ended,
                                  struct framing_piece *piece)
{
	size_t len;

	if (n < LEN_SIZE)
		return ended && n > 0 ? FRAMING_PARTIAL : FRAMING_MORE;
	len = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	*piece = (struct framing_piece){ .skip = LEN_SIZE, .len = len, .used = LEN_SIZE + len };
	if (len > longest)
		return FRAMING_TOO_LONG;
	if (n - LEN_SIZE < len)
		return ended ? FRAMING_PARTIAL : FRAMING_MORE;
	return FRAMING_DATAGRAM;
}

enum framing_found framing_cut(enum framing framing, size_t longest, const uint8_t *bytes, size_t n,
                               bool ended, struct framing_piece *piece)
{
	switch (framing) {
	case FRAMING_CHUNK:
		return cut_chunk(longest, n, piece);
	case FRAMING_LINE:
		return cut_line(longest, bytes, n, ended, false, piece);
	case FRAMING_WHOLE_LINE:
		return cut_line(longest, bytes, n, ended, true, piece);
	case FRAMING_CHUNK_LINE:
		return cut_chunk_line(longest, bytes, n, piece);
	case FRAMING_LEN:
		return cut_len(longest, bytes, n, ended, piece);
	}
	return FRAMING_MORE;
}

size_t framing_add_head(enum framing framing, size_t len, uint8_t *out)
{
	if (framing != FRAMING_LEN)
		return 0;
	for (int i = 0; i < LEN_SIZE; i++)
		out[i] = (uint8_t)(len >> (8 * (LEN_SIZE - 1 - i)));
	return LEN_SIZE;
}

size_t framing_add_tail(enum framing framing, uint8_t *out)
{
	if (framing != FRAMING_LINE)
		return 0;
	*out = '\n';
	return 1;
}
