#include "cmd/byteorder.h"

#include <stddef.h>
#include <string.h>

#include "base/escape.h"
#include "base/hex.h"
#include "base/status.h"
#include "cli/observe_options.h"
#include "cmd/asking.h"
#include "cmd/byteorder_show.h"
#include "net/lines.h"
#include "net/proc_net.h"
#include "net/quantity.h"
#include "out/fields.h"
#include "out/output.h"
#include "out/report.h"
#include "sys/file.h"
#include "sys/wait.h"

enum { SOCKADDR_MAX = 1024, LINE_SIZE = 16 * 1024 };

struct byteorder_options {
	struct observe_options observe;
	unsigned width; /* in bits; 0: the smallest that fits */
	bool from_network;
	bool bytes;
	bool sockaddr;
	bool proc_net;
	bool binary;
};

static const struct option_choice width_choices[] = {
	{ "16", 16, "as a port" },
	{ "32", 32, "as an IPv4 address" },
	{ "64", 64, "as a 64-bit counter" },
	{ "", 0, "" },
};

static const struct option_group option_group_value = { "value", "What the values are" };

static const struct option_row byteorder_rows[] = {
	{
		.name = "width",
		CHOICE_FIELD(struct byteorder_options, width),
		.arg = "BITS",
		.choices = width_choices,
		.excludes = "sockaddr proc-net",
		.help = "show the value in so many bits; else in the fewest that it fits in",
	},
	{
		.name = "from-network",
		FLAG_FIELD(struct byteorder_options, from_network),
		.excludes = "sockaddr proc-net",
		.help = "a number is what lies in a network-order field; show what ntohs or ntohl gives",
		.man = "Bytes and addresses are in network order by themselves, and so are the same either "
		       "way.",
	},
	{
		.name = "bytes",
		FLAG_FIELD(struct byteorder_options, bytes),
		.excludes = "sockaddr proc-net",
		.help = "a value is 1 to 8 bytes, also when it looks like an address or a number",
	},
	{
		.name = "sockaddr",
		FLAG_FIELD(struct byteorder_options, sockaddr),
		.excludes = "proc-net binary",
		.help = "a value is the bytes of a struct sockaddr; show its fields",
		.man = "The bytes are hex digits, two a byte, joined by colons, by blanks or by nothing; "
		       "of blanks some may be missing, as in what xxd prints.",
	},
	{
		.name = "proc-net",
		FLAG_FIELD(struct byteorder_options, proc_net),
		.excludes = "binary",
		.help = "a value is an address and port as /proc/net/tcp and tcp6 show them",
	},
	{
		.name = "binary",
		FLAG_FIELD(struct byteorder_options, binary),
		.help = "write the values as raw bytes; without a VALUE, read raw bytes",
		.man = "Either way they are in network order. "
		       "Without --width all of standard input is one value of 1 to 8 bytes, or an IPv6 "
		       "address of 16; with it, there may be many values of that width.",
	},
};

/* One value, as its kind is read. */
struct value {
	struct quantity quantity;
	struct addr addr;
	uint8_t sockaddr[SOCKADDR_MAX];
	size_t sockaddr_size;
};

struct line_count {
	size_t all, wrong;
};

static int read_sockaddr(const char *text, struct value *out, struct err *err)
{
	static const char separators[] = { ':', ' ' };
	enum num_result result = NUM_MALFORMED;

	for (size_t i = 0; i < ARRAY_LEN(separators) && result == NUM_MALFORMED; i++)
		result = hex_parse(text, separators[i], out->sockaddr, sizeof out->sockaddr,
		                   &out->sockaddr_size);
	if (result == NUM_EMPTY)
		return err_usage(err, "the value is empty");
	if (result == NUM_RANGE)
		return err_usage(err, "a sockaddr of more than %d bytes", SOCKADDR_MAX);
	if (result == NUM_MALFORMED)
		return err_usage(err, "'%s': not bytes of two hex digits each", text);
	return fields_check(out->sockaddr, out->sockaddr_size, err);
}

static int read_value(const struct byteorder_options *o, const char *text, struct value *out,
                      struct err *err)
{
	struct quantity_rules rules = { .bytes = o->bytes, .width = o->width };

