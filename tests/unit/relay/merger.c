/* relay/merger: lines of many senders on their way to one stream. */
#include "relay/merger.h"

#include <criterion/criterion.h>
#include <string.h>

#include "harness/data.h"
#include "relay/outbox.h"

/* A stream that takes what it is allowed to, and keeps it. */
struct shelf {
	struct stream stream;
	size_t allowed; /* bytes; then it wants to be waited for */
	int error;
	char *kept;
	size_t len;
};

static struct io shelf_write(struct stream *s, const void *buf, size_t size)
{
	struct shelf *shelf = CONTAINER_OF(s, struct shelf, stream);
	size_t n = size < shelf->allowed ? size : shelf->allowed;

	if (shelf->error)
		return (struct io){ .kind = IO_FAILED, .error = shelf->error };
	if (n == 0)
		return (struct io){ .kind = IO_WANT_WRITE };
	shelf->kept = realloc(shelf->kept, shelf->len + n + 1);
	memcpy(shelf->kept + shelf->len, buf, n);
	shelf->len += n;
	shelf->kept[shelf->len] = '\0';
	shelf->allowed -= n;
	return io_done(n);
}

static const struct stream_ops shelf_ops = { .write = shelf_write };

static struct shelf shelf_new(void)
{
	return (struct shelf){
		.stream = { .ops = &shelf_ops },
		.allowed = SIZE_MAX / 2,
		.kept = calloc(1, 1),
	};
}

static void say(struct merger *m, struct merger_source *s, const void *bytes, size_t n)
{
	while (n > 0) {
		size_t size;
		uint8_t *room = merger_room(m, s, &size);

		cr_assert(room);
		size = size < n ? size : n;
		memcpy(room, bytes, size);
		merger_took(m, s, size);
		bytes = (const char *)bytes + size;
		n -= size;
		cr_assert(merger_write(m).kind == IO_DONE);
	}
}

static void say_text(struct merger *m, struct merger_source *s, const char *text)
{
	say(m, s, text, strlen(text));
}

static void end(struct merger *m, struct merger_source *s)
{
	merger_end(m, s);
	cr_assert(merger_write(m).kind == IO_DONE);
}

Test(merger, lines_of_two_stay_whole)
{
	struct shelf shelf = shelf_new();
	struct merger *m = merger_new(&(struct merger_request){ .to = &shelf.stream });
	struct merger_source a = { .id = 1 }, b = { .id = 2 };

	say_text(m, &a, "the first half");
	say_text(m, &b, "another\nand");
	cr_expect_str_eq(shelf.kept, "another\n");
	say_text(m, &a, " and the second\n");
	cr_expect_str_eq(shelf.kept, "another\nthe first half and the second\n");
	cr_expect(merger_broke(m) == 0);
	end(m, &b);
	end(m, &a);
	cr_expect_str_eq(shelf.kept, "another\nthe first half and the second\nand");
	cr_expect(a.line.at == NULL && b.line.at == NULL, "memory only while a line is begun");
	merger_free(m);
}

Test(merger, what_has_no_newline_gets_one_when_another_follows)
{
	struct shelf shelf = shelf_new();
	struct merger *m = merger_new(&(struct merger_request){ .to = &shelf.stream });
	struct merger_source a = { .id = 1 }, b = { .id = 2 };

	say_text(m, &a, "one");
	end(m, &a);
	say_text(m, &b, "two\n");
	cr_expect_str_eq(shelf.kept, "one\ntwo\n");
	cr_expect(merger_broke(m) == 1);
	cr_expect(merger_broke(m) == 0);
	merger_free(m);
}

Test(merger, a_line_too_long_is_written_in_pieces)
{
	struct shelf shelf = shelf_new();
	struct merger *m = merger_new(&(struct merger_request){ .to = &shelf.stream });
	struct merger_source a = { .id = 1 }, b = { .id = 2 };
	static char longest[LINE_MOST];

	memset(longest, 'x', sizeof longest);
	say(m, &a, longest, sizeof longest);
	cr_expect(shelf.len == 0, "so much is held");
	say_text(m, &a, "y");
	cr_expect(shelf.len == LINE_MOST + 1);
	say_text(m, &a, "z");
	say_text(m, &b, "b\n");
	cr_expect_str_eq(shelf.kept + LINE_MOST, "y\nb\n");
	say_text(m, &a, "\n");
	cr_expect_str_eq(shelf.kept + LINE_MOST, "y\nb\nz\n");
	cr_expect(merger_broke(m) == 1);
	merger_free(m);
}

static void alone(enum data_kind kind, uint64_t seed)
{
	enum { SIZE = 3 << 20 };
	struct shelf shelf = shelf_new();
	struct merger *m = merger_new(&(struct merger_request){ .to = &shelf.stream });
	struct merger_source a = { .id = 7 };
	struct data data = { seed, kind, SIZE };
	uint8_t *bytes = malloc(SIZE);

	data_fill(&data, 0, bytes, SIZE);
	/* Without newlines in its middle. */
	memset(bytes + SIZE / 3, 0, SIZE / 3);
	for (size_t at = 0; at < SIZE;) {
		size_t n = data_random(&seed) % (data_random(&seed) % 2 ? 300 : 300000);

		n = n < SIZE - at ? n : SIZE - at;
		say(m, &a, bytes + at, n);
		at += n;
	}
	end(m, &a);
	cr_assert(shelf.len == SIZE);
	cr_assert(memcmp(shelf.kept, bytes, SIZE) == 0);
	free(bytes);
	free(shelf.kept);
	merger_free(m);
}

