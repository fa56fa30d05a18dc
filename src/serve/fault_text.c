#include "serve/fault.h"

#include <errno.h>
#include <string.h>

#include "base/near.h"
#include "base/num.h"
#include "base/text.h"

enum fault_kind { FAULT_DURATION, FAULT_RATE, FAULT_BYTES, FAULT_SHARE };

/* Rows of one group say something about the same thing, so that only one of them can be meant. */
enum fault_group { FAULT_ALONE, FAULT_SPEED, FAULT_STOP, FAULT_GROUPS };

struct fault_row {
	const char *name;
	enum fault_kind kind;
	enum fault_group group;
	size_t field; /* in struct fault_plan */
	enum fault_end end;
};

static const struct fault_row fault_rows[] = {
	{ "delay", FAULT_DURATION, FAULT_ALONE, offsetof(struct fault_plan, delay), 0 },
	{ "jitter", FAULT_DURATION, FAULT_ALONE, offsetof(struct fault_plan, jitter), 0 },
	{ "rate", FAULT_RATE, FAULT_SPEED, offsetof(struct fault_plan, rate), 0 },
	{ "truncate", FAULT_BYTES, FAULT_STOP, offsetof(struct fault_plan, after),
	  FAULT_END_TRUNCATE },
	{ "rst-after", FAULT_BYTES, FAULT_STOP, offsetof(struct fault_plan, after),
	  FAULT_END_RESET },
	{ "half-close-after", FAULT_BYTES, FAULT_STOP, offsetof(struct fault_plan, after),
	  FAULT_END_HALF_CLOSE },
	{ "drip", FAULT_DURATION, FAULT_SPEED, offsetof(struct fault_plan, drip), 0 },
	{ "refuse", FAULT_SHARE, FAULT_ALONE, offsetof(struct fault_plan, refuse), 0 },
};

static const char *const kind_looks[] = {
	[FAULT_DURATION] = "a duration (such as 0.5, 200ms or 2s)",
	[FAULT_RATE] = "a rate in bytes a second (such as 1000, 64K or 1MB)",
	[FAULT_BYTES] = "a number of bytes (such as 100, 64K or 1MB)",
	[FAULT_SHARE] = "a share (such as 20% or 0.2)",
};

/* The end of the sentence "x is out of range, ...". */
static const char *const kind_ranges[] = {
	[FAULT_DURATION] = NUM_DURATION_RANGE,
	[FAULT_RATE] = "1 to 18446744073709551615",
	[FAULT_BYTES] = "0 to 18446744073709551615",
	[FAULT_SHARE] = "0 to 100% or 0 to 1",
};

/* A number without a unit, whose billionths are nanoseconds. */
static enum num_result parse_share(char *text, nsec_t *out)
{
	size_t len = strlen(text);
	bool percent = len > 0 && text[len - 1] == '%';
	nsec_t share;

	if (percent)
		text[--len] = '\0';
	if (!text_is_of(text, "0123456789."))
		return NUM_MALFORMED;
	enum num_result result = num_parse_duration(text, &share);
	if (result != NUM_OK)
		return result == NUM_EMPTY ? NUM_MALFORMED : result;
	if (share > (percent ? 100 : 1) * FAULT_WHOLE)
		return NUM_RANGE;
	*out = percent ? share / 100 : share;
	return NUM_OK;
}

static enum num_result parse_value(const struct fault_row *row, char *text, void *field)
{
	enum num_result result = NUM_MALFORMED;

	switch (row->kind) {
	case FAULT_DURATION:
		return num_parse_duration(text, field);
	case FAULT_RATE:
		result = num_parse_size(text, field);
		return result == NUM_OK && *(uint64_t *)field == 0 ? NUM_RANGE : result;
	case FAULT_BYTES:
		return num_parse_size(text, field);
	case FAULT_SHARE:
		return parse_share(text, field);
	}
	return result;
}

static const struct fault_row *fault_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fault_rows); i++)
		if (strcmp(fault_rows[i].name, name) == 0)
			return &fault_rows[i];
	return NULL;
}

void fault_add_names(struct text *t, const char *separator)
{
	for (size_t i = 0; i < ARRAY_LEN(fault_rows); i++)
		text_add(t, "%s%s", i > 0 ? separator : "", fault_rows[i].name);
}

static int refuse_name(const char *name, struct err *err)
{
	struct near near = near_start(name);
	char list[160];
	struct text t = TEXT_OVER(list);

	fault_add_names(&t, ", ");
	for (size_t i = 0; i < ARRAY_LEN(fault_rows); i++)
		near_offer(&near, fault_rows[i].name);
	(void)err_usage(err, "--fault: '%s' is not one of %s", name, list);
	if (near_best(&near))
		err_hint(err, "did you mean '%s'?", near_best(&near));
	return -1;
}

/* What was given so far: one row of each group, and which rows. */
struct fault_seen {
	const struct fault_row *of_group[FAULT_GROUPS];
	bool rows[ARRAY_LEN(fault_rows)];
};

static int fault_see(struct fault_seen *seen, const struct fault_row *row, struct err *err)
{
	const struct fault_row **before = &seen->of_group[row->group];

	if (seen->rows[row - fault_rows])
		return err_usage(err, "--fault: %s is given twice", row->name);
	if (row->group != FAULT_ALONE && *before)
		return err_usage(err, "--fault: %s and %s exclude each other", (*before)->name,
		                 row->name);
	*before = row;
	seen->rows[row - fault_rows] = true;
	return 0;
}

/* ITEM is "NAME=VALUE"; it is cut into pieces. */
static int fault_parse_item(struct fault_plan *plan, struct fault_seen *seen, char *item,
                            struct err *err)
{
	char *value = strchr(item, '=');
	char shown[64];

	if (value)
		*value++ = '\0';
	if (!*item)
		return err_usage(err, "--fault: NAME=VALUE is missing");
	const struct fault_row *row = fault_named(item);
	if (!row)
		return refuse_name(item, err);
	if (!value || !*value)
		return err_usage(err, "--fault: %s needs a value: %s", row->name,
		                 kind_looks[row->kind]);
	if (fault_see(seen, row, err))
		return -1;
	struct text t = TEXT_OVER(shown);
	text_add_str(&t, value);
	switch (parse_value(row, value, (char *)plan + row->field)) {
	case NUM_OK:
		break;
	case NUM_RANGE:
		return err_usage(err, "--fault: %s: %s is out of range, %s", row->name, shown,
		                 kind_ranges[row->kind]);
	case NUM_EMPTY:
	case NUM_MALFORMED:
		return err_usage(err, "--fault: %s: '%s' is not %s", row->name, shown,
		                 kind_looks[row->kind]);
	}
	if (row->end != FAULT_END_NONE)
		plan->end = row->end;
	return 0;
}

int fault_parse(struct fault_plan *plan, const char *text, struct err *err)
{
	struct fault_plan found = { .seed = plan->seed, .drip = NSEC_NEVER };
	struct fault_seen seen = { 0 };
	OWN_MEM char *copy = strdup(text);

	if (!copy)
		return err_set(err, ERR_LOCAL, ENOMEM, "read", "--fault");
	for (char *item = copy, *next; item; item = next) {
		next = strchr(item, ',');
		if (next)
			*next++ = '\0';
		if (fault_parse_item(&found, &seen, item, err))
			return -1;
	}
	*plan = found;
	return 0;
}
