#include <criterion/criterion.h>
#include <string.h>

#include "serve/services.h"

static enum service_next step(const char *name, char *in, size_t len, size_t room,
                              struct service_turn *turn)
{
	*turn = (struct service_turn){ .in = (uint8_t *)in, .in_len = len, .room_len = room };
	return services_named(name, strlen(name))->step(NULL, turn);
}

Test(classic, echo_gives_back_as_much_as_there_is_room_for)
{
	char in[] = "hello";
	struct service_turn turn;

	cr_assert_eq(step("echo", in, 5, 3, &turn), SERVICE_AGAIN);
	cr_assert(turn.used == 3 && turn.give_len == 3 && turn.give == turn.in);
	cr_assert_eq(step("echo", in + 3, 2, 3, &turn), SERVICE_READ);
	cr_assert(turn.used == 2 && turn.give_len == 2 && memcmp(turn.give, "lo", 2) == 0);
}

Test(classic, discard_takes_all_and_gives_nothing)
{
	char in[] = "hello";
	struct service_turn turn;

	cr_assert_eq(step("discard", in, 5, 3, &turn), SERVICE_READ);
	cr_assert(turn.used == 5 && turn.give_len == 0);
}

Test(classic, upper_changes_ascii_letters_alone)
{
	char in[] = "az{`\xc3\xa4 AZ";
	struct service_turn turn;

	cr_assert_eq(step("upper", in, strlen(in), 100, &turn), SERVICE_READ);
	cr_assert_eq(turn.give_len, strlen(in));
	cr_assert(memcmp(turn.give, "AZ{`\xc3\xa4 AZ", turn.give_len) == 0);
}

Test(classic, an_unknown_service_is_none)
{
	cr_assert_null(services_named("ech", 3));
	cr_assert_null(services_named("echoo", 5));
}
