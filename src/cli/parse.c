#include "cli/parse.h"

#include <assert.h>
#include <string.h>

#include "cli/hint.h"
#include "cli/observe_options.h"
#include "cli/rule.h"
#include "cli/scan.h"
#include "cli/value.h"

static void reset(const struct command *command, struct parse_storage *storage)
{
	struct command_row r;

	assert(command->options_size <= sizeof(storage->options));
	memset(storage, 0, sizeof(*storage));
	for (size_t i = 0; command_row_at(command, i, &r); i++) {
		assert(i < ARRAY_LEN(storage->given));
		value_reset(r.row, storage->options + r.offset);
	}
}

static int take_option(const struct scan_found *found, struct parse_storage *storage,
                       struct err *err)
{
	const struct command_row *r = &found->option;

	storage->given[r->index] = (unsigned char)found->given;
	return value_parse(r->row, option_as_given(r->row, found->given).str, found->value,
	                   storage->options + r->offset, err);
}

static int add_usage(const struct command *command, struct err *err)
{
	err_hint(err, "usage: sockit %s [OPTION...] %s", command->name, command->operands);
	return -1;
}

int command_miss_operands(const struct command *command, struct err *err)
{
	err_usage(err, "no %s given", command->operands);
	return add_usage(command, err);
}

static int check_operands(const struct command_call *call, struct err *err)
{
	const struct command *command = call->command;

	if (call->operand_count < command->min_operands)
		return command_miss_operands(command, err);
	if (call->operand_count <= command->max_operands)
		return 0;
	err_usage(err, "unexpected operand '%s'", call->operands[command->max_operands]);
	return add_usage(command, err);
}

/* Before the operands: a program written without the `--` would be taken for one. */
static int check_program(const struct command_call *call, const struct scan *scan, struct err *err)
{
	const char *option = call->command->takes_program;

	if (!scan->runs || call->program_count > 0)
		return 0;
	err_usage(err, "--%s needs a program: --%s -- PROG ARG...", option, option);
	return -1;
}

static void finish_call(struct command_call *call, const struct scan *scan, char **words)
{
	call->operands = (const char *const *)words;
	call->operand_count = scan->operand_count;
	call->program = (const char *const *)(words + scan->program);
	call->program_count = scan->count - scan->program;
}

int parse_command(const struct program *program, char **words, size_t count,
                  struct parse_storage *storage, struct command_call *call, struct err *err)
{
	const struct command *command = call->command;
	struct scan scan = scan_start(command, words, count);

	reset(command, storage);
	call->options = storage->options;
	call->given = storage->given;
	call->observe = (const void *)(storage->options + command->observe);
	for (;;) {
		struct scan_found found;
		enum scan_kind kind;

		if (scan_next(&scan, &kind, &found, err) != 0)
			return -1;
		if (kind == SCAN_END)
			break;
		if (kind == SCAN_UNKNOWN)
			return hint_unknown_option(program, command, found.unknown.str, err);
		if (take_option(&found, storage, err) != 0)
			return -1;
		if (call->observe->help || call->observe->version)
			return 0;
	}
	finish_call(call, &scan, words);
	if (rule_check(command, storage->given, err) != 0 || check_program(call, &scan, err) != 0)
		return -1;
	return check_operands(call, err);
}
