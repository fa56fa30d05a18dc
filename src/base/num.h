/*
 * Strict reading of numbers that a person typed. Nothing is skipped or guessed: no blanks, signs,
 * hex, exponents, inf or nan; leading zeros are fine. *out is written only on NUM_OK. The caller
 * composes the sentence, for it knows what the number was for.
 */
#ifndef SOCKIT_BASE_NUM_H
#define SOCKIT_BASE_NUM_H

#include <stdint.h>

#include "base/attr.h"
#include "base/unit.h"

enum num_result {
	NUM_OK,
	NUM_EMPTY,     /* no text at all */
	NUM_MALFORMED, /* not such a number */
	NUM_RANGE,     /* such a number, but outside the limits or what the type can hold */
};

/* Decimal digits, from min to max, both included. */
enum num_result num_parse_uint(const char *str, uint64_t min, uint64_t max,
                               uint64_t *out) MUST_CHECK;

/* Digits of BASE 2, 8, 10 or 16 alone, without a prefix; hex digits in either case. */
enum num_result num_parse_digits(const char *str, unsigned base, uint64_t *out) MUST_CHECK;

/* A TCP port, 0-65535. */
enum num_result num_parse_port(const char *str, uint16_t *out) MUST_CHECK;

/*
 * A number with an optional fraction ("2", "0.5", ".5") and an optional unit: us ms s m h, seconds
 * without one. Below NSEC_NEVER. What is finer than a nanosecond is dropped, but a duration that is
 * not zero never becomes zero that way: that is NUM_RANGE.
 */
#define NUM_DURATION_RANGE "1 ns to 292 years"
enum num_result num_parse_duration(const char *str, nsec_t *out) MUST_CHECK;

/* Whole bytes, or bytes a second: a number and K M G or KiB MiB GiB (1024), or kB MB GB (1000). */
enum num_result num_parse_size(const char *str, uint64_t *out) MUST_CHECK;

/* File permission bits in octal, 0-7777. */
enum num_result num_parse_mode(const char *str, unsigned *out) MUST_CHECK;

#endif
