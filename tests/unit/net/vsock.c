/* net/vsock: context identifiers and ports of 32 bits, as they are typed, and as they are told. */
#include "net/vsock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/attr.h"
#include "base/status.h"

struct good_row {
	bool server;
	const char *cid, *port;
	const char *text, *word;
};

static const struct good_row good_rows[] = {
	{ false, "2", "5000", "vsock:2 port 5000", "vsock:2:5000" },
	{ false, "", "1", "vsock:1 port 1", "vsock:1:1" },
	{ false, "local", "65536", "vsock:1 port 65536", "vsock:1:65536" },
	{ false, "host", "4294967294", "vsock:2 port 4294967294", "vsock:2:4294967294" },
	{ false, "hypervisor", "9", "vsock:0 port 9", "vsock:0:9" },
	{ false, "4294967294", "9", "vsock:4294967294 port 9", "vsock:4294967294:9" },
	{ true, "", "9", "vsock:* port 9", "vsock:*:9" },
	{ true, "*", "9", "vsock:* port 9", "vsock:*:9" },
	{ true, "any", "0", "vsock:* port 0", "vsock:*:0" },
	{ true, "3", "9", "vsock:3 port 9", "vsock:3:9" },
};

Test(vsock, good_spellings)
{
	for (size_t i = 0; i < ARRAY_LEN(good_rows); i++) {
		const struct good_row *row = &good_rows[i];
		char text[64] = "", word[64] = "";
		struct text t = TEXT_OVER(text), w = TEXT_OVER(word);
		struct addr a;
		struct err err;

		cr_assert_eq(vsock_parse(&a, row->cid, row->port, row->server, &err), 0, "%s: %s",
		             row->cid, err.detail);
		cr_assert_eq(a.len, sizeof(struct sockaddr_vm));
		cr_assert_eq(a.at.any.sa_family, AF_VSOCK);
		addr_add(&t, &a);
		addr_add_word(&w, &a);
		cr_assert_str_eq(text, row->text);
		cr_assert_str_eq(word, row->word);
		cr_assert_eq(addr_is_wildcard(&a), strchr(text, '*') != NULL);
		cr_assert_not(addr_is_inet(&a));
	}
}

/* 0 is for the kernel to choose, as everywhere else. */
Test(vsock, port_0_is_the_kernels_choice)
{
	struct addr a;
	struct err err;

	cr_assert_eq(vsock_parse(&a, "", "0", true, &err), 0);
	cr_assert_eq(a.at.vsock.svm_port, VMADDR_PORT_ANY);
	cr_assert_eq(addr_port(&a), 0);
	addr_set_port(&a, 3000000000);
	cr_assert_eq(a.at.vsock.svm_port, 3000000000);
	cr_assert_eq(addr_port(&a), 3000000000);
}

static const struct {
	bool server;
	const char *cid, *port;
	const char *detail; /* a part of it */
} bad_rows[] = {
	{ false, "*", "5", "only a server" },
	{ false, "any", "5", "only a server" },
	{ true, "4294967295", "5", "CID '4294967295'" },
	{ false, "4294967296", "5", "CID" },
	{ false, "-1", "5", "CID '-1'" },
	{ false, "0x2", "5", "CID '0x2'" },
	{ false, "Host", "5", "CID 'Host'" },
	{ false, "2", "", "port ''" },
	{ false, "2", "0", "port 0" },
	{ false, "2", "http", "port 'http'" },
	{ false, "2", "+5", "port '+5'" },
	{ true, "2", "4294967295", "port '4294967295'" },
	{ false, "2", "4294967296", "port '4294967296'" },
};

Test(vsock, bad_spellings)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		struct addr a = { .len = 77 };
		struct err err;

		cr_assert_eq(vsock_parse(&a, bad_rows[i].cid, bad_rows[i].port, bad_rows[i].server,
		                         &err),
		             -1, "row %zu", i);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert(strstr(err.detail, bad_rows[i].detail), "'%s' has no '%s'", err.detail,
		          bad_rows[i].detail);
		cr_assert_eq(a.len, 77, "written although it failed");
	}
}

Test(vsock, what_can_be_done_is_hinted_at)
{
	static const struct {
		int error;
		const char *hint;
	} rows[] = { { EAFNOSUPPORT, "modprobe vsock" },
		     { ENODEV, "vsock_loopback" },
		     { EADDRNOTAVAIL, "vsock_loopback" },
		     { ECONNRESET, "nobody listens" },
		     { ETIMEDOUT, "CID" },
		     { EMFILE, "" } };
	struct addr vsock, v4 = addr_loopback(AF_INET, 5);
	struct err err;

	cr_assert_eq(vsock_parse(&vsock, "local", "5", false, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)err_socket(&err, rows[i].error, "connect", "x");
		vsock_explain(&err, &v4);
		cr_assert_str_empty(err.hint);
		vsock_explain(&err, &vsock);
		cr_assert(strstr(err.hint, rows[i].hint), "row %zu: '%s'", i, err.hint);
		cr_assert_eq(err.hint[0] == '\0', rows[i].hint[0] == '\0');
	}
}