	if (o->sockaddr)
		return read_sockaddr(text, out, err);
	if (o->proc_net)
		return proc_net_parse_addr(text, &out->addr, err);
	if (quantity_parse(text, &rules, &out->quantity, err))
		return -1;
	if (o->from_network && !out->quantity.is_bytes)
		quantity_take_from_network(&out->quantity);
	return 0;
}

/* With TITLE, a line above it in text. */
static void show_value(const struct byteorder_options *o, struct answer *a, const char *text,
                       const struct value *value, bool title)
{
	char buf[256];
	struct text t = TEXT_OVER(buf);

	text_add_escaped(&t, text);
	answer_begin(a, NULL, title ? buf : NULL);
	answer_str(a, "input", NULL, text);
	if (o->sockaddr)
		fields_of_sockaddr(a, value->sockaddr, value->sockaddr_size);
	else if (o->proc_net)
		byteorder_show_proc_net(a, &value->addr);
	else
		byteorder_show_quantity(a, &value->quantity, o->from_network);
	answer_end(a);
}

/* All operands are read before anything is shown: one that is wrong is a slip of the whole line. */
static int show_operands(const struct command_call *call, struct answer *a, struct err *err)
{
	const struct byteorder_options *o = call->options;
	struct value value;

	for (size_t i = 0; i < call->operand_count; i++)
		if (read_value(o, call->operands[i], &value, err))
			return -1;
	for (size_t i = 0; i < call->operand_count; i++) {
		const char *text = call->operands[i];

		if (read_value(o, text, &value, err))
			return -1;
		if (!o->binary)
			show_value(o, a, text, &value, call->operand_count > 1);
		else if (output_result_bytes(value.quantity.bytes, value.quantity.width / 8, err))
			return -1;
	}
	return 0;
}

static void tell_wrong_line(struct report *report, size_t number, const struct err *why)
{
	struct err told = *why;

	err_usage(&told, "line %zu: %s", number, why->detail);
	if (why->hint[0])
		err_hint(&told, "%s", why->hint);
	report_failure(report, &told);
}

/* What a line of LEN bytes is without the blanks around it, which are left out of *LINE. */
static int read_line(const struct byteorder_options *o, char **line, size_t len, struct value *out,
                     struct err *err)
{
	if (len == LINE_SIZE)
		return err_usage(err, "the line is longer than %d bytes", LINE_SIZE - 1);
	if (memchr(*line, '\0', len))
		return err_usage(err, "a NUL byte is no part of a value");
	(void)lines_trim(line, len);
	return read_value(o, *line, out, err);
}

/* All lines that have come; the number of the last and how many were wrong are counted on. */
static int show_held_lines(const struct command_call *call, struct answer *a, struct lines *lines,
                           struct line_count *count, struct err *err)
{
	const struct byteorder_options *o = call->options;
	char *line;
	ssize_t len;

	while ((len = lines_next(lines, LINE_SIZE, &line)) >= 0) {
		struct value value;
		struct err why;

		count->all++;
		if (read_line(o, &line, (size_t)len, &value, &why) == 0) {
			show_value(o, a, line, &value, true);
			continue;
		}
		count->wrong++;
		if (answer_flush(a, err))
			return -1;
		tell_wrong_line(call->report, count->all, &why);
	}
	return 0;
}

/* A value a line. One that is wrong is told at its turn, and the rest goes on. */
static int show_lines(const struct command_call *call, struct answer *a, struct err *err)
{
	struct line_count count = { 0 };
	struct lines lines;

	lines_start(&lines, 0);
	while (!lines.over) {
		lines_wait(&lines);
		if (show_held_lines(call, a, &lines, &count, err) || answer_flush(a, err))
			return -1;
	}
	if (lines.error)
		return err_set(err, ERR_LOCAL, -lines.error, "read", "standard input");
	return count.wrong ? err_answer(err, STATUS_EXPECTATION, "%zu of %zu lines are no value",
	                                count.wrong, count.all)
	                   : 0;
}

/* Read until there are SIZE bytes or none come any more: how many, in *n. */
static int read_bytes(uint8_t *at, size_t size, size_t *n, struct err *err)
{
	ssize_t got = 1;

	for (*n = 0; *n < size && got > 0; *n += (size_t)got) {
		got = sys_read_waiting(0, at + *n, size - *n);
		if (got < 0)
			return err_set(err, ERR_LOCAL, (int)-got, "read", "standard input");
	}
	return 0;
}

