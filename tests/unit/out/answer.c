/* out/answer: one call, as text and as JSON. */
#include "out/answer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness/fail.h"
#include "unit/out/written.h"

static const struct answer_column columns[] = {
	{ "NAME", "name" }, { "PORT", "port", .number = true },  { "", "secret" },
	{ "NOTE", "" },     { "WORDS", "words", .words = true },
};

static void say_all(struct answer *a)
{
	answer_begin(a, NULL, NULL);
	answer_str(a, "host", "host",
	           "a\x1b"
	           "b");
	answer_str(a, "nothing", "nothing", NULL);
	answer_list(a, "nodes", "nodes:");
	for (int i = 1; i <= 2; i++) {
		answer_begin(a, NULL, NULL);
		answer_int(a, "n", "number", -i);
		answer_u64(a, "all", NULL, UINT64_MAX);
		answer_bool(a, "yes", "yes", true);
		answer_end(a);
	}
	answer_end(a);
	answer_time(a, "took", "took", 1500000);
	answer_line(a, "a %s", "line");
	answer_end(a);
}

static void say_table(struct answer *a)
{
	static const char *const rows[][5] = {
		{ "http", "80", "x", "web\n", "www w3" },
		{ "domain\xc3\xa9", "5353", NULL, NULL, "" },
	};

	answer_table(a, columns, ARRAY_LEN(columns), true);
	for (int i = 0; i < 2; i++)
		answer_row(a, rows[i]);
	answer_table_end(a);
}

/* What SAY writes to standard output. */
static const char *written(void (*say)(struct answer *a), bool json)
{
	struct answer *a = written_begin(json);

	say(a);
	return written_end(a);
}

Test(answer, as_text)
{
	cr_assert_str_eq(written(say_all, false), "host              a\\x1bb\n"
	                                          "nodes:\n"
	                                          "  number          -1\n"
	                                          "  yes             yes\n"
	                                          "  number          -2\n"
	                                          "  yes             yes\n"
	                                          "took              1.5 ms\n"
	                                          "a line\n");
}

Test(answer, as_json)
{
	cr_assert_str_eq(written(say_all, true),
	                 "{\"host\":\"a\\u001Bb\",\"nothing\":null,\"nodes\":["
	                 "{\"n\":-1,\"all\":\"18446744073709551615\",\"yes\":true},"
	                 "{\"n\":-2,\"all\":\"18446744073709551615\",\"yes\":true}],"
	                 "\"took_ms\":1.5}\n");
}

Test(answer, a_table)
{
	cr_assert_str_eq(written(say_table, false), "NAME     PORT  NOTE     WORDS\n"
	                                            "http       80  web\\x0a  www w3\n"
	                                            "domain\xc3\xa9  5353  -\n");
	cr_assert_str_eq(
		written(say_table, true),
		"{\"name\":\"http\",\"port\":80,\"secret\":\"x\",\"words\":[\"www\",\"w3\"]}\n"
		"{\"name\":\"domain\\u00E9\",\"port\":5353,\"words\":[]}\n");
}

static struct err flushed_to(int fd)
{
	struct answer *a = answer_new(false, (struct style){ false });
	struct err err = { .domain = ERR_NONE };

	must(dup2(fd, 1), "dup2");
	answer_line(a, "text");
	(void)!answer_flush(a, &err);
	answer_free(a);
	return err;
}

Test(answer, that_cannot_be_written)
{
	int ends[2];
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	must(pipe2(ends, O_CLOEXEC), "pipe2");
	close(ends[0]);
	err = flushed_to(ends[1]);
	cr_assert_eq(err.domain, ERR_STDOUT_GONE);
	err = flushed_to(must(open("/dev/full", O_WRONLY | O_CLOEXEC), "full"));
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, ENOSPC);
}
