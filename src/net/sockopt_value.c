#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/num.h"
#include "net/sockopt.h"

static int find_word(const char *const *words, const char *value)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	return -1;
}

static enum num_result parse_flag(const char *value, int *out)
{
	static const char *const words[] = { "off", "on",    "0",    "1", "no",
		                             "yes", "false", "true", NULL };
	int found = find_word(words, value);

	if (found < 0)
		return NUM_MALFORMED;
	*out = found % 2;
	return NUM_OK;
}

static enum num_result parse_discover(const char *value, int *out)
{
	for (size_t i = 0; i < SOCKOPT_DISCOVER_COUNT; i++) {
		if (strcmp(sockopt_discover[i].name, value) == 0) {
			*out = sockopt_discover[i].value;
			return NUM_OK;
		}
	}
	return NUM_MALFORMED;
}

static enum num_result parse_hex(const char *digits, uint64_t *out)
{
	static const char hex[] = "0123456789abcdef0123456789ABCDEF";
	uint64_t value = 0;

	if (*digits == '\0')
		return NUM_MALFORMED;
	for (; *digits; digits++) {
		const char *at = strchr(hex, *digits);

		if (!at)
			return NUM_MALFORMED;
		if (value > UINT32_MAX)
			return NUM_RANGE;
		value = value * 16 + (uint64_t)(at - hex) % 16;
	}
	*out = value;
	return NUM_OK;
}

static enum num_result in_range(const struct sockopt *o, enum num_result result, uint64_t value)
{
	return result == NUM_OK && (value < o->min || value > o->max) ? NUM_RANGE : result;
}

/* Whole units. NUM_EMPTY stands for a duration that is none. */
static enum num_result parse_time(const struct sockopt *o, const char *value, int *out)
{
	nsec_t time;
	enum num_result result = num_parse_duration(value, &time);

	if (result != NUM_OK)
		return result;
	result = in_range(o, NUM_OK, (uint64_t)(time / o->unit));
	if (result == NUM_OK && time % o->unit != 0)
		return NUM_EMPTY;
	*out = (int)(time / o->unit);
	return result;
}

static enum num_result parse_linger(const struct sockopt *o, const char *value, struct linger *out)
{
	if (strcmp(value, "off") == 0) {
		*out = (struct linger){ 0 };
		return NUM_OK;
	}
	out->l_onoff = 1;
	return parse_time(o, value, &out->l_linger);
}

static enum num_result parse_name(const char *value, char *out)
{
	size_t len = strlen(value);

	if (len > SOCKOPT_NAME_MAX)
		return NUM_RANGE;
	memcpy(out, value, len + 1);
	return NUM_OK;
}

static enum num_result parse_number(const struct sockopt *o, const char *value, uint64_t *out)
{
	enum num_result result;

	if (o->type == SOCKOPT_SIZE || o->type == SOCKOPT_RATE)
		result = num_parse_size(value, out);
	else if (o->type == SOCKOPT_BITS && strncmp(value, "0x", 2) == 0)
		result = parse_hex(value + 2, out);
	else
		result = num_parse_uint(value, 0, UINT64_MAX, out);
	return in_range(o, result, *out);
}

static enum num_result parse(const struct sockopt *o, const char *value, union sockopt_value *out)
{
	uint64_t number = 0;
	enum num_result result;

	switch (o->type) {
	case SOCKOPT_FLAG:
		return parse_flag(value, &out->number);
	case SOCKOPT_DISCOVER:
		return parse_discover(value, &out->number);
	case SOCKOPT_DURATION:
		return parse_time(o, value, &out->number);
	case SOCKOPT_LINGER:
		return parse_linger(o, value, &out->linger);
	case SOCKOPT_NAME:
		return parse_name(value, out->name);
	case SOCKOPT_RATE:
		return parse_number(o, value, &out->rate);
	case SOCKOPT_NUMBER:
	case SOCKOPT_BITS:
	case SOCKOPT_SIZE:
		break;
	}
	result = parse_number(o, value, &number);
	out->number = (int)(uint32_t)number;
	return result;
}

static const char *unit_name(const struct sockopt *o)
{
	return o->unit == NSEC_PER_SEC ? "s" : o->unit == NSEC_PER_MSEC ? "ms" : "us";
}

static int refuse_value(const struct sockopt *o, const char *value, enum num_result why,
                        struct err *err)
{
	static const char *const looks[] = {
		[SOCKOPT_FLAG] = "on or off",
		[SOCKOPT_NUMBER] = "a whole number",
		[SOCKOPT_BITS] = "a whole number (such as 16 or 0x10)",
		[SOCKOPT_SIZE] = "a size (such as 4096, 64K or 1MB)",
		[SOCKOPT_RATE] = "a rate in bytes a second (such as 64K or 1MB)",
		[SOCKOPT_DURATION] = "a duration (such as 2, 0.5, 500ms or 2m)",
		[SOCKOPT_LINGER] = "off or a duration (such as 0, 5 or 2m)",
		[SOCKOPT_NAME] = "a name",
	};
	char buf[128];
	struct text t = TEXT_OVER(buf);

