#include "cli/rule.h"

bool rule_excludes(const struct command *command, const struct option_row *a,
                   const struct option_row *b)
{
	if (option_names_has(a->excludes, b->name) || option_names_has(b->excludes, a->name))
		return true;
	if (command->many_endpoints)
		return false;
	return a->only_for != 0 && b->only_for != 0 && (a->only_for & b->only_for) == 0;
}

static int check_needs(const struct command *command, const struct command_row *r,
                       const unsigned char *given, struct err *err)
{
	const char *name = r->row->needs;
	struct command_row needed;

	if (!name ||
	    (command_row_named(command, name, &needed) && given[needed.index] != GIVEN_NOT))
		return 0;
	return err_usage(err, "%s needs --%s", option_as_given(r->row, given[r->index]).str, name);
}

/* R against all rows behind it. */
static int check_excludes(const struct command *command, const struct command_row *r,
                          const unsigned char *given, struct err *err)
{
	struct command_row other;

	for (size_t i = r->index + 1; command_row_at(command, i, &other); i++)
		if (given[i] != GIVEN_NOT && rule_excludes(command, r->row, other.row))
			return err_usage(err, "%s and %s exclude each other",
			                 option_as_given(r->row, given[r->index]).str,
			                 option_as_given(other.row, given[i]).str);
	return 0;
}

int rule_check(const struct command *command, const unsigned char *given, struct err *err)
{
	struct command_row r;

	for (size_t i = 0; command_row_at(command, i, &r); i++)
		if (given[i] != GIVEN_NOT && (check_needs(command, &r, given, err) != 0 ||
		                              check_excludes(command, &r, given, err) != 0))
			return -1;
	return 0;
}

/* What endpoints of exactly these kinds are called; "" for a mixture that has no name. */
static const char *name_of_kinds(unsigned kinds)
{
	static const struct {
		unsigned kinds;
		const char *name;
	} names[] = {
		{ FOR_INET, "TCP and UDP" },        { FOR_UDP, "UDP" },
		{ FOR_STREAM, "streams" },          { FOR_CONNECTION, "connections" },
		{ FOR_DATAGRAM, "datagrams (-u)" }, { FOR_PACKET, "datagrams (-u) and packets" },
		{ FOR_LOCAL, "Unix sockets" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].kinds == kinds)
			return names[i].name;
	return "";
}

int command_check_kinds(const struct command_call *call, unsigned kinds, const char *endpoint,
                        struct err *err)
{
	struct command_row r;

	for (size_t i = 0; command_row_at(call->command, i, &r); i++) {
		if (call->given[i] == GIVEN_NOT || r.row->only_for == 0 ||
		    (r.row->only_for & kinds) != 0)
			continue;
		const char *name = name_of_kinds(r.row->only_for);

		return err_usage(err, "%s has no meaning for %s%s%s",
		                 option_as_given(r.row, call->given[i]).str, endpoint,
		                 name[0] ? ": it is for " : "", name);
	}
	return 0;
}

int command_check_endpoint(const struct command_call *call, unsigned kind, const char *endpoint,
                           struct err *err)
{
	return command_check_kinds(call, 1u << kind, endpoint, err);
}

int command_check_needs(const struct command_call *call, const struct option_row *rows,
                        size_t count, const char *needed, struct err *err)
{
	struct command_row r;

	if (command_row_named(call->command, needed, &r) && call->given[r.index] != GIVEN_NOT)
		return 0;
	for (size_t i = 0; command_row_at(call->command, i, &r); i++)
		if (r.row >= rows && r.row < rows + count && call->given[i] != GIVEN_NOT)
			return err_usage(err, "%s needs --%s",
			                 option_as_given(r.row, call->given[i]).str, needed);
	return 0;
}
