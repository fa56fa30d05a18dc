/* relay/telnet: RFC 854 as the two directions see it, and what is answered. */
#include "relay/telnet.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { IN_MAX = 200, ROUNDS = 100000 };
enum { SE = 240, NOP = 241, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };

/* A sink that remembers, takes LIMIT bytes a call, and then no more before it is asked again. */
struct sink {
	struct stream stream;
	uint8_t got[4096];
	size_t size, limit;
	bool full;
	int error;
};

static struct io sink_write(struct stream *s, const void *buf, size_t size)
{
	struct sink *sink = CONTAINER_OF(s, struct sink, stream);

	if (sink->error)
		return (struct io){ .kind = IO_FAILED, .error = sink->error };
	sink->full = !sink->full && sink->limit;
	if (!sink->full && sink->limit)
		return (struct io){ .kind = IO_WANT_WRITE };
	size = sink->limit && size > sink->limit ? sink->limit : size;
	cr_assert(sink->size + size <= sizeof sink->got);
	memcpy(sink->got + sink->size, buf, size);
	sink->size += size;
	return io_done(size);
}

static const struct stream_ops sink_ops = { .write = sink_write };

static struct sink sink_of(size_t limit)
{
	return (struct sink){ .stream.ops = &sink_ops, .limit = limit };
}

/* All that T wants to say. */
static struct sink answers_of(struct telnet *t)
{
	struct sink sink = sink_of(0);
	uint64_t given = 0;

	cr_assert_eq(telnet_send(t, &sink.stream, &given).kind, IO_DONE);
	cr_assert_eq(given, sink.size);
	cr_assert(!telnet_has_answers(t));
	return sink;
}

/* The next piece of N bytes; never the whole when SPLIT. */
static size_t decode_pieces(struct telnet *t, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0;

	for (size_t used = 0; used < n;) {
		size_t piece = 1 + (size_t)rand() % (rand() % 2 ? 2 : n);

		piece = piece < n - used ? piece : n - used;
		uint8_t *fresh = malloc(piece);
		size_t wrote = t->decode.pass(&t->decode, in + used, piece, fresh);

		cr_assert(wrote <= piece);
		memcpy(out + done, fresh, wrote);
		free(fresh);
		done += wrote;
		used += piece;
	}
	return done + t->decode.finish(&t->decode, out + done);
}

struct row {
	const char *in;
	size_t in_size;
	const char *out, *answers;
	size_t answers_size;
};

#define ROW(in, out, answers)                                                                      \
	{                                                                                          \
		in, sizeof(in) - 1, out, answers, sizeof(answers) - 1                              \
	}

static const struct row rows[] = {
	ROW("plain", "plain", ""),
	ROW("a\377\377b", "a\377b", ""),
	ROW("\377\377\377\377", "\377\377", ""),
	ROW("\377\375\001x", "x", "\377\374\001"), /* DO: WONT */
	ROW("\377\373\003x", "x", "\377\376\003"), /* WILL: DONT */
	ROW("\377\374\001\377\376\003x", "x", ""), /* WONT and DONT are what we are */
	ROW("a\377\361b", "ab", ""),               /* NOP */
	ROW("a\377\366b", "ab", ""),               /* are you there */
	ROW("a\377\360b", "ab", ""),               /* SE without SB */
	ROW("a\377\001b", "ab", ""),               /* no command at all */
	ROW("a\377\372\030\001\377\360b", "ab", ""),
	ROW("a\377\372\030\377\377\360\377\375\001\377\360b", "ab", ""), /* all within SB */
	ROW("\377\375\377x", "x", "\377\374\377"),                       /* option 255 */
	ROW("\377\375\030\377\375\001", "", "\377\374\030\377\374\001"), /* in order */
	ROW("\377\375\001\377\373\001", "", "\377\374\001\377\376\001"), /* each its own */
	ROW("\377\375\001\377\375\001\377\375\001", "", "\377\374\001"), /* once */
	ROW("a\377", "a", ""),
	ROW("a\377\375", "a", ""),
	ROW("a\377\372\030", "a", ""),
	ROW("a\377\372\030\377", "a", ""),
	ROW("carriage\r\n return\rs", "carriage\r\n return\rs", ""),
};

Test(telnet, what_comes_is_decoded_and_refused_for_every_split)
{
	srand(1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int round = 0; round < 200; round++) {
			const struct row *row = &rows[i];
			uint8_t out[IN_MAX];
			struct telnet t;

			telnet_init(&t);
			size_t n = decode_pieces(&t, (const uint8_t *)row->in, row->in_size, out);
			cr_assert_eq(n, strlen(row->out), "row %zu", i);
			cr_assert_arr_eq(out, row->out, n);
			struct sink said = answers_of(&t);
			cr_assert_eq(said.size, row->answers_size, "row %zu", i);
			cr_assert_arr_eq(said.got, row->answers, said.size);
		}
	}
}

/* The whole text at once, by looking ahead. */
static size_t decode_by_the_book(const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0, i = 0;

	while (i < n) {
		if (in[i] != IAC) {
			out[done++] = in[i++];
		} else if (i + 1 == n) {
			break;
		} else if (in[i + 1] == IAC) {
			out[done++] = IAC;
			i += 2;
		} else if (in[i + 1] == SB) {
			for (i += 2; i < n && !(in[i] == IAC && i + 1 < n && in[i + 1] == SE); i++)
				i += in[i] == IAC;
			i += 2;
		} else {
			i += in[i + 1] >= WILL && in[i + 1] <= DONT ? 3 : 2;
		}
	}
	return done;
}

