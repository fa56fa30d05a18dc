/*
 * Nothing tells of an acknowledgement: what TCP still owes is asked for, first soon and then less
 * and less often, until no more of it has come for too long. It only counts; time and bytes are the
 * caller's. All zero: nothing was asked yet.
 */
#ifndef SOCKIT_RELAY_PATIENCE_H
#define SOCKIT_RELAY_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/unit.h"

struct patience {
	/* private */
	nsec_t pause, until;
	int64_t acked;
};

/*
 * ACKED bytes, less a constant, are acknowledged at NOW. Whether it has been no more than that for
 * LIMIT; time that the peer has not to answer for, as it is EXCUSED, does not count.
 */
bool patience_is_over(struct patience *p, nsec_t now, int64_t acked, nsec_t limit, bool excused);

/* When to ask again, after that. */
nsec_t patience_next(struct patience *p, nsec_t now);

/* What was waited for until now has come: from here on soon again. */
void patience_renew(struct patience *p);

/* Whether it is being asked. */
bool patience_has_begun(const struct patience *p);

#endif
