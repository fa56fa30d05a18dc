#include "base/near.h"

#include <string.h>

#include "base/attr.h"

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Three rows of the table are alive at a time: a swap looks two rows back. */
size_t near_distance(const char *a, const char *b, size_t limit)
{
	size_t rows[3][NEAR_WORD_MAX + 1];
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	if (a_len > NEAR_WORD_MAX || b_len > NEAR_WORD_MAX)
		return limit + 1;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t same = above[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = min_size(same, min_size(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min_size(row[j], two_above[j - 2] + 1);
		}
	}
	return min_size(rows[a_len % 3][b_len], limit + 1);
}

struct near near_start(const char *word)
{
	return (struct near){ .word = word, .distance = NEAR_DISTANCE_MAX + 1 };
}

void near_offer(struct near *n, const char *candidate)
{
	size_t word_len = strlen(n->word);
	size_t shorter = min_size(word_len, strlen(candidate));
	size_t limit = min_size(NEAR_DISTANCE_MAX, shorter / 2);
	size_t distance = near_distance(n->word, candidate, limit);

	if (distance <= limit && distance < n->distance) {
		n->best = candidate;
		n->distance = distance;
	}
	if (word_len > 0 && strncmp(candidate, n->word, word_len) == 0) {
		n->longer = candidate;
		n->longer_count++;
	}
}

const char *near_best(const struct near *n)
{
	if (n->best != NULL)
		return n->best;
	return n->longer_count == 1 ? n->longer : NULL;
}
