/*
 * sockit beside its peers and beside bare yardsticks, on the same work, in turn in one run.
 *
 *     bench SOCKIT PROGRAMS ROUNDS move SCENARIO SHAPE FILE MIB [TOOL...]
 *                                                             the file through a pair of each
 *     bench SOCKIT PROGRAMS ROUNDS verify SHAPE FILE MIB      the same, and every byte is compared
 *     bench SOCKIT PROGRAMS ROUNDS start RUNS                 a line and its answer, so often
 *     bench SOCKIT PROGRAMS ROUNDS trips TRIPS                a byte there and back, so often
 *     bench SOCKIT PROGRAMS ROUNDS datagrams SIZE COUNT
 *
 * PROGRAMS is the folder of helper and the yardsticks.
 */
#include "bench.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Receivers are given /dev/null to read. socat has one direction only, which is less work. */
const struct tool tools[TOOL_COUNT] = {
	[TOOL_SOCKIT] = {
		.name = "sockit",
		.listen = { "sockit", "listen", "127.0.0.1", "PORT" },
		.connect = { "sockit", "connect", "127.0.0.1", "PORT" },
		.answer = { "sockit", "connect", "127.0.0.1", "PORT" },
		.unix_listen = { "sockit", "listen", "unix:PORT" },
		.unix_connect = { "sockit", "connect", "unix:PORT" },
	},
	[TOOL_YARD] = {
		.name = "bare",
		.listen = { "@yard_move", "listen", "PORT" },
		.connect = { "@yard_move", "connect", "PORT" },
		.answer = { "@yard_connect", "127.0.0.1", "PORT" },
		.unix_listen = { "@yard_move", "listen", "PORT" },
		.unix_connect = { "@yard_move", "connect", "PORT" },
	},
	[TOOL_NC] = {
		.name = "nc.openbsd",
		.listen = { "nc.openbsd", "-l", "127.0.0.1", "PORT" },
		.connect = { "nc.openbsd", "-N", "127.0.0.1", "PORT" },
		.answer = { "nc.openbsd", "-N", "127.0.0.1", "PORT" },
		.unix_listen = { "nc.openbsd", "-l", "-U", "PORT" },
		.unix_connect = { "nc.openbsd", "-N", "-U", "PORT" },
	},
	[TOOL_NC_TRADITIONAL] = {
		.name = "nc.traditional",
		.listen = { "nc.traditional", "-l", "-s", "127.0.0.1", "-p", "PORT" },
		.connect = { "nc.traditional", "-q", "0", "127.0.0.1", "PORT" },
		.answer = { "nc.traditional", "127.0.0.1", "PORT" },
	},
	[TOOL_NCAT] = {
		.name = "ncat",
		.listen = { "ncat", "-l", "127.0.0.1", "PORT" },
		.connect = { "ncat", "127.0.0.1", "PORT" },
		.answer = { "ncat", "127.0.0.1", "PORT" },
	},
	[TOOL_SOCAT_1M] = {
		.name = "socat-1M",
		.listen = { "socat", "-u", "-b1048576", "TCP-LISTEN:PORT,bind=127.0.0.1", "STDOUT" },
		.connect = { "socat", "-u", "-b1048576", "STDIN", "TCP:127.0.0.1:PORT" },
		.unix_listen = { "socat", "-u", "-b1048576", "UNIX-LISTEN:PORT", "STDOUT" },
		.unix_connect = { "socat", "-u", "-b1048576", "STDIN", "UNIX-CONNECT:PORT" },
	},
	[TOOL_SOCAT] = {
		.name = "socat",
		.listen = { "socat", "-u", "TCP-LISTEN:PORT,bind=127.0.0.1", "STDOUT" },
		.connect = { "socat", "-u", "STDIN", "TCP:127.0.0.1:PORT" },
		.answer = { "socat", "-t5", "STDIO", "TCP:127.0.0.1:PORT" },
		.unix_listen = { "socat", "-u", "UNIX-LISTEN:PORT", "STDOUT" },
		.unix_connect = { "socat", "-u", "STDIN", "UNIX-CONNECT:PORT" },
	},
	[TOOL_BUSYBOX] = {
		.name = "busybox",
		.answer = { "busybox", "nc", "127.0.0.1", "PORT" },
	},
};

void tool_call_make(struct tool_call *call, const struct bench *b, const char *const words[],
                    const char *place)
{
	size_t i = 0;

	for (; i < TOOL_WORDS && words[i]; i++) {
		const char *mark = strstr(words[i], "PORT");

		call->argv[i] = mark || words[i][0] == '@' ? call->text[i] : words[i];
		if (mark)
			(void)snprintf(call->text[i], sizeof call->text[i], "%.*s%s%s",
			               (int)(mark - words[i]), words[i], place,
			               mark + strlen("PORT"));
		else if (words[i][0] == '@')
			(void)snprintf(call->text[i], sizeof call->text[i], "%s/%s", b->programs,
			               words[i] + 1);
	}
	call->argv[i] = NULL;
	if (strcmp(call->argv[0], "sockit") == 0)
		call->argv[0] = b->sockit;
}

bool tool_takes_part(const struct bench *b, const char *const words[])
{
	const char *folder = getenv("PATH");
	struct tool_call call;
	char path[512];

	if (!words[0])
		return false;
	tool_call_make(&call, b, words, "");
	if (strchr(call.argv[0], '/'))
		return true;
	while (folder && *folder) {
		size_t n = strcspn(folder, ":");

		(void)snprintf(path, sizeof path, "%.*s/%s", (int)n, folder, call.argv[0]);
		if (access(path, X_OK) == 0)
			return true;
		folder += n + (folder[n] == ':');
	}
	return false;
}

static unsigned number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || value == 0 || value > 1 << 24)
		errx(2, "not a number from 1 to 16777216: '%s'", text);
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	if (argc < 6)
		errx(2, "usage: bench SOCKIT PROGRAMS ROUNDS PART ARGUMENT...");
	struct bench b = { .sockit = argv[1], .programs = argv[2], .rounds = number(argv[3]) };
	const char *part = argv[4];
	char **word = argv + 5;
	int words = argc - 5;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(part, "move") == 0 && words >= 4)
		bench_transfers(&b, word[0], word[1], word[2], number(word[3]), word + 4);
	else if (strcmp(part, "verify") == 0 && words == 3)
		bench_verify(&b, word[0], word[1], number(word[2]));
	else if (strcmp(part, "start") == 0 && words == 1)
		bench_starts(&b, number(word[0]));
	else if (strcmp(part, "trips") == 0 && words == 1)
		bench_round_trips(&b, number(word[0]));
	else if (strcmp(part, "datagrams") == 0 && words == 2)
		bench_datagrams(&b, number(word[0]), number(word[1]));
	else
		errx(2, "no part is called so, or not with %d words: '%s'", words, part);
	return 0;
}