/* Mostly bytes that mean something. */
static size_t random_telnet(uint8_t *in, size_t most)
{
	static const uint8_t usual[] = { IAC, IAC, IAC, SE, SB, WILL, WONT, DO, DONT, NOP, 0, 1 };
	size_t n = (size_t)rand() % most;

	for (size_t i = 0; i < n; i++)
		in[i] = rand() % 4 ? usual[(size_t)rand() % sizeof usual] : (uint8_t)rand();
	return n;
}

/*
 * No sequence of bytes and no split of it brings it out of step, and what it says is well-formed.
 */
Test(telnet, random_bytes_are_decoded_by_the_book)
{
	srand(2);
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t in[IN_MAX], out[IN_MAX], want[IN_MAX];
		size_t n = random_telnet(in, IN_MAX), wanted = decode_by_the_book(in, n, want);
		struct telnet t;

		telnet_init(&t);
		cr_assert_eq(decode_pieces(&t, in, n, out), wanted);
		cr_assert_arr_eq(out, want, wanted);
		struct sink said = answers_of(&t);
		cr_assert_eq(said.size % 3, 0);
		for (size_t i = 0; i < said.size; i += 3) {
			cr_assert_eq(said.got[i], IAC);
			cr_assert(said.got[i + 1] == WONT || said.got[i + 1] == DONT);
		}
	}
}

Test(telnet, what_is_encoded_comes_back)
{
	srand(3);
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t in[IN_MAX], sent[2 * IN_MAX], back[2 * IN_MAX];
		size_t n = random_telnet(in, IN_MAX);
		struct telnet t;

		telnet_init(&t);
		size_t size = t.encode.pass(&t.encode, in, n, sent);
		cr_assert(size <= 2 * n);
		cr_assert_eq(decode_pieces(&t, sent, size, back), n);
		cr_assert_arr_eq(back, in, n);
		cr_assert(!telnet_has_answers(&t));
	}
}

static void hear(struct telnet *t, uint8_t verb, uint8_t option)
{
	const uint8_t said[] = { IAC, verb, option };
	uint8_t out[3];

	cr_assert_eq(t->decode.pass(&t->decode, said, sizeof said, out), 0);
}

/* RFC 1143: two ends that answer each answer would never stop. */
Test(telnet, a_peer_that_insists_hears_nothing_more)
{
	struct telnet t;

	telnet_init(&t);
	hear(&t, DO, 1);
	cr_assert_eq(answers_of(&t).size, 3);
	for (int i = 0; i < 1000; i++)
		hear(&t, DO, 1);
	cr_assert(!telnet_has_answers(&t));
	/* It gives in, and later asks anew. */
	hear(&t, DONT, 1);
	cr_assert(!telnet_has_answers(&t));
	hear(&t, DO, 1);
	cr_assert_eq(answers_of(&t).size, 3);
}

/* A peer that does not read the answers cannot make them grow, whatever it asks for. */
Test(telnet, answers_that_nobody_reads_are_bounded)
{
	struct telnet t;

	telnet_init(&t);
	for (int round = 0; round < 5; round++) {
		for (unsigned verb = WILL; verb <= DONT; verb++)
			for (unsigned option = 0; option < 256; option++)
				hear(&t, (uint8_t)verb, (uint8_t)option);
	}
	cr_assert_eq(answers_of(&t).size, TELNET_ANSWERS_SIZE);
}

Test(telnet, answers_go_on_where_the_peer_stopped_reading)
{
	struct sink sink = sink_of(2);
	uint64_t given = 0;
	struct telnet t;
	int waits = 0;

	telnet_init(&t);
	hear(&t, DO, 7);
	hear(&t, WILL, 8);
	for (; telnet_send(&t, &sink.stream, &given).kind != IO_DONE; waits++)
		cr_assert(telnet_has_answers(&t));
	cr_assert_eq(waits, 2);
	cr_assert_eq(given, 6);
	cr_assert_arr_eq(sink.got, "\377\374\007\377\376\010", 6);
	cr_assert(!telnet_has_answers(&t));
}

Test(telnet, a_failure_is_passed_on)
{
	struct sink sink = sink_of(0);
	uint64_t given = 0;
	struct telnet t;

	telnet_init(&t);
	hear(&t, DO, 7);
	sink.error = EPIPE;
	struct io io = telnet_send(&t, &sink.stream, &given);
	cr_assert_eq(io.kind, IO_FAILED);
	cr_assert_eq(io.error, EPIPE);
	telnet_drop_answers(&t);
	cr_assert(!telnet_has_answers(&t));
}

Test(telnet, a_split_is_an_odd_run_of_255)
{
	static const uint8_t bytes[] = { 'a', 255, 255, 255, 255, 'b' };

	for (size_t n = 0; n <= sizeof bytes; n++)
		cr_assert_eq(telnet_is_split(bytes, n), n == 2 || n == 4, "%zu", n);
	cr_assert(!telnet_is_split(NULL, 0));
}
