/* out/failure: the one sentence that people read, and the code that programs do. */
#include "out/failure.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct failure_row {
	enum err_domain domain;
	int code;
	const char *op, *subject, *detail;
	const char *sentence, *name;
};

static const struct failure_row rows[] = {
	{ ERR_NETWORK, ECONNREFUSED, "connect", "db.example port 5432 (192.0.2.7)", "",
	  "cannot connect to db.example port 5432 (192.0.2.7): Connection refused",
	  "ECONNREFUSED" },
	{ ERR_NETWORK, ECONNREFUSED, "connect", "h port 1 (192.0.2.7)",
	  "; 192.0.2.8: No route to host",
	  "cannot connect to h port 1 (192.0.2.7): Connection refused; 192.0.2.8: No route to host",
	  "ECONNREFUSED" },
	{ ERR_LOCAL, EADDRINUSE, "listen", "0.0.0.0 port 80", "(held by nginx, pid 7)",
	  "cannot listen on 0.0.0.0 port 80: Address already in use (held by nginx, pid 7)",
	  "EADDRINUSE" },
	{ ERR_LOCAL, EADDRNOTAVAIL, "bind", "192.0.2.1 port 0", "",
	  "cannot bind to 192.0.2.1 port 0: Cannot assign requested address", "EADDRNOTAVAIL" },
	{ ERR_LOCAL, ENOSPC, "write", "standard output", "after 5 bytes sent and 7 received",
	  "cannot write to standard output: No space left on device after 5 bytes sent and 7 received",
	  "ENOSPC" },
	{ ERR_LOCAL, ENOMEM, "buffer", "datagrams", "",
	  "cannot buffer datagrams: Cannot allocate memory", "ENOMEM" },
	{ ERR_LOCAL, ENOMEM, "serve", "clients", "", "cannot serve clients: Cannot allocate memory",
	  "ENOMEM" },
	{ ERR_TIME, 0, "serve datagrams", "127.0.0.1 port 7", "cut by --deadline at 1 s",
	  "datagrams on 127.0.0.1 port 7: cut by --deadline at 1 s", "TIMEOUT" },
	{ ERR_RESOLVE, EAI_NONAME, "resolve", "nobody.invalid", "",
	  "cannot resolve nobody.invalid: EAI_NONAME: Name or service not known", "EAI_NONAME" },
	{ ERR_RESOLVE, EAI_AGAIN, "resolve", "x", "",
	  "cannot resolve x: EAI_AGAIN: Temporary failure in name resolution", "EAI_AGAIN" },
	{ ERR_TIME, 0, "connect", "h port 1", "no answer within 8 s",
	  "cannot connect to h port 1: no answer within 8 s", "TIMEOUT" },
	{ ERR_TIME, 0, "resolve", "h", "no answer within 2 s",
	  "cannot resolve h: no answer within 2 s", "TIMEOUT" },
	{ ERR_USAGE, 0, "usage", "", "port 65536: a port is 0 to 65535",
	  "port 65536: a port is 0 to 65535", "USAGE" },
	{ ERR_STDOUT_GONE, EPIPE, "write", "standard output", "",
	  "cannot write to standard output: Broken pipe", "EPIPE" },
	{ ERR_LOCAL, EACCES, "open", "/x\x1b[2J\n", "",
	  "cannot open /x\\x1b[2J\\x0a: Permission denied", "EACCES" },
	{ ERR_USAGE, 0, "usage", "",
	  "host 'a\x9b"
	  "b'",
	  "host 'a\\x9bb'", "USAGE" },
};

static struct err err_of(const struct failure_row *row)
{
	struct err e = { .domain = row->domain, .code = row->code, .op = row->op };

	snprintf(e.subject, sizeof e.subject, "%s", row->subject);
	snprintf(e.detail, sizeof e.detail, "%s", row->detail);
	return e;
}

Test(failure, sentences)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = err_of(&rows[i]);
		char buf[2048];
		struct text t = TEXT_OVER(buf);

		failure_add_message(&t, &e);
		cr_assert_str_eq(buf, rows[i].sentence, "row %zu: %s", i, buf);
		cr_assert_str_eq(failure_code_name(&e), rows[i].name);
	}
}

/* In mid-stream: the bytes each way, and words of its own. */
Test(failure, of_a_running_connection)
{
	struct err e = { .domain = ERR_NETWORK, .code = ECONNRESET };
	char buf[512];
	static const char *const ops[] = { "receive", "send" };

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		struct text t = TEXT_OVER(buf);

		e.op = ops[i];
		snprintf(e.subject, sizeof e.subject, "192.0.2.1 port 80");
		snprintf(e.detail, sizeof e.detail, "after 1 bytes sent and 2 received");
		failure_add_message(&t, &e);
		cr_assert(strstr(buf,
		                 "192.0.2.1 port 80: Connection reset by peer after 1 bytes sent"),
		          "%s", buf);
		cr_assert(strncmp(buf, ops[i], strlen(ops[i])) != 0,
		          "the bare op is no sentence: %s", buf);
	}
}

Test(failure, every_eai_value_has_its_name)
{
	static const int values[] = { EAI_BADFLAGS, EAI_NONAME,   EAI_AGAIN,   EAI_FAIL,
		                      EAI_FAMILY,   EAI_SOCKTYPE, EAI_SERVICE, EAI_MEMORY,
		                      EAI_SYSTEM,   EAI_OVERFLOW };

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		cr_assert(strcmp(failure_eai_name(values[i]), "EAI_UNKNOWN") != 0, "%d", values[i]);
	cr_assert_str_eq(failure_eai_name(EAI_AGAIN), "EAI_AGAIN");
	cr_assert_str_eq(failure_eai_name(12345), "EAI_UNKNOWN");
}

Test(failure, unknown_codes_do_not_crash)
{
	struct err e = { .domain = ERR_NETWORK, .code = 99999, .op = "no such op" };
	char buf[256];
	struct text t = TEXT_OVER(buf);

	failure_add_message(&t, &e);
	cr_assert(strlen(buf) > 0);
	cr_assert_str_eq(failure_code_name(&e), "UNKNOWN");
	cr_assert_str_eq(failure_errno_text(99999), "Unknown error");
	e = (struct err){ .domain = ERR_SIGNAL, .code = SIGTERM, .op = "finish" };
	cr_assert_str_eq(failure_code_name(&e), "TERM");
}

Test(failure, every_h_errno_value_has_its_name)
{
	cr_assert_str_eq(failure_h_errno_name(HOST_NOT_FOUND), "HOST_NOT_FOUND");
	cr_assert_str_eq(failure_h_errno_name(TRY_AGAIN), "TRY_AGAIN");
	cr_assert_str_eq(failure_h_errno_name(NO_RECOVERY), "NO_RECOVERY");
	cr_assert_str_eq(failure_h_errno_name(NO_DATA), "NO_DATA");
	cr_assert_str_eq(failure_h_errno_name(NETDB_INTERNAL), "NETDB_INTERNAL");
	cr_assert_str_eq(failure_h_errno_name(77), "UNKNOWN");
}
