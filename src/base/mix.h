/* Numbers that look random and are not: the same again for the same beginning. */
#ifndef SOCKIT_BASE_MIX_H
#define SOCKIT_BASE_MIX_H

#include <stdint.h>

/*
 * A bijection in which every bit of X changes about half of the result's: the finisher of
 * splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
 */
static inline uint64_t mix64(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* The next number of the sequence whose state is *STATE: splitmix64 itself. */
static inline uint64_t mix64_next(uint64_t *state)
{
	return mix64(*state += UINT64_C(0x9e3779b97f4a7c15));
}

#endif