	if (why == NUM_EMPTY)
		return err_usage(err, "%s: %s is finer than the kernel's unit, 1%s", o->name, value,
		                 unit_name(o));
	if (o->type == SOCKOPT_DISCOVER) {
		sockopt_add_form(&t, o);
		return err_usage(err, "%s: '%s' is not one of %s", o->name, value, buf);
	}
	if (why == NUM_MALFORMED)
		return err_usage(err, "%s: '%s' is not %s", o->name, value, looks[o->type]);
	if (o->type == SOCKOPT_NAME)
		return err_usage(err, "%s: '%s' is longer than %d bytes", o->name, value,
		                 SOCKOPT_NAME_MAX);
	if (o->unit)
		return err_usage(err, "%s: %s is not in %" PRIu64 "%s-%" PRIu64 "%s", o->name,
		                 value, o->min, unit_name(o), o->max, unit_name(o));
	return err_usage(err, "%s: %s is not in %" PRIu64 "-%" PRIu64, o->name, value, o->min,
	                 o->max);
}

int sockopt_parse_value(const struct sockopt *option, const char *value, union sockopt_value *out,
                        struct err *err)
{
	union sockopt_value parsed = { .rate = 0 };

	if (value[0] == '\0')
		return err_usage(err, "%s: the value is empty", option->name);
	enum num_result result = parse(option, value, &parsed);
	if (result != NUM_OK)
		return refuse_value(option, value, result, err);
	*out = parsed;
	return 0;
}

bool sockopt_has_words(const struct sockopt *option)
{
	return option->type == SOCKOPT_FLAG || option->type == SOCKOPT_DISCOVER;
}

void sockopt_add_words(struct text *t, const struct sockopt *option, const char *separator)
{
	if (option->type == SOCKOPT_FLAG)
		text_add(t, "on%soff", separator);
	else
		for (size_t i = 0; i < SOCKOPT_DISCOVER_COUNT; i++)
			text_add(t, "%s%s", i > 0 ? separator : "", sockopt_discover[i].name);
}

void sockopt_add_form(struct text *t, const struct sockopt *option)
{
	switch (option->type) {
	case SOCKOPT_FLAG:
	case SOCKOPT_DISCOVER:
		sockopt_add_words(t, option, "|");
		break;
	case SOCKOPT_NUMBER:
	case SOCKOPT_BITS:
		if (option->max >= INT32_MAX)
			text_add_str(t, "N");
		else
			text_add(t, "%" PRIu64 "-%" PRIu64, option->min, option->max);
		break;
	case SOCKOPT_SIZE:
		text_add_str(t, "SIZE");
		break;
	case SOCKOPT_RATE:
		text_add_str(t, "RATE");
		break;
	case SOCKOPT_DURATION:
		text_add_str(t, "DUR");
		break;
	case SOCKOPT_LINGER:
		text_add_str(t, "off|DUR");
		break;
	case SOCKOPT_NAME:
		text_add_str(t, "NAME");
		break;
	}
}

socklen_t sockopt_value_room(const struct sockopt *option)
{
	switch (option->type) {
	case SOCKOPT_RATE:
		return sizeof(uint64_t);
	case SOCKOPT_LINGER:
		return sizeof(struct linger);
	case SOCKOPT_NAME:
		return SOCKOPT_NAME_MAX + 1;
	case SOCKOPT_FLAG:
	case SOCKOPT_NUMBER:
	case SOCKOPT_BITS:
	case SOCKOPT_SIZE:
	case SOCKOPT_DURATION:
	case SOCKOPT_DISCOVER:
		break;
	}
	return sizeof(int);
}

socklen_t sockopt_value_size(const struct sockopt *option, const union sockopt_value *value)
{
	return option->type == SOCKOPT_NAME ? (socklen_t)strlen(value->name)
	                                    : sockopt_value_room(option);
}

nsec_t sockopt_value_time(const struct sockopt *option, const union sockopt_value *value)
{
	int count = option->type == SOCKOPT_LINGER ? value->linger.l_linger : value->number;

	return count * option->unit;
}

static void add_discover(struct text *t, int value)
{
	for (size_t i = 0; i < SOCKOPT_DISCOVER_COUNT; i++) {
		if (sockopt_discover[i].value == value) {
			text_add_str(t, sockopt_discover[i].name);
			return;
		}
	}
	text_add(t, "%d", value);
}

void sockopt_add_value(struct text *t, const struct sockopt *option,
                       const union sockopt_value *value)
{
	switch (option->type) {
	case SOCKOPT_FLAG:
		text_add_str(t, value->number ? "on" : "off");
		break;
	case SOCKOPT_NUMBER:
	case SOCKOPT_SIZE:
		text_add(t, "%d", value->number);
		break;
	case SOCKOPT_BITS:
		text_add(t, "0x%x", (unsigned)value->number);
		break;
	case SOCKOPT_RATE:
		text_add(t, "%" PRIu64, value->rate);
		break;
	case SOCKOPT_DURATION:
		text_add(t, "%d%s", value->number, unit_name(option));
		break;
	case SOCKOPT_LINGER:
		if (value->linger.l_onoff)
			text_add(t, "%ds", value->linger.l_linger);
		else
			text_add_str(t, "off");
		break;
	case SOCKOPT_DISCOVER:
		add_discover(t, value->number);
		break;
	case SOCKOPT_NAME:
		text_add_escaped(t, value->name);
		break;
	}
}
