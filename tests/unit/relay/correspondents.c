/* Who is answered: the first, the last, or all as far as there is room. */
#include "relay/correspondents.h"

#include <criterion/criterion.h>
#include <string.h>

/* Somebody at port N of 192.0.2.1, who asked at socket FD. */
static struct correspondent somebody(unsigned n, int fd)
{
	struct correspondent c = { .peer = addr_wildcard(AF_INET, (uint16_t)n), .fd = fd };

	memcpy(&c.peer.at.v4.sin_addr, "\300\0\2\1", 4);
	return c;
}

static void note(struct correspondents *all, unsigned n)
{
	struct correspondent c = somebody(n, 3);

	correspondents_note(all, &c);
}

static bool has(const struct correspondents *all, unsigned n)
{
	for (size_t i = 0; i < correspondents_count(all); i++)
		if (addr_port(&correspondents_at(all, i)->peer) == n)
			return true;
	return false;
}

Test(correspondents, the_first_stays_the_first)
{
	struct correspondents *all = correspondents_new(REPLY_TO_FIRST);

	cr_assert_eq(correspondents_count(all), 0);
	note(all, 1);
	note(all, 2);
	cr_assert_eq(correspondents_count(all), 1);
	cr_assert(has(all, 1));
	/* Where it asked last is where it is answered from. */
	struct correspondent again = somebody(1, 4);
	correspondents_note(all, &again);
	cr_assert_eq(correspondents_at(all, 0)->fd, 4);
	correspondents_free(all);
}

Test(correspondents, the_last_is_the_last)
{
	struct correspondents *all = correspondents_new(REPLY_TO_LAST);

	for (unsigned n = 1; n < 100; n++) {
		note(all, n);
		cr_assert_eq(correspondents_count(all), 1);
		cr_assert(has(all, n));
	}
	correspondents_free(all);
}

Test(correspondents, of_all_the_quietest_makes_room)
{
	struct correspondents *all = correspondents_new(REPLY_TO_ALL);

	for (unsigned n = 1; n <= CORRESPONDENTS_MAX; n++)
		note(all, n);
	cr_assert_eq(correspondents_count(all), CORRESPONDENTS_MAX);
	note(all, 1);
	for (unsigned n = 5001; n <= 5010; n++)
		note(all, n);
	cr_assert_eq(correspondents_count(all), CORRESPONDENTS_MAX);
	for (unsigned n = 1; n <= CORRESPONDENTS_MAX; n++)
		cr_assert_eq(has(all, n), n == 1 || n > 11, "%u", n);
	for (unsigned n = 5001; n <= 5010; n++)
		cr_assert(has(all, n), "%u", n);
	/* Twice around: nobody is in it twice, and nobody is lost. */
	for (unsigned round = 0; round < 2; round++)
		for (unsigned n = 10000; n < 10000 + CORRESPONDENTS_MAX; n++)
			note(all, n);
	cr_assert_eq(correspondents_count(all), CORRESPONDENTS_MAX);
	for (unsigned n = 10000; n < 10000 + CORRESPONDENTS_MAX; n++)
		cr_assert(has(all, n), "%u", n);
	correspondents_free(all);
}

Test(correspondents, whoever_has_no_name_is_not_taken_in)
{
	struct correspondents *all = correspondents_new(REPLY_TO_LAST);
	struct correspondent nameless = { .peer = { .at.any.sa_family = AF_UNIX } };

	correspondents_note(all, &nameless);
	nameless.peer.len = sizeof(sa_family_t);
	correspondents_note(all, &nameless);
	cr_assert_eq(correspondents_count(all), 0);
	correspondents_free(all);
}
