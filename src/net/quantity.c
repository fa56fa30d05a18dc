#include "net/quantity.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "base/num.h"
#include "base/text.h"
#include "sys/order.h"

static const char DIGITS[] = "0123456789";
static const char HEX_DIGITS[] = "0123456789abcdefABCDEF";

static unsigned width_for(uint64_t value)
{
	return value > UINT32_MAX ? 64 : value > UINT16_MAX ? 32 : 16;
}

/* Q has its form and value; LEAST is the narrowest that can show it as it was written. */
static int quantity_fit(struct quantity *q, unsigned least, const char *text, unsigned width,
                        struct err *err)
{
	if (width && least > width)
		return err_usage(err, "'%s' does not fit into %u bits, it needs %u", text, width,
		                 least);
	q->width = width ? width : least;
	for (unsigned i = 0; i < q->width / 8; i++)
		q->bytes[i] = (uint8_t)(q->value >> (q->width - 8 * (i + 1)));
	return 0;
}

static int quantity_v6(struct quantity *q, const char *text, unsigned width, struct err *err)
{
	if (width)
		return err_usage(
			err, "--width has no meaning for '%s', an IPv6 address of 128 bits", text);
	q->width = 128;
	q->is_bytes = true;
	return 0;
}

/* What the bytes are as a number when the first counts most. */
static uint64_t number_of(const uint8_t *bytes, size_t n)
{
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = number << 8 | bytes[i];
	return number;
}

static int quantity_bytes(struct quantity *q, const uint8_t *bytes, size_t n, const char *text,
                          unsigned width, struct err *err)
{
	q->is_bytes = true;
	q->value = number_of(bytes, n);
	return quantity_fit(q, n > 4 ? 64 : n > 2 ? 32 : 16, text, width, err);
}

int quantity_from_bytes(const uint8_t *bytes, size_t n, unsigned width, struct quantity *out,
                        struct err *err)
{
	struct quantity q = { .form = "raw bytes" };
	int result;

	if (n == QUANTITY_BYTES_MAX) {
		memcpy(q.bytes, bytes, n);
		result = quantity_v6(&q, "what was read", width, err);
	} else if (n == 0 || n > 8) {
		return err_usage(err, "%zu bytes: a value is 1 to 8 bytes, an IPv6 address 16", n);
	} else {
		result = quantity_bytes(&q, bytes, n, "what was read", width, err);
	}
	if (result == 0)
		*out = q;
	return result;
}

/* Two hex digits a group. */
static int parse_bytes(const char *text, unsigned width, struct quantity *q, struct err *err)
{
	uint8_t bytes[8];
	size_t n;

	switch (hex_parse(text, ':', bytes, sizeof bytes, &n)) {
	case NUM_OK:
		break;
	case NUM_RANGE:
		return err_usage(err, "'%s': at most 8 bytes make a number", text);
	case NUM_EMPTY:
	case NUM_MALFORMED:
		return err_usage(err, "'%s': bytes are two hex digits a group, as in d0:4c", text);
	}
	q->form = "bytes";
	return quantity_bytes(q, bytes, n, text, width, err);
}

static bool is_bytes(const char *text)
{
	uint8_t bytes[8];
	size_t n;

	return hex_parse(text, ':', bytes, sizeof bytes, &n) == NUM_OK;
}

static int parse_v6(const char *text, unsigned width, struct quantity *q, struct err *err)
{
	q->form = "IPv6 address";
	if (inet_pton(AF_INET6, text, q->bytes) == 1)
		return quantity_v6(q, text, width, err);
	err_usage(err, "'%s': neither an IPv6 address nor bytes of two hex digits a group", text);
	if (strchr(text, '%'))
		err_hint(err, "a zone such as %s is no part of the 16 bytes; leave it out",
		         strchr(text, '%'));
	else if (strlen(text) == 13 || strlen(text) == 37)
		err_hint(err, "the pairs of /proc/net/tcp and tcp6 are read with --proc-net");
	return -1;
}