Test(merger, one_alone_comes_out_byte_for_byte)
{
	for (uint64_t seed = 1; seed <= 8; seed++)
		alone(seed % 2 ? DATA_BINARY : DATA_LINES, seed);
}

Test(merger, tags_stand_in_front_of_lines)
{
	struct shelf shelf = shelf_new();
	struct merger *m = merger_new(&(struct merger_request){ .to = &shelf.stream, .tag = true });
	struct merger_source a = { .id = 1 }, b = { .id = 22 };

	say_text(m, &a, "x\n\ny");
	say_text(m, &b, "b\n");
	say_text(m, &a, "z\n");
	say_text(m, &a, "end");
	end(m, &a);
	say_text(m, &b, "c");
	end(m, &b);
	cr_expect_str_eq(shelf.kept, "1 x\n1 \n22 b\n1 yz\n1 end\n22 c");
	merger_free(m);
}

Test(merger, a_terminal_is_shown_control_bytes_escaped)
{
	struct shelf shelf = shelf_new();
	struct merger *m =
		merger_new(&(struct merger_request){ .to = &shelf.stream, .escape = true });
	struct merger_source a = { .id = 1 };

	say_text(m, &a, "\x1b[2J\xc3");
	say_text(m, &a, "\xa9\n\xe2\x82");
	end(m, &a);
	cr_expect_str_eq(shelf.kept, "\\x1b[2J\xc3\xa9\n\\xe2\\x82");
	merger_free(m);
}

Test(merger, nobody_writes_over_a_tag)
{
	struct shelf shelf = shelf_new();
	struct merger *m = merger_new(
		&(struct merger_request){ .to = &shelf.stream, .tag = true, .escape = true });
	struct merger_source a = { .id = 1 };

	say_text(m, &a, "mine\r2 another's\r\nx\xc3\ry\r");
	end(m, &a);
	cr_expect_str_eq(shelf.kept, "1 mine\\x0d2 another's\r\n1 x\\xc3\\x0dy\\x0d");
	merger_free(m);
}

Test(merger, a_slow_stream_holds_back)
{
	struct shelf shelf = shelf_new();
	struct merger *m = merger_new(&(struct merger_request){ .to = &shelf.stream });
	struct merger_source a = { .id = 1 };
	size_t size, taken = 0;
	uint8_t *room;

	shelf.allowed = 10;
	while ((room = merger_room(m, &a, &size))) {
		memset(room, '\n', size);
		merger_took(m, &a, size);
		taken += size;
		cr_assert(taken < 1 << 20, "what is held is bounded");
		cr_expect(merger_write(m).kind == IO_WANT_WRITE);
	}
	cr_expect(shelf.len == 10 && !merger_is_empty(m));
	shelf.allowed = SIZE_MAX / 2;
	cr_expect(merger_write(m).kind == IO_DONE);
	cr_expect(shelf.len == taken && merger_is_empty(m));
	cr_expect(merger_room(m, &a, &size) != NULL);
	merger_free(m);
}

Test(outbox, waits_share_their_bytes)
{
	struct shelf slow = shelf_new(), quick = shelf_new();
	struct outbox to_slow = { 0 }, to_quick = { 0 };
	struct parcel p = { .bytes = (const uint8_t *)"0123456789", .len = 10 };

	slow.allowed = 3;
	cr_expect(outbox_give(&to_slow, &slow.stream, &p, 0, 10).kind == IO_DONE);
	cr_expect(outbox_give(&to_quick, &quick.stream, &p, 2, 10).kind == IO_DONE);
	parcel_close(&p);
	cr_expect_str_eq(quick.kept, "23456789");
	cr_expect(outbox_is_empty(&to_quick) && to_quick.backlog == 0 && to_quick.sent == 8);
	cr_expect(!outbox_is_empty(&to_slow) && to_slow.backlog >= 7 && to_slow.sent == 3);
	cr_expect(outbox_send(&to_slow, &slow.stream).kind == IO_WANT_WRITE);

	/* What comes later goes behind, even when there is room by then. */
	struct parcel next = { .bytes = (const uint8_t *)"abc", .len = 3 };

	slow.allowed = 100;
	cr_expect(outbox_give(&to_slow, &slow.stream, &next, 0, 3).kind == IO_DONE);
	parcel_close(&next);
	cr_expect_str_eq(slow.kept, "012");
	cr_expect(outbox_send(&to_slow, &slow.stream).kind == IO_DONE);
	cr_expect_str_eq(slow.kept, "0123456789abc");
	cr_expect(to_slow.backlog == 0 && to_slow.sent == 13);
	free(slow.kept);
	free(quick.kept);
}

Test(outbox, tells_of_a_failure_and_drops)
{
	struct shelf shelf = shelf_new();
	struct outbox o = { 0 };
	struct parcel p = { .bytes = (const uint8_t *)"0123456789", .len = 10 };

	shelf.allowed = 0;
	cr_expect(outbox_give(&o, &shelf.stream, &p, 0, 10).kind == IO_DONE);
	shelf.error = 32;
	cr_expect(outbox_send(&o, &shelf.stream).error == 32);
	outbox_drop(&o);
	cr_expect(outbox_is_empty(&o) && o.backlog == 0);
	cr_expect(outbox_give(&o, &shelf.stream, &p, 0, 10).kind == IO_FAILED);
	parcel_close(&p);
	free(shelf.kept);
}
