/* serve/classic: the services that give without being asked. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "harness/scratch.h"
#include "serve/classic.h"
#include "serve/services.h"

static const nsec_t second = NSEC_PER_SEC;

/*
 * What SERVICE gives to a client, in steps with at most ROOM, until it ends or WANTED bytes are
 * there.
 */
static size_t give_all(const struct service *service, const struct service_setup *setup,
                       size_t room, uint8_t *out, size_t wanted)
{
	static uint8_t space[SERVICE_ROOM];
	void *state = calloc(1, service->state_size + 1);
	enum service_next next = SERVICE_AGAIN;
	size_t n = 0;

	while (next == SERVICE_AGAIN && n < wanted) {
		uint8_t in[] = "thrown away";
		struct service_turn turn = { .in = in,
			                     .in_len = sizeof in,
			                     .room = space,
			                     .room_len = room,
			                     .setup = setup,
			                     .service = service };

		next = service->step(state, &turn);
		cr_assert_eq(turn.used, sizeof in);
		cr_assert(turn.give_len <= room);
		size_t some = turn.give_len < wanted - n ? turn.give_len : wanted - n;
		memcpy(out + n, turn.give, some);
		n += some;
	}
	cr_assert(next == SERVICE_END || n == wanted);
	free(state);
	return n;
}

static struct service_turn datagram(const struct service *service,
                                    const struct service_setup *setup, uint64_t number)
{
	static uint8_t state[256], space[SERVICE_ROOM];
	uint8_t in[1];
	struct service_turn turn = { .in = in,
		                     .datagram = true,
		                     .room = space,
		                     .client = number,
		                     .room_len = sizeof space,
		                     .setup = setup };

	memset(state, 0, sizeof state);
	cr_assert_eq(service->step(state, &turn), SERVICE_END);
	return turn;
}

/* As RFC 864 prints it. */
Test(given, chargen_is_the_pattern_of_the_rfc_for_ever)
{
	enum { WANTED = 200000 };
	static const size_t rooms[] = { 1, 7, 73, 74, 1000, 65535, 65536 };
	static uint8_t out[WANTED];

	for (size_t r = 0; r < ARRAY_LEN(rooms); r++) {
		memset(out, 0, sizeof out);
		cr_assert_eq(give_all(&service_chargen, NULL, rooms[r], out, WANTED), WANTED);
		for (size_t i = 0; i < WANTED; i++) {
			size_t line = i / 74, column = i % 74;
			int expected = column == 72   ? '\r'
			               : column == 73 ? '\n'
			                              : ' ' + (int)((line + column) % 95);

			cr_assert_eq(out[i], expected, "byte %zu, room %zu", i, rooms[r]);
		}
	}
	cr_assert_eq(memcmp(out, " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFG", 40), 0);
}

Test(given, chargen_goes_on_from_where_it_stands_without_copying)
{
	uint8_t room[10];
	uint32_t state = 0;
	struct service_turn one = { .room = room, .room_len = SERVICE_ROOM };
	struct service_turn two = one;

	(void)service_chargen.step(&state, &one);
	cr_assert_eq(one.give_len, 9 * 95 * 74);
	(void)service_chargen.step(&state, &two);
	cr_assert_eq(one.give, two.give);
}

Test(given, a_datagram_of_chargen_has_up_to_512_characters_and_not_always_as_many)
{
	size_t least = 1000, most = 0;

	for (uint64_t i = 1; i <= 5000; i++) {
		struct service_turn turn = datagram(&service_chargen, NULL, i);

		cr_assert(turn.give_len >= 1 && turn.give_len <= 512);
		cr_assert_eq(turn.give[0], ' ');
		least = turn.give_len < least ? turn.give_len : least;
		most = turn.give_len > most ? turn.give_len : most;
	}
	cr_assert_eq(least, 1);
	cr_assert_eq(most, 512);
}

/* The RFC's own examples, then the end of the 32 bits. */
Test(given, time_counts_from_1900_and_wraps_in_2036)
{
	cr_assert_eq(classic_time(0), 2208988800u);
	cr_assert_eq(classic_time(INT64_C(189302400) * second), 2398291200u);
	cr_assert_eq(classic_time(INT64_C(315532800) * second), 2524521600u);
	cr_assert_eq(classic_time(INT64_C(420595200) * second), 2629584000u);
	/* date -ud @2085978495: Feb 7 06:28:15 UTC 2036 */
	cr_assert_eq(classic_time(INT64_C(2085978495) * second), UINT32_MAX);
	cr_assert_eq(classic_time(INT64_C(2085978496) * second), 0);
	cr_assert_eq(classic_time(INT64_C(2085978497) * second + 999999999), 1);
}

