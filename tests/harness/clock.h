/* Monotonic time for tests: nanoseconds, and deadlines as points in time. */
#ifndef HARNESS_CLOCK_H
#define HARNESS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds that a step of a test may take before it has failed. Far longer than any step needs. */
#define PATIENCE 20.0

int64_t clock_now(void);
int64_t clock_after(double seconds);
double clock_since(int64_t start);

/* Milliseconds until DEADLINE as poll() wants them, rounded up; 0 when it has passed. */
int clock_poll_ms(int64_t deadline);

/* Paces what a test does to its peer. Never used to wait for something that can be seen. */
void clock_pause(double seconds);

/*
 * For things that only /proc shows: asks DONE every 2 ms until it says true, and returns true, or
 * until DEADLINE, and returns false.
 */
bool clock_watch(bool (*done)(void *arg), void *arg, int64_t deadline);

/* How much slower than a plain build the binary under test may be: 1, and more for ASan. */
double clock_slack(void);

#endif
