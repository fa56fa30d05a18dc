#include "cli/hint.h"

#include <string.h>

#include "base/near.h"

#define NO_PROXY "no proxy protocol is spoken; connect to the far end itself or to a tunnel"
#define NO_TLS "there is no TLS in this version"

/*
 * Options that other programs of the kind (nc.openbsd, nc.traditional, ncat, socat) have, and what
 * does the same here. What is said must be true of this version. Of arrays, not pointers, which
 * would have to be relocated at every start.
 */
static const struct hint {
	char command[12]; /* "": those that move bytes; "sockit": before a command */
	char typed[16];
	char text[96];
} hints[] = {
	{ "sockit", "-l", "use 'sockit listen'" },
	{ "sockit", "--listen", "use 'sockit listen'" },
	{ "sockit", "-u", "use 'sockit connect -u' or 'sockit listen -u'" },
	{ "sockit", "-e", "use 'sockit connect' or 'sockit listen' with --exec -- PROG ARG..." },
	{ "sockit", "-c", "use 'sockit connect' or 'sockit listen' with --sh-exec CMD" },
	{ "connect", "-l", "use 'sockit listen'" },
	{ "connect", "--listen", "use 'sockit listen'" },
	{ "listen", "-l", "not needed, 'sockit listen' listens" },
	{ "listen", "--listen", "not needed, 'sockit listen' listens" },
	{ "echo-serve", "-l", "not needed, 'sockit echo-serve' listens" },
	{ "echo-serve", "--listen", "not needed, 'sockit echo-serve' listens" },
	{ "echo-serve", "-N",
	  "not needed, a client's stream is ended once it has all of its answer" },
	{ "echo-serve", "-r", "use port 0, and a free one is taken and told" },
	{ "echo-serve", "-W",
	  "packets are not counted; --max-accepts ends it after so many clients" },
	{ "echo-serve", "-e", "use 'sockit listen ENDPOINT --exec -- PROG ARG...'" },
	{ "echo-serve", "-c", "use 'sockit listen ENDPOINT --sh-exec CMD'" },
	{ "", "-e", "use --exec -- PROG ARG..." },
	{ "", "-c", "use --sh-exec CMD" },
	{ "", "-N", "not needed, the sending side is always shut at the end of standard input" },
	{ "connect", "-r", "not needed, without -p the source port is a free one" },
	{ "listen", "-r", "use port 0, and a free one is taken and told" },
	{ "", "-b",
	  "not needed, datagrams (-u) go to a broadcast address without it; streams have none" },
	{ "", "-W", "packets are not counted; use --idle-timeout or --deadline to stop" },
	{ "", "-X", NO_PROXY },
	{ "", "-x", NO_PROXY },
	{ "", "--proxy", NO_PROXY },
	{ "", "--ssl", NO_TLS },
	{ "", "--tls", NO_TLS },
	{ "", "--nodns", "use -n" },
	{ "connect", "-z", "use 'sockit connect --send-only' with </dev/null" },
	{ "connect", "--source-addr", "use -s" },
	{ "listen", "--source-addr", "use -s, or HOST PORT" },
	{ "listen", "-w", "use --accept-timeout or --idle-timeout" },
	{ "listen", "--wait", "use --accept-timeout or --idle-timeout" },
	{ "connect", "--wait", "use -w or --connect-timeout" },
	{ "connect", "--timeout", "use -w to connect, -i for silence, --deadline for all of it" },
	{ "listen", "--timeout", "use --accept-timeout, -i for silence, --deadline for all of it" },
	{ "resolve", "-x", "not needed, an address is turned into its name" },
	{ "byteorder", "-1", "numbers have no sign here; -1 in 16 bits is 0xffff" },
};

/* In front of ':' as socat's manual has them; in lower case they may be hosts. */
static const struct {
	char typed[20], hint[36];
} socat_words[] = {
	{ "TCP4", "sockit connect -4 HOST PORT" },
	{ "TCP6", "sockit connect -6 HOST PORT" },
	{ "TCP-CONNECT", "sockit connect HOST PORT" },
	{ "TCP4-CONNECT", "sockit connect -4 HOST PORT" },
	{ "TCP6-CONNECT", "sockit connect -6 HOST PORT" },
	{ "TCP-LISTEN", "sockit listen PORT" },
	{ "TCP4-LISTEN", "sockit listen -4 PORT" },
	{ "TCP6-LISTEN", "sockit listen -6 PORT" },
	{ "UDP4", "sockit connect -u4 HOST PORT" },
	{ "UDP6", "sockit connect -u6 HOST PORT" },
	{ "UDP-CONNECT", "sockit connect -u HOST PORT" },
	{ "UDP-SENDTO", "sockit connect -u HOST PORT" },
	{ "UDP-LISTEN", "sockit listen -u PORT" },
	{ "UDP-RECV", "sockit listen -u PORT" },
	{ "UDP-RECVFROM", "sockit listen -u PORT" },
	{ "UNIX-CONNECT", "sockit connect unix:PATH" },
	{ "UNIX-CLIENT", "sockit connect unix:PATH" },
	{ "UNIX-LISTEN", "sockit listen unix:PATH" },
	{ "UNIX-SENDTO", "sockit connect unix-dgram:PATH" },
	{ "UNIX-RECV", "sockit listen unix-dgram:PATH" },
	{ "ABSTRACT-CONNECT", "sockit connect unix:@NAME" },
	{ "ABSTRACT-LISTEN", "sockit listen unix:@NAME" },
	{ "OPENSSL", NO_TLS },
	{ "SSL", NO_TLS },
};

