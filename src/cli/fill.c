#include "cli/fill.h"

#include <string.h>

struct fill fill_start(struct text *text, size_t column, size_t indent)
{
	return (struct fill){ .text = text, .indent = indent, .column = column };
}

static void pad_to_indent(struct fill *f)
{
	for (; f->column < f->indent; f->column++)
		text_add_str(f->text, " ");
}

static void add_bytes(struct fill *f, const char *word, size_t len, size_t columns)
{
	if (f->column > f->indent) {
		if (f->column + 1 + len > columns) {
			text_add_str(f->text, "\n");
			f->column = 0;
		} else {
			text_add_str(f->text, " ");
			f->column++;
		}
	}
	pad_to_indent(f);
	text_add_bytes(f->text, word, len);
	f->column += len;
}

void fill_add(struct fill *f, const char *words)
{
	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		if (len > 0)
			add_bytes(f, words, len, FILL_COLUMNS);
		words += len;
		words += strspn(words, " ");
	}
}

void fill_add_unbroken(struct fill *f, const char *word)
{
	add_bytes(f, word, strlen(word), FILL_COLUMNS - 1);
}

void fill_end(struct fill *f)
{
	if (f->column > 0)
		text_add_str(f->text, "\n");
	f->column = 0;
}