static int parse_v4(const char *text, unsigned width, struct quantity *q, struct err *err)
{
	uint8_t bytes[4];

	if (inet_pton(AF_INET, text, bytes) != 1)
		return err_usage(
			err,
			"'%s': an IPv4 address is four numbers from 0 to 255 without leading zeros",
			text);
	q->form = "IPv4 address";
	return quantity_bytes(q, bytes, sizeof bytes, text, width, err);
}

/* "242.194.2.128": the labels back to front. */
static int parse_arpa_v4(const char *text, size_t len, unsigned width, struct quantity *q,
                         struct err *err)
{
	char labels[INET_ADDRSTRLEN] = "";
	uint8_t bytes[4];

	if (len < sizeof labels)
		memcpy(labels, text, len);
	if (inet_pton(AF_INET, labels, bytes) != 1)
		return err_usage(
			err, "'%s': not four numbers from 0 to 255 in front of in-addr.arpa", text);
	q->form = "reverse name";
	return quantity_bytes(q, (const uint8_t[]){ bytes[3], bytes[2], bytes[1], bytes[0] }, 4,
	                      text, width, err);
}

/* "1.0.0 ...": 32 hex digits, each a label, back to front. */
static int parse_arpa_v6(const char *text, size_t len, unsigned width, struct quantity *q,
                         struct err *err)
{
	bool good = len == 63;

	for (size_t i = 0; good && i < 32; i++) {
		char digit[2] = { text[62 - 2 * i], '\0' };
		uint64_t value;

		good = (i == 0 || text[63 - 2 * i] == '.') &&
		       num_parse_digits(digit, 16, &value) == NUM_OK;
		if (good)
			q->bytes[i / 2] = (uint8_t)(q->bytes[i / 2] * 16u + value);
	}
	if (!good)
		return err_usage(err, "'%s': not 32 hex digits, each a label, in front of ip6.arpa",
		                 text);
	q->form = "reverse name";
	return quantity_v6(q, text, width, err);
}

/* Whether TEXT is a name under ZONE; *len is how much of it stands in front. */
static bool is_under(const char *text, const char *zone, size_t *len)
{
	size_t whole = strlen(text), tail = strlen(zone);

	whole -= whole > 0 && text[whole - 1] == '.';
	if (whole < tail || strncasecmp(text + whole - tail, zone, tail) != 0)
		return false;
	*len = whole - tail;
	return true;
}

static int parse_character(const char *text, unsigned width, struct quantity *q, struct err *err)
{
	size_t len = strlen(text);

	if (len < 3 || text[len - 1] != '\'')
		return err_usage(err, "'%s': a character is one between two single quotes", text);
	if (len > 3 || (unsigned char)text[1] > 127)
		return err_usage(err, "'%s': not one ASCII character between the quotes", text);
	q->form = "character";
	q->value = (unsigned char)text[1];
	return quantity_fit(q, 16, text, width, err);
}

struct number_base {
	unsigned base;
	char letter;
	const char *form, *digits;
};

static int parse_digits(const char *text, const char *digits, const struct number_base *base,
                        unsigned width, struct quantity *q, struct err *err)
{
	switch (num_parse_digits(digits, base->base, &q->value)) {
	case NUM_OK:
		break;
	case NUM_EMPTY:
		return err_usage(err, "'%s': no digits behind the prefix", text);
	case NUM_RANGE:
		return err_usage(err, "'%s' does not fit into 64 bits", text);
	case NUM_MALFORMED:
		return err_usage(err, "'%s': no %s number, whose digits are %s", text, base->form,
		                 base->digits);
	}
	q->form = base->form;
	return quantity_fit(q, width_for(q->value), text, width, err);
}