static bool is_for(const struct hint *hint, const struct command *command)
{
	if (hint->command[0] == '\0')
		return !command->answers;
	return strcmp(hint->command, command->name) == 0;
}

static const char *find_hint(const struct command *command, const char *typed)
{
	for (size_t i = 0; i < ARRAY_LEN(hints); i++)
		if (is_for(&hints[i], command) && strcmp(hints[i].typed, typed) == 0)
			return hints[i].text;
	return NULL;
}

static const char *nearest_option(const struct command *command, const char *name)
{
	struct near near = near_start(name);
	struct command_row r;

	for (size_t i = 0; command_row_at(command, i, &r); i++)
		near_offer(&near, r.row->name);
	return near_best(&near);
}

/* Another command that has the option; for one of several endpoints, which serves, a server. */
static const struct command *find_owner(const struct program *program,
                                        const struct command *command, const char *typed)
{
	const struct command *owner = NULL;
	struct command_row r;

	for (const struct command *const *c = program->commands; *c != NULL; c++)
		if (typed[1] == '-' ? command_row_named(*c, typed + 2, &r)
		                    : command_row_lettered(*c, typed[1], &r))
			if (owner == NULL || (command->many_endpoints && !(*c)->answers))
				owner = *c;
	return owner;
}

/*
 * What is said of TYPED where no command stands before it: clients are what others are without -l.
 */
static const char *find_early_hint(const char *typed)
{
	static const char *const places[] = { "sockit", "", "connect" };

	for (size_t place = 0; place < ARRAY_LEN(places); place++)
		for (size_t i = 0; i < ARRAY_LEN(hints); i++)
			if (strcmp(hints[i].command, places[place]) == 0 &&
			    strcmp(hints[i].typed, typed) == 0)
				return hints[i].text;
	return NULL;
}

int hint_before_command(const char *word, struct err *err)
{
	/* Of `-lp` and its like the first. */
	const char letter[] = { '-', word[1], '\0' };
	const char *typed = word[1] == '-' ? word : letter, *text = find_early_hint(typed);

	if (text != NULL)
		err_usage(err, "%s: %s", typed, text);
	else
		err_usage(err, "%s: only --help and --version may stand before the command", word);
	if (text == NULL || strstr(text, "sockit") == NULL)
		err_hint(err, "usage: sockit COMMAND [OPTION...] [OPERAND...]");
	return -1;
}

int hint_unknown_option(const struct program *program, const struct command *command,
                        const char *typed, struct err *err)
{
	const char *text = find_hint(command, typed);
	const struct command *owner = find_owner(program, command, typed);
	const char *best = typed[1] == '-' ? nearest_option(command, typed + 2) : NULL;

	if (text != NULL)
		return err_usage(err, "%s: %s", typed, text);
	err_usage(err, "%s: unknown option", typed);
	if (owner != NULL)
		err_hint(err, "%s is an option of 'sockit %s'", typed, owner->name);
	else if (best != NULL)
		err_hint(err, "did you mean '--%s'?", best);
	else if (typed[1] >= '0' && typed[1] <= '9')
		err_hint(err, "an operand that begins with '-' goes behind '--'");
	return -1;
}

int hint_foreign_endpoint(const char *word, struct err *err)
{
	size_t len = strcspn(word, ":");

	for (size_t i = 0; word[len] == ':' && i < ARRAY_LEN(socat_words); i++) {
		if (strlen(socat_words[i].typed) != len ||
		    strncmp(word, socat_words[i].typed, len) != 0)
			continue;
		err_usage(err, "%s: there are no '%.*s' endpoints", word, (int)len, word);
		err_hint(err, "%s", socat_words[i].hint);
		return -1;
	}
	return 0;
}

int hint_unknown_command(const struct program *program, const char *typed, struct err *err)
{
	struct near near = near_start(typed);
	const char *best;

	for (const struct command *const *c = program->commands; *c != NULL; c++)
		near_offer(&near, (*c)->name);
	near_offer(&near, "help");
	best = near_best(&near);
	err_usage(err, "'%s' is not a command", typed);
	if (best != NULL)
		err_hint(err, "did you mean '%s'?", best);
	else
		err_hint(err, "'sockit help' lists the commands");
	return -1;
}
