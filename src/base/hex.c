#include "base/hex.h"

enum num_result hex_parse(const char *str, char separator, uint8_t *out, size_t size, size_t *n)
{
	enum num_result result = NUM_OK;
	size_t count = 0;

	if (str[0] == '\0')
		return NUM_EMPTY;
	for (;; count++) {
		char pair[3] = { str[0], str[0] ? str[1] : '\0', '\0' };
		uint64_t value;

		if (!pair[1] || num_parse_digits(pair, 16, &value) != NUM_OK)
			return NUM_MALFORMED;
		if (count < size)
			out[count] = (uint8_t)value;
		else
			result = NUM_RANGE;
		str += 2;
		if (*str == '\0')
			break;
		if (separator == ' ')
			str += *str == ' ';
		else if (separator && *str++ != separator)
			return NUM_MALFORMED;
	}
	*n = count + 1;
	return result;
}

void text_add_hex(struct text *t, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_add(t, "%s%02x", i > 0 ? " " : "", bytes[i]);
}
