/*
 * "Did you mean ...?": the one word of several that was most likely meant. Offer the candidates one
 * after another, then ask.
 */
#ifndef SOCKIT_BASE_NEAR_H
#define SOCKIT_BASE_NEAR_H

#include <stddef.h>

enum { NEAR_WORD_MAX = 63, NEAR_DISTANCE_MAX = 2 };

struct near {
	const char *word;
	const char *best;   /* the nearest so far by distance; the first of equals */
	size_t distance;    /* of best */
	const char *longer; /* a candidate that WORD is the beginning of */
	size_t longer_count;
};

struct near near_start(const char *word);

/* CANDIDATE is kept by pointer. One longer than NEAR_WORD_MAX bytes is never near. */
void near_offer(struct near *n, const char *candidate);

/*
 * The candidate within NEAR_DISTANCE_MAX, less for words of under four letters (with more than half
 * of it wrong nobody can tell what was meant), or else the only one that begins with the word; NULL
 * if there is none.
 */
const char *near_best(const struct near *n);

/*
 * Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and
 * swaps of neighbours, in bytes. LIMIT + 1 when it is more than LIMIT or a word is longer than
 * NEAR_WORD_MAX.
 */
size_t near_distance(const char *a, const char *b, size_t limit);

#endif