/* Raw bytes from standard input: all as one value, or one after another of the width asked for. */
static int show_raw(const struct command_call *call, struct answer *a, struct err *err)
{
	const struct byteorder_options *o = call->options;
	size_t size = o->width ? o->width / 8 : QUANTITY_BYTES_MAX + 1, n;
	struct value value;

	do {
		uint8_t bytes[QUANTITY_BYTES_MAX + 1];
		char input[64];
		struct text t = TEXT_OVER(input);

		if (read_bytes(bytes, size, &n, err))
			return -1;
		if (n == 0 && o->width)
			return 0;
		if (o->width && n < size)
			return err_usage(
				err, "standard input ends after %zu of the %zu bytes of a value", n,
				size);
		if (n > QUANTITY_BYTES_MAX)
			return err_usage(err,
			                 "more than %d bytes: --width says how many are a value",
			                 QUANTITY_BYTES_MAX);
		if (quantity_from_bytes(bytes, n, o->width, &value.quantity, err))
			return -1;
		text_add_hex(&t, bytes, n);
		show_value(o, a, input, &value, o->width != 0);
	} while (o->width);
	return 0;
}

static int byteorder_ask(const struct command_call *call, struct answer *answer, struct err *err)
{
	const struct byteorder_options *o = call->options;

	if (call->operand_count > 0)
		return show_operands(call, answer, err);
	return o->binary ? show_raw(call, answer, err) : show_lines(call, answer, err);
}

static int byteorder_run(const struct command_call *call, struct err *err)
{
	const struct byteorder_options *o = call->options;

	if (o->binary && call->operand_count > 0 && o->observe.json)
		return err_usage(err, "--json and --binary with a VALUE exclude each other");
	if (o->binary && call->operand_count == 0 && o->bytes)
		return err_usage(err, "--binary and --bytes without a VALUE exclude each other");
	if (call->operand_count == 0 && sys_is_terminal(0)) {
		err_usage(err, "no VALUE given");
		err_hint(err, "values may also come on standard input, a line each");
		return -1;
	}
	return asking_run(call, byteorder_ask, err);
}

static const struct option_section byteorder_sections[] = {
	{ &option_group_value, byteorder_rows, ARRAY_LEN(byteorder_rows), 0 },
	{ &option_group_observe, observe_option_rows, OBSERVE_OPTION_COUNT,
	  offsetof(struct byteorder_options, observe) },
};

static const struct command_example byteorder_examples[] = {
	{ "sockit byteorder 0xD04C", "in both orders, and htons" },
	{ "sockit byteorder 128.2.194.242", "an address as a number, and back" },
	{ "sockit byteorder --proc-net 0100007F:1F90", "an address of /proc/net/tcp" },
	{ NULL, NULL },
};

static const struct command_result byteorder_results[] = {
	{ "a number",
	  "input given? given_hex? host_order network_order function result result_hex value hex width address? reverse_name? form machine" },
	{ "an IPv6 address",
	  "input address full width host_order network_order reverse_name form machine" },
	{ "a sockaddr", "input family address? port? path? fields" },
	{ "of fields: a field", "offset name bytes order value" },
	{ "a pair of /proc/net", "input address port address_bytes port_bytes" },
	{ NULL, NULL },
};

const struct command byteorder_command = {
	.name = "byteorder",
	.summary = "show numbers and addresses in host and in network byte order",
	.operands = "[VALUE...]",
	.operands_help = "53324, 0xd04c, 0b1101, 0o17, 'c', 128.2.194.242, ::1, d0:4c",
	.min_operands = 0,
	.max_operands = SIZE_MAX,
	.answers = true,
	.examples = byteorder_examples,
	.sections = byteorder_sections,
	.section_count = ARRAY_LEN(byteorder_sections),
	.options_size = sizeof(struct byteorder_options),
	.observe = offsetof(struct byteorder_options, observe),
	.statuses = "0 2 7 8 128+n",
	.results = byteorder_results,
	.run = byteorder_run,
};
