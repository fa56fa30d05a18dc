#include "net/vsock.h"

#include <errno.h>
#include <string.h>

#include "base/num.h"

struct vsock_name {
	char name[12];
	uint32_t cid;
	bool server; /* alone */
};

static const struct vsock_name vsock_names[] = {
	{ "hypervisor", VMADDR_CID_HYPERVISOR, false },
	{ "local", VMADDR_CID_LOCAL, false },
	{ "host", VMADDR_CID_HOST, false },
	{ "any", VMADDR_CID_ANY, true },
	{ "*", VMADDR_CID_ANY, true },
};

static int vsock_parse_cid(const char *text, bool server, uint32_t *cid, struct err *err)
{
	uint64_t number;

	if (text[0] == '\0') {
		*cid = server ? VMADDR_CID_ANY : VMADDR_CID_LOCAL;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(vsock_names); i++) {
		if (strcmp(text, vsock_names[i].name) != 0)
			continue;
		if (vsock_names[i].server && !server)
			return err_usage(err, "CID '%s': only a server can have every address",
			                 text);
		*cid = vsock_names[i].cid;
		return 0;
	}
	/* The highest is the wildcard. */
	if (num_parse_uint(text, 0, VMADDR_CID_ANY - 1, &number) != NUM_OK)
		return err_usage(
			err,
			"CID '%s': neither a number from 0 to %u nor local, host or hypervisor",
			text, VMADDR_CID_ANY - 1);
	*cid = (uint32_t)number;
	return 0;
}

int vsock_parse(struct addr *a, const char *cid, const char *port, bool server, struct err *err)
{
	struct addr made = { .at.vsock.svm_family = AF_VSOCK, .len = sizeof made.at.vsock };
	uint64_t number;

	if (vsock_parse_cid(cid, server, &made.at.vsock.svm_cid, err))
		return -1;
	if (num_parse_uint(port, 0, VMADDR_PORT_ANY - 1, &number) != NUM_OK)
		return err_usage(err, "port '%s': not a number from 0 to %u", port,
		                 VMADDR_PORT_ANY - 1);
	if (number == 0 && !server)
		return err_usage(err, "port 0: nothing can be reached there");
	addr_set_port(&made, (uint32_t)number);
	*a = made;
	return 0;
}

void vsock_explain(struct err *err, const struct addr *a)
{
	static const struct {
		int error;
		const char *hint;
	} rows[] = {
		{ EAFNOSUPPORT,
		  "this kernel has no vsock, or its module is not loaded: modprobe vsock" },
		{ ENODEV,
		  "no transport of vsock leads there: vsock_loopback is the module for the CID local" },
		{ EADDRNOTAVAIL,
		  "no transport of vsock has that CID here: * takes what comes for any; vsock_loopback is the module for local" },
		{ ECONNRESET, "a vsock port that nobody listens on answers so" },
		{ ETIMEDOUT, "no machine with that CID has answered" },
	};

	if (a->at.any.sa_family != AF_VSOCK)
		return;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].error == err->code && !err->hint[0])
			err_hint(err, "%s", rows[i].hint);
}
