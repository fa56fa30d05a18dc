/*
 * sockit beside nc.openbsd, socat and ncat, on the same work, in turn in one run.
 *
 *     bench SOCKIT HELPER DATA MIB SPARSE MIB ROUNDS
 *
 * Status 0 when every target is met, 1 when not.
 */
#include "bench.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Receivers are given /dev/null to read. socat has one direction only, which is less work. */
const struct tool tools[TOOL_COUNT] = {
	[TOOL_SOCKIT] = {
		.name = "sockit",
		.listen = { "sockit", "listen", "127.0.0.1", "PORT" },
		.connect = { "sockit", "connect", "127.0.0.1", "PORT" },
	},
	[TOOL_NC] = {
		.name = "nc.openbsd",
		.listen = { "nc.openbsd", "-l", "127.0.0.1", "PORT" },
		.connect = { "nc.openbsd", "-N", "127.0.0.1", "PORT" },
	},
	[TOOL_SOCAT_1M] = {
		.name = "socat -b1048576",
		.listen = { "socat", "-u", "-b1048576", "TCP-LISTEN:PORT,bind=127.0.0.1", "STDOUT" },
		.connect = { "socat", "-u", "-b1048576", "STDIN", "TCP:127.0.0.1:PORT" },
	},
	[TOOL_SOCAT] = {
		.name = "socat",
		.listen = { "socat", "-u", "TCP-LISTEN:PORT,bind=127.0.0.1", "STDOUT" },
		.connect = { "socat", "-u", "STDIN", "TCP:127.0.0.1:PORT" },
	},
	[TOOL_NCAT] = {
		.name = "ncat",
		.listen = { "ncat", "-l", "127.0.0.1", "PORT" },
		.connect = { "ncat", "127.0.0.1", "PORT" },
	},
};

void tool_call_make(struct tool_call *call, const struct bench *b, const char *const words[],
                    uint16_t port)
{
	size_t i = 0;

	for (; i < TOOL_WORDS && words[i]; i++) {
		const char *mark = strstr(words[i], "PORT");

		call->argv[i] = words[i];
		if (!mark)
			continue;
		(void)snprintf(call->text[i], sizeof call->text[i], "%.*s%u%s",
		               (int)(mark - words[i]), words[i], port, mark + strlen("PORT"));
		call->argv[i] = call->text[i];
	}
	call->argv[i] = NULL;
	if (strcmp(call->argv[0], "sockit") == 0)
		call->argv[0] = b->sockit;
}

static unsigned number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || value == 0 || value > 1 << 20)
		errx(2, "not a number from 1 to 1048576: '%s'", text);
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	if (argc != 8)
		errx(2, "usage: bench SOCKIT HELPER DATA MIB SPARSE MIB ROUNDS");
	struct bench b = {
		.sockit = argv[1],
		.helper = argv[2],
		.data = argv[3],
		.data_mib = number(argv[4]),
		.sparse = argv[5],
		.sparse_mib = number(argv[6]),
		.rounds = number(argv[7]),
	};
	b.connects = 60 * b.rounds;
	b.clients = 5 * b.rounds;
	b.round_trips = 1000;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	bench_verify(&b);
	unsigned failed = bench_transfers(&b) + bench_memory(&b) + bench_connects(&b) +
	                  bench_round_trips(&b) + bench_datagrams(&b);
	printf(failed ? "\n%u targets missed\n" : "\nevery target met\n", failed);
	return failed != 0;
}
