/*
 * Many queries at a time, shown in the order in which they were asked, each as soon as its turn
 * comes.
 */
#ifndef SOCKIT_CMD_BATCH_H
#define SOCKIT_CMD_BATCH_H

#include "cmd/query.h"
#include "out/answer.h"
#include "out/report.h"

struct batch_request {
	const struct query_rules *rules;
	const char *const *names; /* what is asked: these, or... */
	size_t name_count;
	int fd; /* ...if not -1 the lines of this descriptor, which are as many as they are */
	const char *fd_name; /* for messages */
	unsigned jobs;       /* at a time */
	nsec_t limit;        /* for each */
	bool several;        /* each line says what was asked, and failures are told as they come */
	bool verbose, json;
};

/*
 * Ask and show it all. With `several`, -1 and STATUS_EXPECTATION when any failed; otherwise the
 * failure of the one.
 */
int batch_run(const struct batch_request *request, struct answer *answer, struct report *report,
              struct err *err) MUST_CHECK;

#endif
