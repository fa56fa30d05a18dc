#include "cli/access_options.h"

/* Those whose peers have an address, or a user. */
#define FOR_IDS (FOR_UNIX | FOR_UNIX_SEQPACKET)
#define FOR_ACCESS (FOR_INET | FOR_IDS)

const struct option_row access_option_rows[ACCESS_OPTION_COUNT] = {
	{
		.name = "allow",
		LIST_FIELD(struct access_options, allow),
		.arg = "WHO",
		.only_for = FOR_ACCESS,
		.complete = COMPLETE_HOST,
		.help = "let WHO in and nobody else: ADDRESS, NETWORK/BITS, NAME, uid=, gid=",
		.man = "May be repeated, and WHO may be several with commas between them.",
	},
	{
		.name = "deny",
		LIST_FIELD(struct access_options, deny),
		.arg = "WHO",
		.only_for = FOR_ACCESS,
		.complete = COMPLETE_HOST,
		.help = "keep WHO out, whoever else is let in",
	},
	{
		.name = "allow-file",
		STRING_FIELD(struct access_options, allow_file),
		.arg = "FILE",
		.only_for = FOR_ACCESS,
		.complete = COMPLETE_FILE,
		.help = "let in who is in FILE, one a line; it is read again when it changes",
	},
	{
		.name = "deny-file",
		STRING_FIELD(struct access_options, deny_file),
		.arg = "FILE",
		.only_for = FOR_ACCESS,
		.complete = COMPLETE_FILE,
		.help = "keep out who is in FILE, likewise",
	},
};

void access_options_read(const struct access_options *o, const struct net_options *net,
                         unsigned kinds, const char *endpoint, struct admission_request *request)
{
	*request = (struct admission_request){
		.allow = { o->allow.at, o->allow.count, o->allow_file },
		.deny = { o->deny.at, o->deny.count, o->deny_file },
		.numeric = net->numeric,
		.no_ids = !(kinds & FOR_IDS),
		.no_addresses = !(kinds & FOR_INET),
		.endpoint = endpoint,
	};
}
