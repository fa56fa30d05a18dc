#include "base/num.h"

#include <stdbool.h>
#include <string.h>

struct unit {
	char suffix[4];
	uint64_t size;
};

static const struct unit duration_units[] = {
	{ "", NSEC_PER_SEC },
	{ "us", NSEC_PER_USEC },
	{ "ms", NSEC_PER_MSEC },
	{ "s", NSEC_PER_SEC },
	{ "m", 60 * NSEC_PER_SEC },
	{ "h", 3600 * NSEC_PER_SEC },
	{ "", 0 },
};

static const struct unit size_units[] = {
	{ "", 1 },
	{ "K", UINT64_C(1) << 10 },
	{ "M", UINT64_C(1) << 20 },
	{ "G", UINT64_C(1) << 30 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "kB", 1000 },
	{ "MB", 1000 * 1000 },
	{ "GB", 1000 * 1000 * 1000 },
	{ "", 0 },
};

/* The size of the unit called SUFFIX, or 0. */
static uint64_t unit_size(const struct unit *units, const char *suffix)
{
	for (; units->size != 0; units++)
		if (strcmp(units->suffix, suffix) == 0)
			return units->size;
	return 0;
}

/* 16 for what is no digit at all. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* Reads the digits of BASE at *str, of which there may be none, and moves *str behind them. */
static enum num_result read_digits(const char **str, unsigned base, uint64_t *out)
{
	uint64_t value = 0;
	bool overflow = false;

	for (; digit_value(**str) < base; ++*str) {
		uint64_t digit = digit_value(**str);

		overflow = overflow || __builtin_mul_overflow(value, base, &value) ||
		           __builtin_add_overflow(value, digit, &value);
	}
	*out = value;
	return overflow ? NUM_RANGE : NUM_OK;
}

/* The whole of STR in BASE. Malformed is told before out of range. */
static enum num_result parse_whole(const char *str, unsigned base, uint64_t *out)
{
	enum num_result result;

	if (str[0] == '\0')
		return NUM_EMPTY;
	result = read_digits(&str, base, out);
	return *str == '\0' ? result : NUM_MALFORMED;
}

enum num_result num_parse_uint(const char *str, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value;
	enum num_result result = parse_whole(str, 10, &value);

	if (result == NUM_OK && (value < min || value > max))
		result = NUM_RANGE;
	if (result == NUM_OK)
		*out = value;
	return result;
}

enum num_result num_parse_digits(const char *str, unsigned base, uint64_t *out)
{
	uint64_t value;
	enum num_result result = parse_whole(str, base, &value);

	if (result == NUM_OK)
		*out = value;
	return result;
}

enum num_result num_parse_port(const char *str, uint16_t *out)
{
	uint64_t value;
	enum num_result result = num_parse_uint(str, 0, UINT16_MAX, &value);

	if (result == NUM_OK)
		*out = (uint16_t)value;
	return result;
}

enum num_result num_parse_mode(const char *str, unsigned *out)
{
	uint64_t value;
	enum num_result result = parse_whole(str, 8, &value);

	if (result == NUM_OK && value > 07777)
		result = NUM_RANGE;
	if (result == NUM_OK)
		*out = (unsigned)value;
	return result;
}

enum num_result num_parse_size(const char *str, uint64_t *out)
{
	const char *at = str;
	uint64_t value;
	uint64_t unit;
	enum num_result result;

	if (str[0] == '\0')
		return NUM_EMPTY;
	result = read_digits(&at, 10, &value);
	unit = unit_size(size_units, at);
	if (at == str || unit == 0)
		return NUM_MALFORMED;
	if (result != NUM_OK || __builtin_mul_overflow(value, unit, &value))
		return NUM_RANGE;
	*out = value;
	return NUM_OK;
}

/* The value of the fraction digits at DIGITS, in a unit of UNIT nanoseconds; *dust is set when
 * digits too fine for a nanosecond were dropped. */
static uint64_t fraction_value(const char *digits, uint64_t unit, bool *dust)
{
	uint64_t value = 0;

	for (; digit_value(*digits) < 10; digits++) {
		uint64_t digit = digit_value(*digits);

		unit /= 10;
		value += digit * unit;
		*dust = *dust || (digit != 0 && unit == 0);
	}
	return value;
}

enum num_result num_parse_duration(const char *str, nsec_t *out)
{
	const char *at = str;
	const char *fraction = "";
	uint64_t value;
	uint64_t unit;
	bool dust = false;
	enum num_result result;

	if (str[0] == '\0')
		return NUM_EMPTY;
	result = read_digits(&at, 10, &value);
	if (*at == '.') {
		fraction = ++at;
		at += strspn(at, "0123456789");
		if (at == fraction)
			return NUM_MALFORMED;
	}
	unit = unit_size(duration_units, at);
	if (at == str || unit == 0)
		return NUM_MALFORMED;
	if (result != NUM_OK || __builtin_mul_overflow(value, unit, &value) ||
	    __builtin_add_overflow(value, fraction_value(fraction, unit, &dust), &value) ||
	    value >= (uint64_t)NSEC_NEVER || (value == 0 && dust))
		return NUM_RANGE;
	*out = (nsec_t)value;
	return NUM_OK;
}
