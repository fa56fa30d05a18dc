/* Whatever comes, and however it is cut into pieces: no crash, no loop, the same answers. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/attr.h"
#include "harness/data.h"
#include "harness/turns.h"
#include "serve/http.h"

/* Whole requests of every kind, and parts of which others can be made. */
static const char *const parts[] = {
	"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
	"HEAD /bytes/100 HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /bytes/70000 HTTP/1.0\r\n\r\n",
	"GET /bytes/9223372036854775807 HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /drip?numbytes=3&duration=1 HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /delay/1 HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n",
	"GET /status/404 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
	"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
	"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nh\xff\xfe\x01o",
	"POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
	"\r\n",
	"0\r\n\r\n",
	"A: b\r\n",
	"Transfer-Encoding: chunked\r\n",
	"Content-Length: 7\r\n",
	"Connection: close\r\n",
	" ",
	"\x7f",
};

enum { INPUT_MAX = 8192 };

struct input {
	uint8_t bytes[INPUT_MAX];
	size_t len;
};

static void insert(struct input *in, size_t at, const void *bytes, size_t n)
{
	if (n > INPUT_MAX - in->len)
		return;
	memmove(in->bytes + at + n, in->bytes + at, in->len - at);
	memcpy(in->bytes + at, bytes, n);
	in->len += n;
}

static void insert_part(struct input *in, uint64_t *random, size_t at)
{
	const char *part = parts[data_random(random) % ARRAY_LEN(parts)];

	insert(in, at, part, strlen(part));
}

static void mutate(struct input *in, uint64_t *random)
{
	size_t at = TURNS_CUTS + data_random(random) % (in->len - TURNS_CUTS);
	size_t n = data_random(random) % 40;
	uint8_t copy[64];

	if (n > in->len - at)
		n = in->len - at;
	switch (data_random(random) % 5) {
	case 0:
		in->bytes[at] = (uint8_t)data_random(random);
		break;
	case 1:
		if (in->len - n <= TURNS_CUTS)
			break;
		memmove(in->bytes + at, in->bytes + at + n, in->len - at - n);
		in->len -= n;
		break;
	case 2:
		memcpy(copy, in->bytes + at, n);
		insert(in, at, copy, n);
		break;
	case 3:
		insert_part(in, random, at);
		break;
	default:
		in->bytes[at] = (uint8_t) "\r\n:; \t0"[data_random(random) % 7];
		break;
	}
}

static void try_some(uint64_t seed, unsigned rounds, unsigned mutations)
{
	uint64_t random = seed;
	struct input in;

	for (unsigned i = 0; i < rounds; i++) {
		for (in.len = 0; in.len < TURNS_CUTS; in.len++)
			in.bytes[in.len] = (uint8_t)(data_random(&random) % (i % 3 ? 8 : 256));
		for (unsigned k = 0; k < 1 + i % 4; k++)
			insert_part(&in, &random, in.len);
		for (unsigned k = 0; k < mutations; k++)
			mutate(&in, &random);
		turns_try_cuts(&service_http, in.bytes, in.len);
	}
}

Test(http_any, whole_requests_in_any_pieces)
{
	try_some(1, 2000, 0);
}

Test(http_any, requests_with_a_fault_or_two)
{
	try_some(2, 2000, 1);
	try_some(3, 2000, 2);
}

Test(http_any, requests_that_are_hardly_any_more)
{
	try_some(4, 2000, 20);
}

Test(http_any, every_part_byte_by_byte_into_the_smallest_room)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct input in = { .len = TURNS_CUTS };

		insert(&in, in.len, parts[i], strlen(parts[i]));
		turns_try_cuts(&service_http, in.bytes, in.len);
	}
}

Test(http_any, noise)
{
	uint8_t bytes[4096];

	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct data data = data_binary(seed, sizeof bytes);

		data_fill(&data, 0, bytes, sizeof bytes);
		turns_try_cuts(&service_http, bytes, sizeof bytes);
	}
}
