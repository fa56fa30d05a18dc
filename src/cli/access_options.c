#include "cli/access_options.h"

#include <string.h>

#include "net/access_rules.h"

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

/* The rules of one option against the kinds of endpoint that there are. */
static int access_check(const char *option, const struct option_list *list, unsigned kinds,
                        const char *endpoint, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		for (const char *rule = list->at[i];; rule++) {
			size_t len = strcspn(rule, ",");

			if (len > 0 && !(kinds & (access_is_id(rule) ? FOR_IDS : FOR_INET)))
				return err_usage(err, "%s %.*s has no meaning for %s", option,
				                 (int)len, rule, endpoint);
			rule += len;
			if (*rule == '\0')
				break;
		}
	}
	return 0;
}

int access_options_read(const struct access_options *o, const struct net_options *net,
                        unsigned kinds, const char *endpoint, struct admission_request *request,
                        struct err *err)
{
	if (access_check("--allow", &o->allow, kinds, endpoint, err) ||
	    access_check("--deny", &o->deny, kinds, endpoint, err))
		return -1;
	*request = (struct admission_request){
		.allow = { o->allow.at, o->allow.count, o->allow_file },
		.deny = { o->deny.at, o->deny.count, o->deny_file },
		.numeric = net->numeric,
	};
	return 0;
}
