#include "cmd/passed.h"

#include "net/passed.h"

/* What is said of a socket before it is bound, or of the word that would name it. */
static const char passed_excludes[] =
	"ipv4 ipv6 udp unix interface source backlog unix-mode join reuse-port";

int passed_for(const struct command_call *call, unsigned *count, struct err *err)
{
	struct command_row r;

	*count = 0;
	if (call->operand_count > 0 ||
	    (command_row_named(call->command, "port", &r) && call->given[r.index] != GIVEN_NOT))
		return 0;
	if (passed_count(count, err))
		return -1;
	for (size_t i = 0; *count > 0 && command_row_at(call->command, i, &r); i++)
		if (call->given[i] != GIVEN_NOT && option_names_has(passed_excludes, r.row->name))
			return err_usage(
				err, "%s has no meaning for sockets that are passed (LISTEN_FDS)",
				option_as_given(r.row, call->given[i]).str);
	return 0;
}

int passed_as_one(unsigned count, struct spec *spec, struct err *err)
{
	struct spec other;

	if (passed_endpoint(0, spec, err))
		return -1;
	for (unsigned i = 1; i < count; i++) {
		if (passed_endpoint(i, &other, err))
			return -1;
		if (other.kind != spec->kind)
			return err_usage(
				err, "LISTEN_FDS: the sockets are of different kinds: %s and %s",
				spec->text, other.text);
	}
	spec->passed_count = count;
	return 0;
}
