#include "stream/tries.h"

#include <string.h>

#include "net/vsock.h"
#include "out/failure.h"

/*
 * "db.example port 5432 (192.0.2.7, 192.0.2.8)": the addresses of tries that ended with ERROR, left
 * out where the host was given as its address.
 */
static void tries_add_subject(struct text *t, const struct tries *tries, const struct spec *spec,
                              int error)
{
	char host[INET6_ADDRSTRLEN + 16];
	const char *between = " (";

	text_add_str(t, spec->text);
	for (size_t i = 0; i < tries->started && !spec_has_address(spec->kind); i++) {
		struct text one = TEXT_OVER(host);

		addr_add_host(&one, &tries->list.at[i]);
		if (tries->at[i].error != error || strncmp(spec->text, host, one.len) == 0)
			continue;
		text_add(t, "%s%s", between, host);
		between = ", ";
	}
	text_add_str(t, *between == ',' ? ")" : "");
}

/* What became of the addresses that did not end with ERROR. */
static void tries_add_others(struct text *t, const struct tries *tries, int error)
{
	for (size_t i = 0; i < tries->started; i++) {
		if (tries->at[i].error == error || tries->at[i].error == 0)
			continue;
		text_add_str(t, "; ");
		addr_add_host(t, &tries->list.at[i]);
		text_add(t, ": %s", failure_errno_text(tries->at[i].error));
	}
}

/* The failure that says most: one of the network if there is one, else the first. */
static const struct dial_try *tries_telling(const struct tries *tries)
{
	for (size_t i = 0; i < tries->started; i++)
		if (!err_is_local(tries->at[i].error))
			return &tries->at[i];
	return &tries->at[0];
}

void tries_tell_failure(const struct tries *tries, const struct dial_request *request,
                        struct err *err)
{
	const struct dial_try *telling = tries_telling(tries);
	char subject[ERR_SUBJECT_SIZE], others[ERR_DETAIL_SIZE];
	struct text t = TEXT_OVER(subject), more = TEXT_OVER(others);

	if (strcmp(telling->attempt.op, "bind") == 0)
		addr_add(&t, request->source);
	else if (strcmp(telling->attempt.op, "interface") == 0)
		text_add(&t, "%s", request->interface);
	else
		tries_add_subject(&t, tries, request->spec, telling->error);
	tries_add_others(&more, tries, telling->error);
	(void)err_socket(err, telling->error, telling->attempt.op, "%s", subject);
	err_detail(err, "%s", others);
	vsock_explain(err, &tries->list.at[0]);
}

void tries_tell_late(const struct tries *tries, const struct dial_request *request, bool resolving,
                     struct err *err)
{
	char subject[ERR_SUBJECT_SIZE], others[ERR_DETAIL_SIZE];
	struct text t = TEXT_OVER(subject), more = TEXT_OVER(others);

	tries_add_subject(&t, tries, request->spec, 0);
	tries_add_others(&more, tries, 0);
	(void)err_set(err, ERR_TIME, 0, resolving ? "resolve" : "connect", "%s",
	              resolving ? request->spec->host : subject);
	err_detail(err, "no answer within %g s%s", nsec_to_msec(request->limit) / 1000, others);
}