Test(given, time_is_four_bytes_in_network_order)
{
	uint8_t out[10], by_bytes[10];
	time_t before = time(NULL);
	size_t n = give_all(&service_time, NULL, 100, out, sizeof out);
	uint32_t got =
		(uint32_t)out[0] << 24 | (uint32_t)out[1] << 16 | (uint32_t)out[2] << 8 | out[3];

	cr_assert_eq(n, 4);
	cr_assert(got - 2208988800u - (uint32_t)before <= 5);
	cr_assert_eq(give_all(&service_time, NULL, 1, by_bytes, sizeof by_bytes), 4);
	cr_assert_eq(by_bytes[0], out[0]);
	struct service_turn turn = datagram(&service_time, NULL, 1);
	cr_assert_eq(turn.give_len, 4);
	cr_assert_eq(turn.give[0], out[0]);
}

Test(given, daytime_is_a_line_in_local_time)
{
	char line[CLASSIC_DAYTIME_SIZE];
	uint8_t out[100];

	setenv("TZ", "XYZ-5:30", 1);
	cr_assert_eq(classic_daytime(INT64_C(1795254674) * second, line), strlen(line));
	cr_assert_str_eq(line, "Saturday, November 21, 2026 15:21:14 +0530\r\n");
	size_t n = give_all(&service_daytime, NULL, 1, out, sizeof out);
	cr_assert(n > 30 && memcmp(out + n - 8, " +0530\r\n", 8) == 0);
	/* The longest names there are. */
	cr_assert_eq(classic_daytime(INT64_C(1789516800) * second, line), strlen(line));
	cr_assert_str_eq(line, "Wednesday, September 16, 2026 05:30:00 +0530\r\n");
	struct service_turn turn = datagram(&service_daytime, NULL, 1);
	cr_assert_eq(turn.give[turn.give_len - 1], '\n');
}

Test(given, qotd_has_a_quote_of_ours_and_takes_another)
{
	static char longer[3000];
	struct service_setup setup = { .quote = longer, .quote_len = sizeof longer };
	static uint8_t out[4000];

	memset(longer, 'q', sizeof longer);
	size_t n = give_all(&service_qotd, NULL, 7, out, sizeof out);
	cr_assert(n > 20 && n <= 512 && memcmp(out + n - 2, "\r\n", 2) == 0);
	cr_assert_eq(datagram(&service_qotd, NULL, 1).give_len, n);
	cr_assert_eq(give_all(&service_qotd, &setup, 1000, out, sizeof out), sizeof longer);
	cr_assert_eq(memcmp(out, longer, sizeof longer), 0);
	cr_assert_eq(datagram(&service_qotd, &setup, 1).give_len, 512);
}

Test(given, a_quote_is_not_cut_within_a_character)
{
	static char quote[600];
	struct service_setup setup = { .quote = quote, .quote_len = sizeof quote };

	memset(quote, 'q', sizeof quote);
	memcpy(quote + 510, "\xe2\x82\xac", 3);
	cr_assert_eq(datagram(&service_qotd, &setup, 1).give_len, 510);
	memcpy(quote + 509,
	       "\xe2\x82\xac"
	       "q",
	       4);
	cr_assert_eq(datagram(&service_qotd, &setup, 1).give_len, 512);
	/* What is no UTF-8 is cut like anything. */
	memset(quote, 0x80, sizeof quote);
	cr_assert_eq(datagram(&service_qotd, &setup, 1).give_len, 512);
	setup.quote_len = 512;
	cr_assert_eq(datagram(&service_qotd, &setup, 1).give_len, 512);
}

static int read_quote(size_t size, char **quote, size_t *len, struct err *err)
{
	const char *file = scratch_path("quote");
	FILE *f = fopen(file, "w");

	for (size_t i = 0; i < size; i++)
		fputc('x', f);
	fclose(f);
	return classic_read_quote(file, quote, len, err);
}

Test(given, a_file_with_a_quote_has_limits)
{
	struct err err;
	char *quote = NULL;
	size_t len = 0;

	cr_assert_eq(read_quote(1, &quote, &len, &err), 0);
	cr_assert(len == 1 && quote[0] == 'x');
	free(quote);
	cr_assert_eq(read_quote(CLASSIC_QUOTE_MAX, &quote, &len, &err), 0);
	cr_assert_eq(len, CLASSIC_QUOTE_MAX);
	free(quote);
	cr_assert_eq(read_quote(0, &quote, &len, &err), -1);
	cr_assert_eq(err.domain, ERR_USAGE);
	cr_assert(strstr(err.detail, "is empty"));
	cr_assert_eq(read_quote(CLASSIC_QUOTE_MAX + 1, &quote, &len, &err), -1);
	cr_assert_eq(err.domain, ERR_USAGE);
	cr_assert(strstr(err.detail, "is longer than 65536 bytes"));
	cr_assert_eq(classic_read_quote("/nonexistent/quote", &quote, &len, &err), -1);
	cr_assert(err.domain == ERR_LOCAL && strcmp(err.op, "open") == 0);
	cr_assert_eq(classic_read_quote("/", &quote, &len, &err), -1);
	cr_assert(err.domain == ERR_LOCAL && strcmp(err.op, "read") == 0);
}
