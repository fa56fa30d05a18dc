#include "out/answer.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "out/cell.h"
#include "out/output.h"
#include "sys/process.h"

enum { DEPTH_MAX = 8, INDENT = 2, LABEL_WIDTH = 18, KEPT_BEFORE_WRITING = 64 << 10 };

/* Bytes that grow. */
struct heap {
	char *at;
	size_t len, size;
};

struct table {
	const struct answer_column *columns;
	size_t count;
	bool titles;
	char **cells; /* of all rows; NULL where there is nothing */
	size_t used, size;
};

struct answer {
	bool json;
	struct style style;
	struct heap kept; /* whole lines */
	int error;        /* the first, an errno */
	json_t *open[DEPTH_MAX];
	bool labelled[DEPTH_MAX]; /* what lies in it is indented */
	size_t depth;
	struct table table;
};

struct answer *answer_new(bool json, struct style style)
{
	struct answer *a = calloc(1, sizeof *a);

	if (a) {
		a->json = json;
		a->style = style;
	}
	return a;
}

void answer_free(struct answer *a)
{
	if (!a)
		return;
	if (a->depth > 0)
		json_decref(a->open[0]);
	for (size_t i = 0; i < a->table.used; i++)
		free(a->table.cells[i]);
	free(a->table.cells);
	free(a->kept.at);
	free(a);
}

static void answer_failed(struct answer *a, int error)
{
	if (!a->error)
		a->error = error;
}

static void answer_write(struct answer *a)
{
	int error = a->error ? 0 : output_write_interruptible(1, a->kept.at, a->kept.len);

	if (error)
		answer_failed(a, -error);
	a->kept.len = 0;
}

int answer_flush(struct answer *a, struct err *err)
{
	answer_write(a);
	if (a->error == EPIPE)
		return err_set(err, ERR_STDOUT_GONE, EPIPE, "write", "standard output");
	if (a->error == EINTR)
		return err_set(err, ERR_SIGNAL, signals_caught(), "finish", "after a signal");
	if (a->error == ENOMEM)
		return err_set(err, ERR_LOCAL, ENOMEM, "buffer", "the answer");
	if (a->error)
		return err_set(err, ERR_LOCAL, a->error, "write", "standard output");
	return 0;
}

static void answer_keep(struct answer *a, const char *bytes, size_t n)
{
	struct heap *kept = &a->kept;

	if (n > kept->size - kept->len) {
		size_t size = 2 * kept->size > kept->len + n ? 2 * kept->size : kept->len + n;
		char *grown = realloc(kept->at, size);

		if (!grown) {
			answer_failed(a, ENOMEM);
			return;
		}
		kept->at = grown;
		kept->size = size;
	}
	memcpy(kept->at + kept->len, bytes, n);
	kept->len += n;
}

static void answer_keep_line(struct answer *a, const char *bytes, size_t n)
{
	answer_keep(a, bytes, n);
	answer_keep(a, "\n", 1);
	if (a->kept.len >= KEPT_BEFORE_WRITING)
		answer_write(a);
}

static struct text answer_line_begin(const struct answer *a, char *buf, size_t size)
{
	struct text t = text_over(buf, size);
	size_t deep = 0;

	for (size_t i = 0; i < a->depth; i++)
		deep += a->labelled[i];
	text_pad_to(&t, INDENT * deep);
	return t;
}

void answer_line(struct answer *a, const char *format, ...)
{
	char buf[4096];
	struct text t = answer_line_begin(a, buf, sizeof buf);
	va_list args;

	if (a->json)
		return;
	va_start(args, format);
	text_add_va(&t, format, args);
	va_end(args);
	answer_keep_line(a, t.at, t.len);
}

/* Takes OBJECT. */
static void answer_put_json(struct answer *a, json_t *object)
{
	OWN_MEM char *line = cell_json_line(object);

	if (line)
		answer_keep_line(a, line, strlen(line) - 1);
	else
		answer_failed(a, ENOMEM);
}

/* Takes VALUE. Below the innermost that is open, or as a line of its own. */
static void answer_add(struct answer *a, const char *key, json_t *value)
{
	json_t *in = a->depth ? a->open[a->depth - 1] : NULL;

	if (!in)
		answer_put_json(a, value);
	else if (json_is_array(in) ? json_array_append_new(in, value)
	                           : json_object_set_new(in, key, value))
		answer_failed(a, ENOMEM);
}

/* The innermost holds its own reference to what lies in it, the outermost is ours. */
static void answer_open(struct answer *a, const char *key, const char *label, json_t *value)
{
	if (label)
		answer_line(a, "%s", label);
	if (a->json && a->depth > 0)
		answer_add(a, key, json_incref(value));
	a->open[a->depth] = value;
	a->labelled[a->depth++] = label != NULL;
	if (a->depth > 1)
		json_decref(value);
}

void answer_begin(struct answer *a, const char *key, const char *label)
{
	answer_open(a, key, label, a->json ? json_object() : NULL);
}

void answer_list(struct answer *a, const char *key, const char *label)
{
	answer_open(a, key, label, a->json ? json_array() : NULL);
}

void answer_end(struct answer *a)
{
	a->depth--;
	if (a->json && a->depth == 0)
		answer_put_json(a, a->open[0]);
}

static void answer_labelled(struct answer *a, const char *label, const char *str)
{
	char buf[4096];
	struct text t = answer_line_begin(a, buf, sizeof buf);

	text_add_str(&t, label);
	text_pad_to(&t, t.len + 2 > LABEL_WIDTH ? t.len + 2 : LABEL_WIDTH);
	text_add_escaped(&t, str);
	answer_keep_line(a, t.at, t.len);
}

