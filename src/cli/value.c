#include "cli/value.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/text.h"

/* What a value of each kind looks like, to end the sentence "'x' is not ...". */
static const char *const kind_looks[] = {
	[OPTION_FLAG] = "",
	[OPTION_COUNT] = "",
	[OPTION_UINT] = "a whole number",
	[OPTION_DURATION] = "a duration (such as 2, 0.5, 500ms, 8s, 2m or 1h)",
	[OPTION_SIZE] = "a size (such as 4096, 64K, 10MiB or 1GB)",
	[OPTION_MODE] = "a file mode (such as 600 or 0660)",
	[OPTION_STRING] = "",
	[OPTION_LIST] = "",
	[OPTION_CHOICE] = "",
	[OPTION_MAYBE_CHOICE] = "",
};

static uint64_t max_or(const struct option_row *row, uint64_t type_max)
{
	return row->max != 0 ? row->max : type_max;
}

static enum num_result parse_uint(const struct option_row *row, const char *text, unsigned *out)
{
	uint64_t value;
	enum num_result result = num_parse_uint(text, row->min, max_or(row, UINT32_MAX), &value);

	if (result == NUM_OK)
		*out = (unsigned)value;
	return result;
}

static enum num_result parse_size(const struct option_row *row, const char *text, uint64_t *out)
{
	uint64_t value;
	enum num_result result = num_parse_size(text, &value);

	if (result == NUM_OK && (value < row->min || value > max_or(row, UINT64_MAX)))
		result = NUM_RANGE;
	if (result == NUM_OK)
		*out = value;
	return result;
}

static enum num_result parse_duration(const struct option_row *row, const char *text, nsec_t *out)
{
	nsec_t value;
	enum num_result result = num_parse_duration(text, &value);

	if (result == NUM_OK &&
	    ((uint64_t)value < row->min || (uint64_t)value > max_or(row, NSEC_NEVER)))
		result = NUM_RANGE;
	if (result == NUM_OK)
		*out = value;
	return result;
}

static enum num_result parse_number(const struct option_row *row, const char *text, void *field)
{
	switch (row->kind) {
	case OPTION_UINT:
		return parse_uint(row, text, field);
	case OPTION_SIZE:
		return parse_size(row, text, field);
	case OPTION_DURATION:
		return parse_duration(row, text, field);
	case OPTION_MODE:
		return num_parse_mode(text, field);
	case OPTION_FLAG:
	case OPTION_COUNT:
	case OPTION_STRING:
	case OPTION_LIST:
	case OPTION_CHOICE:
	case OPTION_MAYBE_CHOICE:
		break;
	}
	return NUM_MALFORMED; /* not a number at all */
}

/* Says why a number was refused. */
static int refuse_number(const struct option_row *row, const char *typed, const char *text,
                         enum num_result why, struct err *err)
{
	if (why == NUM_MALFORMED)
		return err_usage(err, "%s: '%s' is not %s", typed, text, kind_looks[row->kind]);
	switch (row->kind) {
	case OPTION_UINT:
	case OPTION_SIZE:
		return err_usage(err, "%s: %s is not in %" PRIu32 "-%" PRIu64, typed, text,
		                 row->min,
		                 max_or(row, row->kind == OPTION_SIZE ? UINT64_MAX : UINT32_MAX));
	case OPTION_MODE:
		return err_usage(err, "%s: %s is not in 0-7777", typed, text);
	case OPTION_DURATION:
		if (strpbrk(text, "123456789") == NULL)
			return err_usage(err, "%s: the time must be longer than 0", typed);
		break;
	case OPTION_FLAG:
	case OPTION_COUNT:
	case OPTION_STRING:
	case OPTION_LIST:
	case OPTION_CHOICE:
	case OPTION_MAYBE_CHOICE:
		break;
	}
	return err_usage(err, "%s: %s is out of range, " NUM_DURATION_RANGE, typed, text);
}

static int parse_choice(const struct option_row *row, const char *typed, const char *text,
                        unsigned *out, struct err *err)
{
	char list[256];
	struct text t = TEXT_OVER(list);

	for (const struct option_choice *c = row->choices; c->name[0] != '\0'; c++) {
		if ((row->any_case ? strcasecmp : strcmp)(c->name, text) == 0) {
			*out = c->value;
			return 0;
		}
		text_add(&t, "%s%s", t.len > 0 ? ", " : "", c->name);
	}
	if (row->choices[1].name[0] == '\0')
		return err_usage(err, "%s: '%s' is not '%s'", typed, text, list);
	return err_usage(err, "%s: '%s' is not one of %s", typed, text, list);
}

static void count_up(const struct option_row *row, unsigned *count)
{
	if (*count < max_or(row, UINT32_MAX))
		++*count;
}

static int add_to_list(const char *typed, const char *text, struct option_list *list,
                       struct err *err)
{
	if (list->count == OPTION_LIST_MAX)
		return err_usage(err, "%s: given more than %d times", typed, OPTION_LIST_MAX);
	list->at[list->count++] = text;
	return 0;
}

int value_parse(const struct option_row *row, const char *typed, const char *text, void *field,
                struct err *err)
{
	enum num_result result;

	if (row->kind == OPTION_FLAG) {
		*(bool *)field = true;
		return 0;
	}
	if (row->kind == OPTION_COUNT) {
		count_up(row, field);
		return 0;
	}
	if (row->kind == OPTION_MAYBE_CHOICE && text == NULL) {
		*(unsigned *)field = row->bare;
		return 0;
	}
	if (text[0] == '\0')
		return err_usage(err, "%s: the value is empty", typed);
	if (row->kind == OPTION_STRING) {
		*(const char **)field = text;
		return 0;
	}
	if (row->kind == OPTION_LIST)
		return add_to_list(typed, text, field, err);
	if (row->choices != NULL)
		return parse_choice(row, typed, text, field, err);
	result = parse_number(row, text, field);
	return result == NUM_OK ? 0 : refuse_number(row, typed, text, result, err);
}

void value_reset(const struct option_row *row, void *field)
{
	if (row->fallback != NULL) {
		struct err err;
		int parsed = value_parse(row, row->name, row->fallback, field, &err);

		assert(parsed == 0);
		return;
	}
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field = false;
		break;
	case OPTION_COUNT:
	case OPTION_UINT:
	case OPTION_CHOICE:
	case OPTION_MAYBE_CHOICE:
		*(unsigned *)field = 0;
		break;
	case OPTION_DURATION:
		*(nsec_t *)field = NSEC_NEVER;
		break;
	case OPTION_SIZE:
		*(uint64_t *)field = 0;
		break;
	case OPTION_MODE:
		*(unsigned *)field = OPTION_MODE_UNSET;
		break;
	case OPTION_STRING:
		*(const char **)field = NULL;
		break;
	case OPTION_LIST:
		((struct option_list *)field)->count = 0;
		break;
	}
}
