#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool err_is_local(int error)
{
	static const int local[] = {
		EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN,  EBADF,  EFAULT,
		EINVAL, EIO,        EISDIR,        ELOOP,        EMFILE,  ENFILE, ENOBUFS,
		ENODEV, ENOMEM,     ENOPROTOOPT,   ENOSPC,       ENXIO,   EPERM,  EPROTONOSUPPORT,
		EROFS,  EDQUOT,     EFBIG,         ENAMETOOLONG, ENOTDIR,
	};

	for (size_t i = 0; i < ARRAY_LEN(local); i++)
		if (local[i] == error)
			return true;
	return false;
}

/* Of a word that is too long: so much of its beginning and of its end is shown. */
enum { WORD_BEGIN = 64, WORD_END = 32 };

static const char left_out[] = "...";

/* Whether BYTE is within a letter of UTF-8, so that none begins there. */
static bool is_within_letter(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/*
 * Leave out what is between the first BEGIN bytes of the LEN at AT and the last END, in whole
 * letters. Returns the bytes left.
 */
static size_t leave_out(char *at, size_t len, size_t begin, size_t end)
{
	size_t dots = sizeof left_out - 1, rest = len - end;

	if (len <= begin + dots + end)
		return len;
	for (int i = 0; i < 3 && begin > 0 && is_within_letter(at[begin]); i++)
		begin--;
	for (int i = 0; i < 3 && is_within_letter(at[rest]); i++)
		rest++;
	memcpy(at + begin, left_out, dots);
	memmove(at + begin + dots, at + rest, len - rest);
	return begin + dots + len - rest;
}

/* Words as spaces make them. */
static size_t shorten_words(char *text, size_t len)
{
	size_t done = 0;

	for (size_t at = 0; at < len;) {
		size_t word = strcspn(text + at, " ");
		size_t kept = leave_out(text + at, word, WORD_BEGIN, WORD_END);

		memmove(text + done, text + at, kept);
		done += kept;
		at += word;
		while (at < len && text[at] == ' ')
			text[done++] = text[at++];
	}
	return done;
}

/*
 * What does not fit loses the middle of its long words, so that it still says what is wrong with
 * them.
 */
PRINTF_LIKE(3, 0)
static void err_say(char *at, size_t size, const char *format, va_list args)
{
	struct text t = text_over(at, size);
	char *whole = NULL;
	va_list again;

	va_copy(again, args);
	text_add_va(&t, format, args);
	int len = t.cut ? vasprintf(&whole, format, again) : -1;
	va_end(again);
	if (len < 0)
		return;
	size_t end = (size - sizeof left_out) / 2;
	size_t kept = leave_out(whole, shorten_words(whole, (size_t)len), end, end);

	t = text_over(at, size);
	text_add_bytes(&t, whole, kept);
	free(whole);
}

static void err_fill(struct err *e, enum err_domain domain, int code, const char *op)
{
	e->domain = domain;
	e->code = code;
	e->op = op;
	e->subject[0] = '\0';
	e->detail[0] = '\0';
	e->hint[0] = '\0';
}

int err_set(struct err *e, enum err_domain domain, int code, const char *op, const char *subject,
            ...)
{
	va_list args;

	err_fill(e, domain, code, op);
	va_start(args, subject);
	err_say(e->subject, sizeof e->subject, subject, args);
	va_end(args);
	return -1;
}

int err_usage(struct err *e, const char *detail, ...)
{
	va_list args;

	err_fill(e, ERR_USAGE, 0, "usage");
	va_start(args, detail);
	err_say(e->detail, sizeof e->detail, detail, args);
	va_end(args);
	return -1;
}

int err_answer(struct err *e, int status, const char *detail, ...)
{
	va_list args;

	err_fill(e, ERR_ANSWER, status, "answer");
	va_start(args, detail);
	err_say(e->detail, sizeof e->detail, detail, args);
	va_end(args);
	return -1;
}

int err_socket(struct err *e, int error, const char *op, const char *subject, ...)
{
	va_list args;

	err_fill(e, err_is_local(error) ? ERR_LOCAL : ERR_NETWORK, error, op);
	va_start(args, subject);
	err_say(e->subject, sizeof e->subject, subject, args);
	va_end(args);
	return -1;
}

void err_detail(struct err *e, const char *detail, ...)
{
	va_list args;

	va_start(args, detail);
	err_say(e->detail, sizeof e->detail, detail, args);
	va_end(args);
}

void err_hint(struct err *e, const char *hint, ...)
{
	va_list args;

	va_start(args, hint);
	err_say(e->hint, sizeof e->hint, hint, args);
	va_end(args);
}

bool err_is_lack(const struct err *e)
{
	return e->domain == ERR_LOCAL &&
	       (e->code == EMFILE || e->code == ENFILE || e->code == ENOMEM || e->code == EAGAIN);
}