void answer_str(struct answer *a, const char *key, const char *label, const char *str)
{
	if (a->json && key)
		answer_add(a, key, str ? cell_json_str(str) : json_null());
	else if (!a->json && label && str)
		answer_labelled(a, label, str);
}

void answer_int(struct answer *a, const char *key, const char *label, int64_t value)
{
	char buf[32];
	struct text t = TEXT_OVER(buf);

	text_add(&t, "%lld", (long long)value);
	if (a->json && key)
		answer_add(a, key, json_integer(value));
	else if (!a->json && label)
		answer_labelled(a, label, buf);
}

void answer_bool(struct answer *a, const char *key, const char *label, bool value)
{
	if (a->json && key)
		answer_add(a, key, json_boolean(value));
	else if (!a->json && label)
		answer_labelled(a, label, value ? "yes" : "no");
}

void answer_time(struct answer *a, const char *key, const char *label, nsec_t value)
{
	char buf[64];
	struct text t = TEXT_OVER(buf);

	if (a->json && key) {
		text_add(&t, "%s_ms", key);
		answer_add(a, buf, cell_json_msec(value));
	} else if (!a->json && label) {
		text_add(&t, "%.1f ms", nsec_to_msec(value));
		answer_labelled(a, label, buf);
	}
}

void answer_u64(struct answer *a, const char *key, const char *label, uint64_t value)
{
	char buf[32];
	struct text t = TEXT_OVER(buf);

	text_add(&t, "%llu", (unsigned long long)value);
	answer_str(a, key, label, buf);
}

void answer_table(struct answer *a, const struct answer_column *columns, size_t count, bool titles)
{
	a->table = (struct table){ .columns = columns, .count = count, .titles = titles };
}

static void answer_row_json(struct answer *a, const char *const *cells)
{
	const struct table *table = &a->table;

	answer_begin(a, NULL, NULL);
	for (size_t i = 0; i < table->count; i++) {
		const struct answer_column *column = &table->columns[i];

		if (!column->key[0] || !cells[i])
			continue;
		answer_add(a, column->key,
		           column->number  ? cell_json_number(cells[i])
		           : column->words ? cell_json_words(cells[i])
		                           : cell_json_str(cells[i]));
	}
	answer_end(a);
}

static char *escaped_copy(const char *str)
{
	char buf[4096];
	struct text t = TEXT_OVER(buf);

	text_add_escaped(&t, str);
	return strdup(buf);
}

void answer_row(struct answer *a, const char *const *cells)
{
	struct table *table = &a->table;

	if (a->json) {
		answer_row_json(a, cells);
		return;
	}
	if (table->size - table->used < table->count) {
		size_t size = 2 * table->size + 16 * table->count;
		char **grown = realloc(table->cells, size * sizeof *grown);

		if (!grown) {
			answer_failed(a, ENOMEM);
			return;
		}
		table->cells = grown;
		table->size = size;
	}
	for (size_t i = 0; i < table->count; i++) {
		char *copy = cells[i] && table->columns[i].title[0] ? escaped_copy(cells[i]) : NULL;

		if (cells[i] && table->columns[i].title[0] && !copy)
			answer_failed(a, ENOMEM);
		table->cells[table->used++] = copy;
	}
}

/* Characters, not bytes: a name may hold more of these than of those. */
static size_t width_of(const char *str)
{
	size_t width = 0;

	for (; str && *str; str++)
		width += ((unsigned char)*str & 0xC0) != 0x80;
	return str ? width : 0;
}

static const char *cell_text(const char *cell)
{
	return cell ? cell : "-";
}

static void answer_table_line(struct answer *a, const size_t *widths, char *const *cells)
{
	const struct table *table = &a->table;
	char buf[4096];
	struct text t = answer_line_begin(a, buf, sizeof buf);

	for (size_t i = 0; i < table->count; i++) {
		const struct answer_column *column = &table->columns[i];
		const char *cell = cells ? cell_text(cells[i]) : column->title;

		if (!column->title[0])
			continue;
		size_t width = width_of(cell), pad = widths[i] > width ? widths[i] - width : 0;

		text_add(&t, "%*s%s%*s  ", column->number ? (int)pad : 0, "", cell,
		         column->number ? 0 : (int)pad, "");
	}
	while (t.len > 0 && t.at[t.len - 1] == ' ')
		t.len--;
	answer_keep_line(a, t.at, t.len);
}

void answer_table_end(struct answer *a)
{
	struct table *table = &a->table;
	size_t *widths = calloc(table->count, sizeof *widths);

	if (!widths)
		answer_failed(a, ENOMEM);
	for (size_t i = 0; widths && i < table->count; i++)
		widths[i] = table->titles && table->columns[i].title[0]
		                    ? width_of(table->columns[i].title)
		                    : 1;
	for (size_t i = 0; widths && i < table->used; i++) {
		size_t width = width_of(cell_text(table->cells[i]));

		if (width > widths[i % table->count])
			widths[i % table->count] = width;
	}
	if (widths && table->titles && !a->json && table->used > 0)
		answer_table_line(a, widths, NULL);
	for (size_t i = 0; widths && i < table->used; i += table->count)
		answer_table_line(a, widths, table->cells + i);
	for (size_t i = 0; i < table->used; i++)
		free(table->cells[i]);
	free(table->cells);
	free(widths);
	a->table = (struct table){ 0 };
}
