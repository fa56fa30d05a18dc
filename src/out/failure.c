#include "out/failure.h"

#include <netdb.h>
#include <signal.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "sys/lookup.h"

struct failure_phrase {
	char op[20];
	char phrase[36]; /* in front of the subject */
};

static const struct failure_phrase failure_phrases[] = {
	{ "accept", "cannot accept a connection on" },
	{ "bind", "cannot bind to" },
	{ "buffer", "cannot buffer" },
	{ "chmod", "cannot set the mode of" },
	{ "close", "cannot close" },
	{ "connect", "cannot connect to" },
	{ "find", "cannot find" },
	{ "interface", "cannot use interface" },
	{ "join", "cannot join" },
	{ "listen", "cannot listen on" },
	{ "open", "cannot open" },
	{ "read", "cannot read from" },
	{ "relay", "connection to" },
	{ "receive", "connection to" },
	{ "resolve", "cannot resolve" },
	{ "run", "cannot run" },
	{ "send", "connection to" },
	{ "sockopt", "cannot set the socket option" },
	{ "start", "cannot start" },
	{ "serve", "cannot serve" },
	{ "serve clients", "clients on" },
	{ "serve datagrams", "datagrams on" },
	{ "become", "cannot become user" },
	{ "unlink", "cannot remove" },
	{ "wait for", "cannot wait for" },
	{ "write", "cannot write to" },
};

struct eai_name {
	int eai;
	char name[16];
};

static const struct eai_name eai_names[] = {
	{ EAI_BADFLAGS, "EAI_BADFLAGS" },     { EAI_NONAME, "EAI_NONAME" },
	{ EAI_AGAIN, "EAI_AGAIN" },           { EAI_FAIL, "EAI_FAIL" },
	{ EAI_NODATA, "EAI_NODATA" },         { EAI_FAMILY, "EAI_FAMILY" },
	{ EAI_SOCKTYPE, "EAI_SOCKTYPE" },     { EAI_SERVICE, "EAI_SERVICE" },
	{ EAI_ADDRFAMILY, "EAI_ADDRFAMILY" }, { EAI_MEMORY, "EAI_MEMORY" },
	{ EAI_SYSTEM, "EAI_SYSTEM" },         { EAI_OVERFLOW, "EAI_OVERFLOW" },
	{ EAI_IDN_ENCODE, "EAI_IDN_ENCODE" },
};

const char *failure_eai_name(int eai)
{
	for (size_t i = 0; i < ARRAY_LEN(eai_names); i++)
		if (eai_names[i].eai == eai)
			return eai_names[i].name;
	return "EAI_UNKNOWN";
}

const char *failure_h_errno_name(int h_error)
{
	switch (h_error) {
	case NETDB_INTERNAL:
		return "NETDB_INTERNAL";
	case HOST_NOT_FOUND:
		return "HOST_NOT_FOUND";
	case TRY_AGAIN:
		return "TRY_AGAIN";
	case NO_RECOVERY:
		return "NO_RECOVERY";
	case NO_DATA:
		return "NO_DATA";
	default:
		return "UNKNOWN";
	}
}

const char *failure_errno_text(int error)
{
	const char *text = strerrordesc_np(error);

	return text ? text : "Unknown error";
}

const char *failure_code_name(const struct err *e)
{
	const char *name = NULL;

	switch (e->domain) {
	case ERR_NETWORK:
	case ERR_LOCAL:
	case ERR_PROGRAM:
	case ERR_STDOUT_GONE:
		name = strerrorname_np(e->code);
		break;
	case ERR_RESOLVE:
		name = failure_eai_name(e->code);
		break;
	case ERR_SIGNAL:
		name = sigabbrev_np(e->code);
		break;
	case ERR_TIME:
		name = "TIMEOUT";
		break;
	case ERR_ANSWER:
		name = e->code == STATUS_EXPECTATION ? "EXPECTATION" : "NOT_FOUND";
		break;
	case ERR_USAGE:
	case ERR_SHOWN:
		name = "USAGE";
		break;
	case ERR_NONE:
		break;
	}
	return name ? name : "UNKNOWN";
}

static void failure_add_reason(struct text *t, const struct err *e)
{
	switch (e->domain) {
	case ERR_NETWORK:
	case ERR_LOCAL:
	case ERR_PROGRAM:
	case ERR_STDOUT_GONE:
		text_add_str(t, failure_errno_text(e->code));
		break;
	case ERR_RESOLVE:
		text_add(t, "%s: %s", failure_eai_name(e->code), sys_eai_text(e->code));
		break;
	case ERR_SIGNAL:
		text_add_str(t, "signal ");
		text_add_str(t, failure_code_name(e));
		break;
	case ERR_TIME:
	case ERR_USAGE:
	case ERR_SHOWN:
	case ERR_ANSWER:
	case ERR_NONE:
		break; /* the detail says it all */
	}
}

static const char *failure_phrase_of(const char *op)
{
	for (size_t i = 0; i < ARRAY_LEN(failure_phrases); i++)
		if (strcmp(failure_phrases[i].op, op) == 0)
			return failure_phrases[i].phrase;
	return op;
}

void failure_add_message(struct text *t, const struct err *e)
{
	size_t before;

	if (e->domain == ERR_USAGE || e->domain == ERR_ANSWER) {
		text_add_escaped(t, e->detail);
		return;
	}
	text_add(t, "%s ", failure_phrase_of(e->op));
	text_add_escaped(t, e->subject);
	text_add_str(t, ": ");
	before = t->len;
	failure_add_reason(t, e);
	if (e->detail[0] && t->len > before)
		text_add_str(t, e->detail[0] == ';' ? "" : " ");
	text_add_escaped(t, e->detail);
}
