/* Who may come in: shared by the commands that listen. */
#ifndef SOCKIT_CLI_ACCESS_OPTIONS_H
#define SOCKIT_CLI_ACCESS_OPTIONS_H

#include "cli/net_options.h"
#include "stream/admission.h"

struct access_options {
	struct option_list allow, deny; /* as net/access_rules.h has them */
	const char *allow_file, *deny_file;
};

/*
 * What was asked for, which points into the options. KINDS are those of the endpoints (FOR_...
 * or'ed), of which ENDPOINT is one: a rule that can have no meaning for any of them is refused when
 * it is read.
 */
void access_options_read(const struct access_options *o, const struct net_options *net,
                         unsigned kinds, const char *endpoint, struct admission_request *request);

enum { ACCESS_OPTION_COUNT = 4 };
extern const struct option_row access_option_rows[ACCESS_OPTION_COUNT];

#endif
