/* base/err and base/status: what is filled, and which status a failure leads to. */
#include "base/err.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

Test(err, set_fills_everything_anew_and_returns_minus_1)
{
	struct err e;

	memset(&e, 'x', sizeof e);
	cr_assert_eq(err_set(&e, ERR_LOCAL, ENOSPC, "write", "%s %d", "file", 7), -1);
	cr_assert_eq(e.domain, ERR_LOCAL);
	cr_assert_eq(e.code, ENOSPC);
	cr_assert_str_eq(e.op, "write");
	cr_assert_str_eq(e.subject, "file 7");
	cr_assert_str_eq(e.detail, "");
	cr_assert_str_eq(e.hint, "");
}

Test(err, usage_has_only_a_detail)
{
	struct err e;

	memset(&e, 'x', sizeof e);
	cr_assert_eq(err_usage(&e, "port %d", 65536), -1);
	cr_assert_eq(e.domain, ERR_USAGE);
	cr_assert_str_eq(e.subject, "");
	cr_assert_str_eq(e.detail, "port 65536");
	cr_assert_str_eq(e.hint, "");
}

Test(err, detail_and_hint_are_added)
{
	struct err e;

	(void)err_set(&e, ERR_TIME, 0, "resolve", "host");
	err_detail(&e, "within %d s", 8);
	err_hint(&e, "try %s", "again");
	cr_assert_str_eq(e.subject, "host");
	cr_assert_str_eq(e.detail, "within 8 s");
	cr_assert_str_eq(e.hint, "try again");
}

/* N copies of LETTER. */
static const char *many(const char *letter, size_t n)
{
	static char text[4 * ERR_SUBJECT_SIZE];
	size_t len = strlen(letter);

	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, letter, len);
	text[n * len] = '\0';
	return text;
}

/* What, and why. */
Test(err, a_word_that_is_too_long_loses_its_middle)
{
	struct err e;
	char word[128 + 16];

	(void)err_usage(&e, "port '%s': not a port, %s", many("x", 600), "it says");
	(void)snprintf(word, sizeof word, "port '%.63s...%.30s': not a port, it says",
	               many("x", 600), many("x", 600));
	cr_assert_str_eq(e.detail, word);
	/* One that fits stays whole. */
	(void)err_usage(&e, "%s", many("x", ERR_DETAIL_SIZE - 1));
	cr_assert_str_eq(e.detail, many("x", ERR_DETAIL_SIZE - 1));
	(void)err_set(&e, ERR_NETWORK, EPIPE, "send", "%s", many("x", 600));
	err_detail(&e, "%s", many("x", 600));
	err_hint(&e, "%s", many("x", 600));
	cr_assert_eq(strlen(e.subject), 64 + 3 + 32);
	cr_assert_eq(strlen(e.detail), 64 + 3 + 32);
	cr_assert_eq(strlen(e.hint), 64 + 3 + 32);
}

Test(err, many_words_lose_the_middle_one)
{
	struct err e;

	(void)err_usage(&e, "begin %s end", many("word ", 200));
	cr_assert_eq(strlen(e.detail), 254 + 3 + 254);
	cr_assert(strncmp(e.detail, "begin word ", 11) == 0, "%s", e.detail);
	cr_assert_str_eq(e.detail + strlen(e.detail) - 9, "word  end");
	cr_assert_not_null(strstr(e.detail, "..."));
}

Test(err, no_letter_is_cut)
{
	struct err e;

	for (size_t before = 0; before < 4; before++) {
		/* U+1F600 */
		(void)err_usage(&e, "%.*s%s%.*s", (int)before, "abc", many("\360\237\230\200", 300),
		                (int)before, "def");
		const char *dots = strstr(e.detail, "...");

		cr_assert_not_null(dots);
		cr_assert_eq((size_t)(dots - e.detail) % 4, before);
		cr_assert_eq(strlen(dots + 3) % 4, before);
	}
}

/* PRODUCT.md, Exit status: whose failure it was. */
struct errno_row {
	int error;
	int status;
};

Test(err, socket_errors_are_the_peers_or_ours)
{
	static const struct errno_row rows[] = {
		{ ECONNREFUSED, 1 }, { ECONNRESET, 1 },  { EPIPE, 1 },      { ETIMEDOUT, 1 },
		{ EHOSTUNREACH, 1 }, { ENETUNREACH, 1 }, { ENETDOWN, 1 },   { ECONNABORTED, 1 },
		{ ENOTCONN, 1 },     { EPROTO, 1 },      { EHOSTDOWN, 1 },  { ENETRESET, 1 },
		{ EMFILE, 7 },       { ENFILE, 7 },      { ENOMEM, 7 },     { ENOBUFS, 7 },
		{ EACCES, 7 },       { EPERM, 7 },       { EADDRINUSE, 7 }, { EADDRNOTAVAIL, 7 },
		{ ENOSPC, 7 },       { EDQUOT, 7 },      { EIO, 7 },        { EFBIG, 7 },
		{ EAFNOSUPPORT, 7 }, { EBADF, 7 },       { EROFS, 7 },      { ENAMETOOLONG, 7 },
	};
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_assert_eq(err_socket(&e, rows[i].error, "connect", "x"), -1);
		cr_assert_eq(status_of(&e), rows[i].status, "%s leads to status %d",
		             strerrorname_np(rows[i].error), status_of(&e));
		cr_assert_eq(err_is_local(rows[i].error), rows[i].status == 7);
	}
}

Test(status, each_domain_has_its_own)
{
	static const struct {
		enum err_domain domain;
		int code, status;
	} rows[] = {
		{ ERR_NONE, 0, 0 },
		{ ERR_USAGE, 0, 2 },
		{ ERR_NETWORK, ECONNRESET, 1 },
		{ ERR_LOCAL, ENOSPC, 7 },
		{ ERR_RESOLVE, EAI_NONAME, 3 },
		{ ERR_RESOLVE, EAI_AGAIN, 3 },
		{ ERR_TIME, 0, 4 },
		{ ERR_STDOUT_GONE, EPIPE, 7 },
		{ ERR_SIGNAL, 2, 130 },
		{ ERR_SIGNAL, 15, 143 },
		{ ERR_SHOWN, 2, 2 },
		{ ERR_SHOWN, 8, 8 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = { .domain = rows[i].domain, .code = rows[i].code };

		cr_assert_eq(status_of(&e), rows[i].status, "row %zu: %d", i, status_of(&e));
	}
}

/* The rows feed the manual: each number of the table in PRODUCT.md once, in its order. */
Test(status, rows_are_those_of_the_contract)
{
	static const char *const numbers[] = { "0", "1", "2", "3",   "4",   "5",
		                               "6", "7", "8", "126", "127", "128+n" };

	cr_assert_eq(status_row_count, ARRAY_LEN(numbers));
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		cr_assert_str_eq(status_rows[i].number, numbers[i]);
		cr_assert(strlen(status_rows[i].meaning) > 4);
	}
}
