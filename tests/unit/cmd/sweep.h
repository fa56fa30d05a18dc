/*
 * A scene over and over, each time with another fault, and what must come of it: PRODUCT.md,
 * promise 4.
 */
#ifndef UNIT_CMD_SWEEP_H
#define UNIT_CMD_SWEEP_H

#include "unit/cmd/scene.h"

/*
 * Each call of a run fails once in each way that it can: never a crash, a hang, a leak, a wrong
 * status, or status 0 with data missing. With SOCKIT_LONG the same again with more data, which
 * means more calls.
 */
void sweep_failures(const struct scene *scene);

/* Calls that come back short, late, or with nothing yet: the data is whole, and nobody notices. */
void sweep_disturbances(const struct scene *scene);

#endif
