#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct text text_over(char *at, size_t size)
{
	assert(size > 0);
	at[0] = '\0';
	return (struct text){ .at = at, .size = size };
}

void text_add_bytes(struct text *t, const void *bytes, size_t n)
{
	size_t room = t->size - 1 - t->len;

	if (n > room) {
		n = room;
		t->cut = true;
	}
	memcpy(t->at + t->len, bytes, n);
	t->len += n;
	t->at[t->len] = '\0';
}

void text_add_str(struct text *t, const char *str)
{
	text_add_bytes(t, str, strlen(str));
}

void text_add_number(struct text *t, uint64_t number)
{
	char digits[20], *at = digits + sizeof digits;

	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	text_add_bytes(t, at, (size_t)(digits + sizeof digits - at));
}

void text_add_va(struct text *t, const char *format, va_list args)
{
	size_t room = t->size - t->len;
	int wanted = vsnprintf(t->at + t->len, room, format, args);

	assert(wanted >= 0);
	if ((size_t)wanted >= room) {
		t->len = t->size - 1;
		t->cut = true;
	} else {
		t->len += (size_t)wanted;
	}
}

void text_add(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_add_va(t, format, args);
	va_end(args);
}

void text_pad_to(struct text *t, size_t column)
{
	while (t->len < column && !t->cut)
		text_add_bytes(t, " ", 1);
}

bool text_is_of(const char *str, const char *set)
{
	while (*str && strchr(set, *str))
		str++;
	return *str == '\0';
}
