#include "relay/closed.h"

const char *closed_reason(const struct err *err)
{
	return err->domain == ERR_SIGNAL ? "signal" : "failure";
}

void closed_tell(struct report *report, const char *reason, const struct closed_sums *sums,
                 nsec_t took)
{
	if (sums->counted)
		REPORT(report, REPORT_CLOSED, FIELD_STR("reason", reason),
		       FIELD_INT("sent_bytes", sums->sent),
		       FIELD_INT("received_bytes", sums->received), FIELD_TIME("time", took));
	else
		REPORT(report, REPORT_CLOSED_UNCOUNTED, FIELD_STR("reason", reason),
		       FIELD_TIME("time", took));
}
