/*
 * echo-serve: every model with every service over every kind of connection, against the clients
 * that there are.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "harness/data.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"
#include "harness/scratch.h"
#include "harness/sockit.h"
#include "harness/tool.h"

enum { SIZE = 50000 };

static const char *const services[] = { "echo", "discard", "upper" };

/* The clients beside those of harness/tool.h. */
enum { PYTHON = TOOL_COUNT, SOCKIT, CLIENTS };

/* Send all of stdin, end, print what comes. */
static const char python[] = "import socket, sys\n"
			     "path, port = sys.argv[1:]\n"
			     "if port:\n"
			     "    s = socket.create_connection((path, int(port)))\n"
			     "else:\n"
			     "    s = socket.socket(socket.AF_UNIX)\n"
			     "    s.connect(path)\n"
			     "s.sendall(sys.stdin.buffer.read())\n"
			     "s.shutdown(socket.SHUT_WR)\n"
			     "while data := s.recv(4096):\n"
			     "    sys.stdout.buffer.write(data)\n";

static struct child client_start(unsigned client, const struct plan *plan,
                                 const struct place *place)
{
	struct plan full = *plan;

	if (client == SOCKIT)
		return sockit_connect(plan, place);
	if (client != PYTHON)
		return tool_connect(client, plan, place);
	full.program = "python3";
	full.args = WORDS("-c", python, place->host, place->port);
	return child_start(&full);
}

/* What SERVICE makes of LINES. */
static char *answer_of(const char *service, const char *lines)
{
	char *answer = strdup(strcmp(service, "discard") == 0 ? "" : lines);

	for (char *at = answer; *at && strcmp(service, "upper") == 0; at++)
		*at = (char)toupper((unsigned char)*at);
	return answer;
}

static void serves_all(const char *model, enum net net, const char *service, const char *lines)
{
	struct plan plan = { .args = WORDS("--model", model, "--service", service) };
	struct plan client = { .in = { .kind = END_FILE, .path = scratch_file("lines", lines) } };
	char *answer = answer_of(service, lines);
	struct place place;
	struct child server = echo_serve_plan(&plan, net, &place);

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct child child = client_start(i, &client, &place);

		child_expect(&child, 0);
		if (strcmp(child_out(&child), answer) != 0)
			child_blame(&child, "%s, %s: %zu bytes are not the answer of %zu", model,
			            service, strlen(child_out(&child)), strlen(answer));
	}
	echo_serve_end(&server);
	free(answer);
}

static void serves(const char *model)
{
	static char lines[SIZE + 1];
	struct data data = data_lines(7, SIZE);

	data_fill(&data, 0, lines, SIZE);
	for (enum net net = 0; net < NET_COUNT; net++)
		for (size_t i = 0; i < ARRAY_LEN(services); i++)
			serves_all(model, net, services[i], lines);
}

Test(echo_models, event)
{
	serves("event");
}

Test(echo_models, thread)
{
	serves("thread");
}

Test(echo_models, fork)
{
	serves("fork");
}

Test(echo_models, iterative)
{
	serves("iterative");
}