/* Octal to C, decimal to people. */
static int refuse_zero(const char *text, struct err *err)
{
	const char *digits = text + strspn(text, "0");
	const char *shown = *digits ? digits : "0";

	if (!text_is_of(shown, "01234567"))
		return err_usage(err, "'%s': a leading zero is ambiguous; write %s", text, shown);
	return err_usage(err, "'%s': a leading zero is ambiguous; write 0o%s, or %s", text, shown,
	                 shown);
}

static int parse_number(const char *text, unsigned width, struct quantity *q, struct err *err)
{
	static const struct number_base decimal = { 10, 0, "decimal", "0 to 9" };
	static const struct number_base bases[] = {
		{ 16, 'x', "hexadecimal", "0 to 9 and a to f" },
		{ 2, 'b', "binary", "0 and 1" },
		{ 8, 'o', "octal", "0 to 7" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		if (text[0] == '0' && (text[1] | 0x20) == bases[i].letter)
			return parse_digits(text, text + 2, &bases[i], width, q, err);
	if (text_is_of(text, DIGITS) && text[0] == '0' && text[1] != '\0')
		return refuse_zero(text, err);
	if (text_is_of(text, DIGITS))
		return parse_digits(text, text, &decimal, width, q, err);
	if (is_bytes(text))
		return parse_bytes(text, width, q, err);
	if ((text[0] == '-' || text[0] == '+') && text[1] != '\0')
		return err_usage(err, "'%s': numbers have no sign here; -1 in 16 bits is 0xffff",
		                 text);
	err_usage(err, "'%s': neither a number nor an address nor bytes", text);
	if (text[1] == '\0')
		err_hint(err, "a character keeps its quotes: \"'%s'\"", text);
	else if (text_is_of(text, HEX_DIGITS))
		err_hint(err, "a hexadecimal number begins with 0x");
	return -1;
}

static int parse_any(const char *text, const struct quantity_rules *rules, struct quantity *q,
                     struct err *err)
{
	unsigned width = rules->width;
	size_t len;

	if (text[0] == '\0')
		return err_usage(err, "the value is empty");
	if (rules->bytes)
		return parse_bytes(text, width, q, err);
	if (text[0] == '\'')
		return parse_character(text, width, q, err);
	if (is_under(text, ".in-addr.arpa", &len))
		return parse_arpa_v4(text, len, width, q, err);
	if (is_under(text, ".ip6.arpa", &len))
		return parse_arpa_v6(text, len, width, q, err);
	/* Eight groups are more often an address. */
	if (strchr(text, ':'))
		return is_bytes(text) && strlen(text) < 23 ? parse_bytes(text, width, q, err)
		                                           : parse_v6(text, width, q, err);
	if (strchr(text, '.'))
		return parse_v4(text, width, q, err);
	return parse_number(text, width, q, err);
}

int quantity_parse(const char *text, const struct quantity_rules *rules, struct quantity *out,
                   struct err *err)
{
	struct quantity q = { .form = NULL };

	if (parse_any(text, rules, &q, err))
		return -1;
	*out = q;
	return 0;
}

void quantity_host_bytes(const struct quantity *q, uint8_t out[QUANTITY_BYTES_MAX])
{
	size_t n = q->width / 8;
	bool turned = sys_is_little_endian() && n <= sizeof q->value;

	for (size_t i = 0; i < n; i++)
		out[i] = q->bytes[turned ? n - 1 - i : i];
}

void quantity_take_from_network(struct quantity *q)
{
	uint8_t bytes[QUANTITY_BYTES_MAX];

	quantity_host_bytes(q, bytes);
	memcpy(q->bytes, bytes, q->width / 8);
	q->value = number_of(q->bytes, q->width / 8);
}

uint64_t quantity_in_network_field(const struct quantity *q)
{
	uint8_t bytes[QUANTITY_BYTES_MAX];

	quantity_host_bytes(q, bytes);
	return number_of(bytes, q->width / 8);
}
